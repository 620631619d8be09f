#include "commands/metrics/text.h"

#include <algorithm>

namespace commands::metrics {
namespace {

constexpr char kEscape = '\x1b';
constexpr char kBell = '\x07';
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

bool between(char c, unsigned char low, unsigned char high) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= low && byte <= high;
}

struct Escape {
  std::size_t size = 1;
  bool colour = false;
};

// Of the escape sequence at the front (ECMA-48).
Escape escape_at(std::string_view text) {
  std::size_t i = 1;
  if (i < text.size() && text[i] == '[') {
    ++i;
    while (i < text.size() && between(text[i], 0x20, 0x3f)) {
      ++i;
    }
    return {std::min(i + 1, text.size()), i < text.size() && text[i] == 'm'};
  }
  if (i < text.size() && text[i] == ']') {
    while (i < text.size() && text[i] != kBell && text[i] != kEscape) {
      ++i;
    }
    const bool terminator = i + 1 < text.size() && text[i] == kEscape;
    return {std::min(i + (terminator ? 2 : 1), text.size()), true};
  }
  while (i < text.size() && between(text[i], 0x20, 0x2f)) {
    ++i;
  }
  return {std::min(i + 1, text.size()), false};
}

// Bytes of the UTF-8 character at the front; 0 if it is none.
std::size_t character_size(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0x80                     ? 1
                           : first >= 0xc2 && first <= 0xdf ? 2
                           : first >= 0xe0 && first <= 0xef ? 3
                           : first >= 0xf0 && first <= 0xf4 ? 4
                                                            : 0;
  if (size == 0 || size > text.size() ||
      !std::ranges::all_of(text.substr(1, size - 1),
                           [](char c) { return between(c, 0x80, 0xbf); })) {
    return 0;
  }
  const bool wrong =
      size > 2 && ((first == 0xe0 && between(text[1], 0x80, 0x9f)) ||
                   (first == 0xed && between(text[1], 0xa0, 0xbf)) ||
                   (first == 0xf0 && between(text[1], 0x80, 0x8f)) ||
                   (first == 0xf4 && between(text[1], 0x90, 0xbf)));
  return wrong ? 0 : size;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    return x == y || (is_letter(x) && is_letter(y) && (x | 0x20) == (y | 0x20));
  });
}

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return between(c, 0, 0x1f) && c != '\t'; });
}

bool may_be_broken(std::string_view text, std::string_view after) {
  constexpr std::ptrdiff_t kLeast = 80;
  constexpr std::ptrdiff_t kOddOne = 132;
  const auto columns = std::ranges::count_if(
      text, [](char c) { return !between(c, 0x80, 0xbf); });
  if (columns < kLeast || (columns % 10 != 0 && columns != kOddOne)) {
    return false;
  }
  const std::size_t end =
      std::min(after.find_first_not_of("0123456789.,_'"), after.size());
  // A date or a time begins a line of its own.
  const char next = at(after, end);
  return end > 0 && next != '-' && next != ':' && next != '/';
}

std::string cleaned(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == kEscape) {
      const Escape escape = escape_at(text.substr(i));
      if (!escape.colour) {
        result += ' ';
      }
      i += escape.size;
      continue;
    }
    if (text[i] != '\b') {
      result += text[i];
    } else if (!result.empty()) {
      result.pop_back();
    }
    ++i;
  }
  while (result.ends_with('\0')) {
    result.pop_back();
  }
  result.erase(0, std::min(result.find_first_not_of('\0'), result.size()));
  return result;
}

std::string excerpt(std::string_view text, std::size_t begin, std::size_t end) {
  constexpr std::size_t kBefore = 60;
  const std::size_t longest = kSourceTextMax - 2 * kReplacement.size();
  std::size_t from = 0;
  if (text.size() > longest) {
    from = std::min(begin - std::min(begin, kBefore), text.size() - longest);
    text = text.substr(from, std::max(longest, std::min(end - from, longest)));
  }
  std::string result;
  while (!text.empty() && result.size() < longest) {
    const std::size_t size = character_size(text);
    if (size == 0) {
      result += kReplacement;
    } else if (size == 1 && (between(text[0], 0, 0x1f) || text[0] == 0x7f)) {
      result += ' ';
    } else if (size == 2 && text[0] == '\xc2' && between(text[1], 0x80, 0x9f)) {
      result += ' ';  // C1 control characters
    } else {
      result += text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  result.erase(0, std::min(result.find_first_not_of(' '), result.size()));
  result.erase(result.find_last_not_of(' ') + 1);
  return result;
}

}  // namespace commands::metrics
