#include "ledger/note.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace ledger {
namespace {

constexpr char kEd25519 = 0x01;
constexpr std::string_view kDash = "\xe2\x80\x94 ";  // U+2014, space
constexpr std::string_view kPrivate = "PRIVATE+KEY+";
constexpr std::size_t kKeySize = 32;
constexpr std::size_t kIdSize = 4;
constexpr std::size_t kSignaturesMax = 100;

// Takes one character off `text`; nothing where that is not UTF-8.
std::optional<char32_t> take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80    ? 1
                             : lead >= 0xf0 ? 4
                             : lead >= 0xe0 ? 3
                                            : 2;
  if (text.size() < length || (lead >= 0x80 && lead < 0xc2) || lead > 0xf4) {
    return std::nullopt;
  }
  constexpr std::array<unsigned, 5> kLeadBits = {0, 0x7f, 0x1f, 0x0f, 0x07};
  char32_t value = lead & kLeadBits.at(length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0U) != 0x80) {
      return std::nullopt;
    }
    value = (value << 6U) | (next & 0x3fU);
  }
  constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < kSmallest.at(length) || surrogate || value > 0x10ffff) {
    return std::nullopt;
  }
  text.remove_prefix(length);
  return value;
}

bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
         c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool is_key_name(std::string_view name) {
  if (name.empty()) {
    return false;
  }
  while (!name.empty()) {
    const auto c = take_character(name);
    if (!c || is_space(*c) || *c == '+') {
      return false;
    }
  }
  return true;
}

// UTF-8 without control characters but the line feed.
bool is_note_text(std::string_view text) {
  while (!text.empty()) {
    const auto c = take_character(text);
    if (!c || (*c < 0x20 && *c != '\n')) {
      return false;
    }
  }
  return true;
}

// A name, an id in hex and a typed key of 32 bytes: the form of both halves.
struct KeyText {
  std::string name;
  std::string id;
  std::string key;
};

std::optional<KeyText> split_key(std::string_view text) {
  const auto first = text.find('+');
  const auto second =
      first == text.npos ? text.npos : text.find('+', first + 1);
  if (second == text.npos) {
    return std::nullopt;
  }
  const auto id = from_hex(text.substr(first + 1, second - first - 1));
  const auto key = from_base64(text.substr(second + 1));
  const std::string_view name = text.substr(0, first);
  if (!is_key_name(name) || !id || !key || id->size() != kIdSize ||
      key->size() != kKeySize + 1 || key->front() != kEd25519) {
    return std::nullopt;
  }
  return KeyText{std::string(name), *id, key->substr(1)};
}

std::string join_key(std::string_view name,
                     std::string_view id,
                     std::string_view key) {
  return fmt::format("{}+{}+{}",
                     name,
                     to_hex(id),
                     to_base64(std::string(1, kEd25519).append(key)));
}

struct Note {
  std::string_view text;        // ends with a line feed
  std::string_view signatures;  // lines
};

std::optional<Note> split_note(std::string_view note) {
  const auto blank = note.rfind("\n\n");
  if (blank == note.npos || blank + 2 == note.size() || !note.ends_with('\n') ||
      !is_note_text(note)) {
    return std::nullopt;
  }
  return Note{note.substr(0, blank + 1), note.substr(blank + 2)};
}

std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == text.npos) {
    return std::nullopt;
  }
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

struct SignatureLine {
  std::string_view name;
  std::string id;
  std::string signature;
};

std::optional<SignatureLine> take_signature(std::string_view& lines) {
  const auto line = take_line(lines);
  if (!line || !line->starts_with(kDash)) {
    return std::nullopt;
  }
  const std::string_view rest = line->substr(kDash.size());
  const auto space = rest.find(' ');
  if (space == rest.npos || !is_key_name(rest.substr(0, space))) {
    return std::nullopt;
  }
  const auto bytes = from_base64(rest.substr(space + 1));
  if (!bytes || bytes->size() <= kIdSize) {
    return std::nullopt;
  }
  return SignatureLine{
      rest.substr(0, space), bytes->substr(0, kIdSize), bytes->substr(kIdSize)};
}

// Decimal without leading zeros.
std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() ||
      (text.size() > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  return value;
}

std::string note_text(const Checkpoint& checkpoint) {
  return fmt::format("{}\n{}\n{}\n",
                     checkpoint.origin,
                     checkpoint.size,
                     to_base64(view(checkpoint.root)));
}

}  // namespace

std::string key_id(const VerifierKey& key) {
  const Digest digest =
      sha256({key.name, "\n", std::string(1, kEd25519), key.public_key});
  return std::string(view(digest).substr(0, kIdSize));
}

std::string to_text(const VerifierKey& key) {
  return join_key(key.name, key_id(key), key.public_key);
}

std::optional<VerifierKey> parse_verifier_key(std::string_view text) {
  auto parts = split_key(text);
  if (!parts) {
    return std::nullopt;
  }
  VerifierKey key{std::move(parts->name), std::move(parts->key)};
  return key_id(key) == parts->id ? std::optional(key) : std::nullopt;
}

VerifierKey public_half(const SignerKey& key) {
  return {key.name, ed25519_public_key(key.seed)};
}

std::string to_text(const SignerKey& key) {
  return std::string(kPrivate) +
         join_key(key.name, key_id(public_half(key)), key.seed);
}

std::optional<SignerKey> parse_signer_key(std::string_view text) {
  if (!text.starts_with(kPrivate)) {
    return std::nullopt;
  }
  auto parts = split_key(text.substr(kPrivate.size()));
  if (!parts) {
    return std::nullopt;
  }
  SignerKey key{std::move(parts->name), std::move(parts->key)};
  return key_id(public_half(key)) == parts->id ? std::optional(key)
                                               : std::nullopt;
}

std::string sign(const Checkpoint& checkpoint, const SignerKey& key) {
  const std::string text = note_text(checkpoint);
  const std::string signature =
      key_id(public_half(key)) + ed25519_sign(key.seed, text);
  return fmt::format(
      "{}\n{}{} {}\n", text, kDash, key.name, to_base64(signature));
}

std::optional<Checkpoint> parse_checkpoint(std::string_view note) {
  const auto parts = split_note(note);
  if (!parts) {
    return std::nullopt;
  }
  std::string_view text = parts->text;
  const auto origin = take_line(text);
  const auto size_line = take_line(text);
  const auto root_line = take_line(text);
  if (!root_line || !text.empty() || origin->empty()) {
    return std::nullopt;
  }
  const auto size = parse_size(*size_line);
  const auto root = from_base64(*root_line);
  if (!size || !root || root->size() != Digest{}.size()) {
    return std::nullopt;
  }
  Checkpoint result{std::string(*origin), *size, {}};
  std::ranges::copy(*root, result.root.begin());
  return result;
}

Signature check_signatures(std::string_view note,
                           const std::vector<VerifierKey>& keys) {
  const auto parts = split_note(note);
  if (!parts) {
    return Signature::kBad;
  }
  Signature result = Signature::kNoKnownKey;
  std::string_view lines = parts->signatures;
  for (std::size_t count = 0; !lines.empty(); ++count) {
    const auto line = take_signature(lines);
    if (!line || count == kSignaturesMax) {
      return Signature::kBad;
    }
    const auto key = std::ranges::find_if(keys, [&](const VerifierKey& k) {
      return k.name == line->name && key_id(k) == line->id;
    });
    if (key == keys.end()) {
      continue;
    }
    if (!ed25519_verify(key->public_key, parts->text, line->signature)) {
      return Signature::kBad;
    }
    result = Signature::kGood;
  }
  return result;
}

}  // namespace ledger
