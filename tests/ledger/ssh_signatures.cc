// Made with ssh-keygen and throw-away keys; those of hardware keys by hand, and
// accepted by ssh-keygen.

#include "tests/ledger/ssh_signatures.h"

namespace ledger_tests {

namespace {

const std::vector<NamedSignature> kGoodSignatures = {
    {"ed25519",
     "-----BEGIN SSH SIGNATURE-----\n"
     "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgT/"
     "k9XjskWy3hyQW6Yon6CDZwHf\n"
     "WNbd7J23MKt54+"
     "90UAAAAOcmVsZWFzZS1sZWRnZXIAAAAAAAAABnNoYTUxMgAAAFMAAAAL\n"
     "c3NoLWVkMjU1MTkAAABA2Mu50Jh/"
     "yeAzr+So0SzJjggv9WalAvxkt64hSDT7gRBdba5hLT\n"
     "MDcM31rr7N2oxwvjiOssh7zCFbFbXE0q6jCQ==\n"
     "-----END SSH SIGNATURE-----\n"},
    {"ed25519 over sha256",
     "-----BEGIN SSH SIGNATURE-----\n"
     "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgT/"
     "k9XjskWy3hyQW6Yon6CDZwHf\n"
     "WNbd7J23MKt54+"
     "90UAAAAOcmVsZWFzZS1sZWRnZXIAAAAAAAAABnNoYTI1NgAAAFMAAAAL\n"
     "c3NoLWVkMjU1MTkAAABAadoh1ja5RBeihZDW2ebTtnAomxHFQg5XVY0k3mrDp0AeqlJv8n"
     "\n"
     "JPHnZEDPRV8rWBDwvXck8UwIsDrZZsJtdbBw==\n"
     "-----END SSH SIGNATURE-----\n"},
    {"rsa",
     "-----BEGIN SSH SIGNATURE-----\n"
     "U1NIU0lHAAAAAQAAARcAAAAHc3NoLXJzYQAAAAMBAAEAAAEBALepYB/"
     "DbzKs13dYLL7T0d\n"
     "NupkOIUFUkRWoW5wQQHnXa8WmQwV5O82iLYx9lWkh89HM6P15GMJ62eihDj1O+"
     "PvJXCDHE\n"
     "jyi6/5a6mE896kC7jtKCTdtmoyxEnJdzYzAz68POCAiYZcWBybSpbHPcA/O8gkXadGm8/"
     "x\n"
     "aWYLC7nmn6FXauqk2V2q/Pb/"
     "2HaMzg5bcVhLNl3LAUuPUlN3X7k7VKuHIvHQ8YZqj3vRbw\n"
     "Os7wAOkoAyCF72FLPi0DBWQPSJ/"
     "8k9QBy08EvoZ++Ak8wm0GXikQHYgOR9fvNgJ+pXwkKX\n"
     "ynwisiV2qLofFyKM8eRBuKidHy/"
     "MkwEJnW0lWjy9MAAAAOcmVsZWFzZS1sZWRnZXIAAAAA\n"
     "AAAABnNoYTUxMgAAARQAAAAMcnNhLXNoYTItNTEyAAABABERzZv3GfbTWhbyhjL97R6Ku0"
     "\n"
     "TZesQruqMN1P8mD3DQ7tr4EBRyWnTEk53pdzRPvhKFjNdVQ5vuRumtjgp3nvToiDpQ2RJI"
     "\n"
     "TRdi7UMHEJoyCKtt/"
     "hCjzqPqdAXLjMv2e0bRZ9j9iLdQNXJ7pYK9tY5yFEMrAh2dd9+LKl\n"
     "fVlHkXwiJwvp9Ldy66JIW8Ph6nAGCQm+08ieg2dwGQ2zbPqx2o/W8QE6tbOVSQCxc/"
     "9IOf\n"
     "+VGCpXdiKBc6F44Kt55w+8V/0+SYJJKTqZ+FDtjt0OtEGw/"
     "T413IF2qn8SKL6+zsEqWuvX\n"
     "GyDD3JyUp1YvzeUUd1raoVaYTwSLh55PIdHgc=\n"
     "-----END SSH SIGNATURE-----\n"},
    {"ecdsa 256",
     "-----BEGIN SSH SIGNATURE-----\n"
     "U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAE"
     "\n"
     "EEqXy+Rk9I73zs542Q5Fwu05yto9rPKe0f/"
     "DszZxQ1Ql9q+Dql+35rFnlmanmjyLne06xc\n"
     "kFLtum3L2delW7lHEAAAAA5yZWxlYXNlLWxlZGdlcgAAAAAAAAAGc2hhNTEyAAAAYwAAAB"
     "\n"
     "NlY2RzYS1zaGEyLW5pc3RwMjU2AAAASAAAACAU4sfnh8mV5ifoC81K0cHoGZXf9SFDMBU9"
     "\n"
     "zJk4uyoVmwAAACAWurEQxDLVsZR9VdQHRCVWGhfO48yUOVl6XmihCW8FWQ==\n"
     "-----END SSH SIGNATURE-----\n"},
    {"ecdsa 384",
     "-----BEGIN SSH SIGNATURE-----\n"
     "U1NIU0lHAAAAAQAAAIgAAAATZWNkc2Etc2hhMi1uaXN0cDM4NAAAAAhuaXN0cDM4NAAAAG"
     "\n"
     "EERqG2mdAkT9XjA6yPPFw6DNNuA2LAX2UbUlCC3ealxQOJ9SVwRH3OnLc8cYvTzVyI9kHV"
     "\n"
     "4mJMvU9ScOu3cFBfirnvGBexR43iCPFcbio+VaHHHD/"
     "3cvqrBQ8QzVzjMdQcAAAADnJlbG\n"
     "Vhc2UtbGVkZ2VyAAAAAAAAAAZzaGE1MTIAAACEAAAAE2VjZHNhLXNoYTItbmlzdHAzODQA"
     "\n"
     "AABpAAAAMQCeHhC+bC5gOUPpdAItsbiAXEK4afXt75Lyatbg1EEh+"
     "nSZ7R7bOWC8OeWPXa\n"
     "0dqdkAAAAwfDaqn3JlS/"
     "3F35+n4MqrRiTjAGjVowJ6f8912aZTenp7CUmAMRSnZomtv8Kr\n"
     "W/sT\n"
     "-----END SSH SIGNATURE-----\n"},
    {"ecdsa 521",
     "-----BEGIN SSH SIGNATURE-----\n"
     "U1NIU0lHAAAAAQAAAKwAAAATZWNkc2Etc2hhMi1uaXN0cDUyMQAAAAhuaXN0cDUyMQAAAI"
     "\n"
     "UEAJZErODureyu1sNiOTn+1Pq46ExVo9uj1bDgjpE0YgfPafCdvoQAR28YIvyl+4reS5/"
     "5\n"
     "NgTy8q2H9FRvHMGGUjGLAbA3q7KHT6AcS45CYG/"
     "vTJOJAGxVU380lBlODHJ+ccpr4SjUm1\n"
     "GrDxxrHiTvpQ/TClb04hTxnvr8V/pHE9A/"
     "bLg4AAAADnJlbGVhc2UtbGVkZ2VyAAAAAAAA\n"
     "AAZzaGE1MTIAAACnAAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAACMAAAAQgHr+"
     "qDH86fSZ0\n"
     "91LwT5AB6qW/sT7j3r5V2rT5uAiAnbhsp8tDhpZL7KheBKajSU/xOzm2ea/ea/"
     "wfsl3Hyh\n"
     "1g9y2gAAAEIBVfFm1opHpQ1P/"
     "OIc6kuFtzIGBNLEvcLJqtlkhdbqVExhwEf1bfKXT0VyfV\n"
     "6eAs466T4bc5LrH6FA1lGNh24qQhY=\n"
     "-----END SSH SIGNATURE-----\n"},
    {"ed25519 on hardware",
     "-----BEGIN SSH SIGNATURE-----\n"
     "U1NIU0lHAAAAAQAAAEoAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAAAgZd0Xh5"
     "\n"
     "1jbdNBj8ywFn14poZcOOS+k95TrKTVDm5/"
     "hbIAAAAEc3NoOgAAAA5yZWxlYXNlLWxlZGdl\n"
     "cgAAAAAAAAAGc2hhNTEyAAAAZwAAABpzay1zc2gtZWQyNTUxOUBvcGVuc3NoLmNvbQAAAE"
     "\n"
     "AulRes4AsIE2jOc0GMYW7eVyyNpK6NxD99PQekixE9sb1kM5eZ2NJUHw6D4kiS0U+"
     "XILVH\n"
     "5Sh0wiZdoM6AlaAEAQAAAAc=\n"
     "-----END SSH SIGNATURE-----\n"},
    {"ecdsa on hardware",
     "-----BEGIN SSH SIGNATURE-----\n"
     "U1NIU0lHAAAAAQAAAH8AAAAic2stZWNkc2Etc2hhMi1uaXN0cDI1NkBvcGVuc3NoLmNvbQ"
     "\n"
     "AAAAhuaXN0cDI1NgAAAEEEElr0u4miHd619x0q5/N/"
     "qRcTf7Mx6jiScoM0WyLbt7g8soHh\n"
     "B0tgUJs3rZ+DQw5azJ/eR/"
     "Xv8vTKZgUbDuVLgwAAAARzc2g6AAAADnJlbGVhc2UtbGVkZ2\n"
     "VyAAAAAAAAAAZzaGE1MTIAAAB5AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNz"
     "\n"
     "aC5jb20AAABKAAAAIQDrJyT5UOJEIjgxwc+"
     "14HV8eAy92hOnATHd4iAkwR8bdQAAACEAwh\n"
     "tcWNNAQs9FbPEFXopwVT+ULesLKCo5WQfPIv+G1bIBAAAABw==\n"
     "-----END SSH SIGNATURE-----\n"},
};

}  // namespace

const std::vector<NamedSignature>& good_signatures() {
  return kGoodSignatures;
}

std::string untouched_signature() {
  return "-----BEGIN SSH SIGNATURE-----\n"
         "U1NIU0lHAAAAAQAAAEoAAAAac2stc3NoLWVkMjU1MTlAb3BlbnNzaC5jb20AAAAgZd0Xh"
         "5\n"
         "1jbdNBj8ywFn14poZcOOS+k95TrKTVDm5/"
         "hbIAAAAEc3NoOgAAAA5yZWxlYXNlLWxlZGdl\n"
         "cgAAAAAAAAAGc2hhNTEyAAAAZwAAABpzay1zc2gtZWQyNTUxOUBvcGVuc3NoLmNvbQAAA"
         "E\n"
         "BwCpeiSsnc905yw+oxLcwP2MfVp+/w9lPwGvRt6HfNZS3f19+D9UloR9PouB9ike8Nn/"
         "CM\n"
         "yd5RXTwSz6FZwrAHAAAAAAc=\n"
         "-----END SSH SIGNATURE-----\n";
}

std::string signature_of_unknown_kind() {
  return "-----BEGIN SSH SIGNATURE-----\n"
         "U1NIU0lHAAAAAQAAAD8AAAAXbWxkc2E0NC1lZDI1NTE5QGV4YW1wbGUAAAAgZd0Xh51jb"
         "d\n"
         "NBj8ywFn14poZcOOS+k95TrKTVDm5/"
         "hbIAAAAOcmVsZWFzZS1sZWRnZXIAAAAAAAAABnNo\n"
         "YTUxMgAAAF8AAAAXbWxkc2E0NC1lZDI1NTE5QGV4YW1wbGUAAABAeHh4eHh4eHh4eHh4e"
         "H\n"
         "h4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eA="
         "=\n"
         "-----END SSH SIGNATURE-----\n";
}

std::string ed25519_key() {
  return "ssh-ed25519 "
         "AAAAC3NzaC1lZDI1NTE5AAAAIE/5PV47JFst4ckFumKJ+gg2cB31jW3eydtzCreePvdF";
}

}  // namespace ledger_tests
