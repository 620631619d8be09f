// Signatures as `ssh-keygen -Y sign` makes them (OpenSSH's PROTOCOL.sshsig),
// checked without running a program, so that anybody can check a record again
// offline. Keys: Ed25519, RSA, ECDSA, and both kinds that live on hardware.
// Pure; thread-safe.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ledger {

struct SshSignature {
  std::string key;  // of who signed, as in a .pub file: "ssh-ed25519 AAAA..."
  std::string name_space;
  std::string hash;       // sha256 or sha512
  std::string signature;  // on the wire
};

// Nothing for a text that is no armoured signature of version 1.
std::optional<SshSignature> parse_ssh_signature(std::string_view armor);

enum class SshVerdict { kGood, kBad, kUnknownKey };
// Whether `text` was signed by the key in it for `name_space`. Says nothing
// about whose key that is. kUnknownKey: of a kind that is not checked here.
SshVerdict check_ssh_signature(const SshSignature& signature,
                               std::string_view name_space,
                               std::string_view text);

// "TYPE BASE64" of a line of a .pub file, without its comment; nothing if it
// is none.
std::optional<std::string> ssh_key_of(std::string_view line);

}  // namespace ledger
