#include "ledger/ssh_signature.h"

#include <algorithm>
#include <cstdint>

#include "ledger/digest.h"

namespace ledger {
namespace {

constexpr std::string_view kBegin = "-----BEGIN SSH SIGNATURE-----";
constexpr std::string_view kEnd = "\n-----END SSH SIGNATURE-----";
constexpr std::string_view kMagic = "SSHSIG";

// The wire format: numbers of four bytes, big end first, and strings that
// begin with their length. Reading past the end leaves it not ok.
class Wire {
 public:
  explicit Wire(std::string_view bytes) : rest_(bytes) {}

  std::uint32_t number() {
    std::uint32_t value = 0;
    for (const char c : take(4)) {
      value = value << 8U | static_cast<unsigned char>(c);
    }
    return value;
  }
  std::string_view string() { return take(number()); }
  // A positive number without the sign's zero byte.
  std::string_view positive() {
    std::string_view value = string();
    ok_ = ok_ && (value.empty() || (value.front() & '\x80') == 0);
    while (value.starts_with('\0')) {
      value.remove_prefix(1);
    }
    return value;
  }
  std::string_view take(std::size_t count) {
    if (count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  bool ended() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::string on_wire(std::string_view text) {
  std::string result;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    result.push_back(static_cast<char>(text.size() >> shift & 0xffU));
  }
  return result.append(text);
}

std::string sha256_bytes(std::string_view text) {
  return std::string(view(sha256({text})));
}

std::string signed_bytes(const SshSignature& signature, std::string_view text) {
  const std::string digest =
      signature.hash == "sha256" ? sha256_bytes(text) : sha512(text);
  return std::string(kMagic) + on_wire(signature.name_space) + on_wire("") +
         on_wire(signature.hash) + on_wire(digest);
}

// What a hardware key signs instead of the text: it adds what it saw.
std::string hardware_bytes(std::string_view application,
                           std::string_view flags_and_counter,
                           std::string_view text) {
  return sha256_bytes(application) + std::string(flags_and_counter) +
         sha256_bytes(text);
}

bool was_touched(std::string_view flags_and_counter) {
  return !flags_and_counter.empty() &&
         (static_cast<unsigned char>(flags_and_counter.front()) & 1U) != 0;
}

bool rsa_is_good(Wire key,
                 std::string_view type,
                 Wire signature,
                 std::string_view text) {
  const std::string_view exponent = key.positive();
  const std::string_view modulus = key.positive();
  const std::string_view bytes = signature.string();
  const bool plain = key.ended() && signature.ended();
  if (type == "rsa-sha2-256") {
    return plain && rsa_verify(exponent, modulus, Hash::kSha256, text, bytes);
  }
  return plain && type == "rsa-sha2-512" &&
         rsa_verify(exponent, modulus, Hash::kSha512, text, bytes);
}

bool ecdsa_is_good(std::string_view curve,
                   std::string_view point,
                   std::string_view numbers,
                   std::string_view text) {
  Wire pair(numbers);
  const std::string_view r = pair.positive();
  const std::string_view s = pair.positive();
  return pair.ended() && ecdsa_verify(curve, point, text, r, s);
}

bool hardware_is_good(std::string_view type,
                      Wire key,
                      Wire signature,
                      std::string_view text) {
  const bool is_ed25519 = type.starts_with("sk-ssh-ed25519");
  const std::string_view curve = is_ed25519 ? "" : key.string();
  const std::string_view point = key.string();
  const std::string_view application = key.string();
  const std::string_view bytes = signature.string();
  const std::string_view seen = signature.take(5);
  if (!key.ended() || !signature.ended() || !was_touched(seen)) {
    return false;
  }
  const std::string all = hardware_bytes(application, seen, text);
  return is_ed25519 ? ed25519_verify(point, all, bytes)
                    : ecdsa_is_good(curve, point, bytes, all);
}

bool is_known(std::string_view type) {
  constexpr std::string_view kTypes[] = {"ssh-ed25519",
                                         "ssh-rsa",
                                         "ecdsa-sha2-nistp256",
                                         "ecdsa-sha2-nistp384",
                                         "ecdsa-sha2-nistp521",
                                         "sk-ssh-ed25519@openssh.com",
                                         "sk-ecdsa-sha2-nistp256@openssh.com"};
  return std::ranges::find(kTypes, type) != std::end(kTypes);
}

bool is_good(std::string_view type,
             Wire key,
             Wire signature,
             std::string_view text) {
  const std::string_view signature_type = signature.string();
  if (type == "ssh-rsa") {
    return rsa_is_good(key, signature_type, signature, text);
  }
  if (signature_type != type) {
    return false;
  }
  if (type.starts_with("sk-")) {
    return hardware_is_good(type, key, signature, text);
  }
  if (type == "ssh-ed25519") {
    const std::string_view point = key.string();
    const std::string_view bytes = signature.string();
    return key.ended() && signature.ended() &&
           ed25519_verify(point, text, bytes);
  }
  const std::string_view curve = key.string();
  const std::string_view point = key.string();
  const std::string_view numbers = signature.string();
  return key.ended() && signature.ended() && type.ends_with(curve) &&
         ecdsa_is_good(curve, point, numbers, text);
}

std::string without_line_ends(std::string_view text) {
  std::string result(text);
  std::erase_if(result, [](char c) { return c == '\n' || c == '\r'; });
  return result;
}

}  // namespace

std::optional<SshSignature> parse_ssh_signature(std::string_view armor) {
  if (!armor.starts_with(kBegin)) {
    return std::nullopt;
  }
  armor.remove_prefix(kBegin.size());
  const auto bytes = from_base64(without_line_ends(
      armor.substr(0, std::min(armor.find(kEnd), armor.size()))));
  if (armor.find(kEnd) == armor.npos || !bytes) {
    return std::nullopt;
  }
  Wire wire(*bytes);
  const bool is_ours = wire.take(kMagic.size()) == kMagic && wire.number() == 1;
  const std::string_view key = wire.string();
  SshSignature result;
  result.name_space = wire.string();
  (void)wire.string();  // reserved: read as empty, as ssh-keygen does
  result.hash = wire.string();
  result.signature = wire.string();
  const std::string type(Wire(key).string());
  const bool has_hash = result.hash == "sha256" || result.hash == "sha512";
  if (!is_ours || !wire.ended() || !has_hash || type.empty()) {
    return std::nullopt;
  }
  result.key = type + " " + to_base64(key);
  return result;
}

SshVerdict check_ssh_signature(const SshSignature& signature,
                               std::string_view name_space,
                               std::string_view text) {
  const auto space = signature.key.find(' ');
  const auto blob = from_base64(signature.key.substr(space + 1));
  if (!blob || signature.name_space != name_space || name_space.empty()) {
    return SshVerdict::kBad;
  }
  Wire key(*blob);
  const std::string_view type = key.string();
  if (!is_known(type)) {
    return SshVerdict::kUnknownKey;
  }
  return is_good(type,
                 key,
                 Wire(signature.signature),
                 signed_bytes(signature, text))
             ? SshVerdict::kGood
             : SshVerdict::kBad;
}

std::optional<std::string> ssh_key_of(std::string_view line) {
  const auto space = line.find(' ');
  if (space == line.npos) {
    return std::nullopt;
  }
  const std::string_view type = line.substr(0, space);
  std::string_view base64 = line.substr(space + 1);
  base64 = base64.substr(0, base64.find_first_of(" \t\r\n"));
  const auto blob = from_base64(base64);
  if (!blob || type.empty() || Wire(*blob).string() != type) {
    return std::nullopt;
  }
  return fmt::format("{} {}", type, base64);
}

}  // namespace ledger
