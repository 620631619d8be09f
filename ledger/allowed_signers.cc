#include "ledger/allowed_signers.h"

#include <algorithm>
#include <vector>

#include "ledger/clock.h"
#include "ledger/ssh_signature.h"

namespace ledger {
namespace {

// `*` any text, `?` one character.
bool matches_pattern(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) {
    return text.empty();
  }
  if (pattern.front() == '*') {
    return matches_pattern(text, pattern.substr(1)) ||
           (!text.empty() && matches_pattern(text.substr(1), pattern));
  }
  return !text.empty() &&
         (pattern.front() == '?' || pattern.front() == text.front()) &&
         matches_pattern(text.substr(1), pattern.substr(1));
}

// Patterns between commas; one that begins with `!` wins.
bool matches_list(std::string_view text, std::string_view list) {
  bool found = false;
  while (!list.empty()) {
    const auto comma = list.find(',');
    const std::string_view pattern = list.substr(0, comma);
    list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
    if (pattern.starts_with('!')) {
      if (matches_pattern(text, pattern.substr(1))) {
        return false;
      }
    } else {
      found = found || matches_pattern(text, pattern);
    }
  }
  return found;
}

// Up to the next blank that is in no quotes.
std::string_view take_word(std::string_view& rest) {
  const auto begin = rest.find_first_not_of(" \t");
  rest.remove_prefix(std::min(begin, rest.size()));
  std::size_t end = 0;
  for (bool quoted = false; end < rest.size(); ++end) {
    quoted = quoted != (rest[end] == '"');
    if (!quoted && (rest[end] == ' ' || rest[end] == '\t')) {
      break;
    }
  }
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

std::string unquoted(std::string_view text) {
  std::string result(text);
  std::erase(result, '"');
  return result;
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

// YYYYMMDD, with HHMM or HHMMSS, with a Z or without.
std::optional<std::int64_t> signer_time(std::string_view text) {
  if (text.ends_with('Z')) {
    text.remove_suffix(1);
  }
  const bool has_digits = text.find_first_not_of("0123456789") == text.npos;
  if (!has_digits ||
      (text.size() != 8 && text.size() != 12 && text.size() != 14)) {
    return std::nullopt;
  }
  const auto part = [&](std::size_t from) {
    return from < text.size() ? text.substr(from, 2) : std::string_view("00");
  };
  return parse_time(fmt::format("{}-{}-{}T{}:{}:{}Z",
                                text.substr(0, 4),
                                part(4),
                                part(6),
                                part(8),
                                part(10),
                                part(12)));
}

std::vector<std::string_view> options_in(std::string_view text) {
  std::vector<std::string_view> options;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    quoted = i < text.size() && quoted != (text[i] == '"');
    if (i == text.size() || (text[i] == ',' && !quoted)) {
      options.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  return options;
}

bool set_option(std::string_view option, Signer& signer) {
  const auto equals = option.find('=');
  const std::string name = lower_case(option.substr(0, equals));
  const std::string value =
      equals == option.npos ? "" : unquoted(option.substr(equals + 1));
  if (name == "cert-authority") {
    signer.is_authority = true;
    return equals == option.npos;
  }
  if (name == "namespaces") {
    signer.namespaces = value;
    return !value.empty();
  }
  if (name == "valid-after") {
    signer.after_ms = signer_time(value);
    return signer.after_ms.has_value();
  }
  if (name == "valid-before") {
    signer.before_ms = signer_time(value);
    return signer.before_ms.has_value();
  }
  return false;
}

std::unexpected<Error> invalid(std::string_view what) {
  return fail(ErrorCode::kUsage,
              "signer-invalid",
              std::string(what),
              "a line is: EMAIL [OPTIONS] KEYTYPE KEY");
}

}  // namespace

bool is_signer_comment(std::string_view line) {
  const auto begin = line.find_first_not_of(" \t\r");
  return begin == line.npos || line[begin] == '#';
}

Result<Signer> parse_signer(std::string_view line) {
  std::string_view rest = line.substr(0, line.find_last_not_of(" \t\r\n") + 1);
  Signer signer;
  signer.principals = unquoted(take_word(rest));
  const auto before_options = rest;
  auto key = ssh_key_of(
      rest.substr(std::min(rest.find_first_not_of(" \t"), rest.size())));
  if (!key) {
    rest = before_options;
    for (const std::string_view option : options_in(take_word(rest))) {
      if (!set_option(option, signer)) {
        return invalid(
            fmt::format("\"{}\" is neither a key nor an option", option));
      }
    }
    key = ssh_key_of(
        rest.substr(std::min(rest.find_first_not_of(" \t"), rest.size())));
  }
  if (signer.principals.empty() || !key) {
    return invalid("there is no key in it");
  }
  signer.key = std::move(*key);
  return signer;
}

bool may_sign(const Signer& signer,
              std::string_view principal,
              std::string_view name_space,
              std::string_view key,
              std::int64_t at_ms) {
  return !signer.is_authority && signer.key == key &&
         matches_list(principal, signer.principals) &&
         (signer.namespaces.empty() ||
          matches_list(name_space, signer.namespaces)) &&
         (!signer.after_ms || at_ms >= *signer.after_ms) &&
         (!signer.before_ms || at_ms <= *signer.before_ms);
}

}  // namespace ledger
