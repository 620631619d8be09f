// Log text made fit: for matching (what a person would see on the line) and
// for the record (valid, printable, short). Pure and thread-safe.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace commands::metrics {

constexpr std::size_t kSourceTextMax = 200;

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
inline bool is_word(char c) {
  return is_digit(c) || is_letter(c) || c == '_';
}
// A control character but the tab, or a byte that is not ASCII.
inline bool is_odd(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte >= 0x7f;
}

// NUL past the end.
inline char at(std::string_view text, std::size_t i) {
  return i < text.size() ? text[i] : '\0';
}

bool equal_ignoring_case(std::string_view a, std::string_view b);

bool has_control_character(std::string_view text);

// Whether what ends `text` may go on in the line `after` it: a terminal of a
// usual width has broken it where it was full, in the midst of a number.
bool may_be_broken(std::string_view text, std::string_view after);

// Without escape sequences: colours vanish, other sequences (they move the
// cursor) become a space, a backspace takes back a character. NULs at the ends
// go; other control characters stay.
std::string cleaned(std::string_view text);

// At most kSourceTextMax bytes of `text` around [begin, end), valid UTF-8,
// without control characters.
std::string excerpt(std::string_view text, std::size_t begin, std::size_t end);

}  // namespace commands::metrics
