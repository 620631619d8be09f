#include "commands/metrics/number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <system_error>

#include "commands/metrics/text.h"

namespace commands::metrics {
namespace {

constexpr std::size_t kDigitsMax = 64;
constexpr std::size_t kGroup = 4;  // a separator and three digits

bool is_separator(char c) {
  return c == ',' || c == '_' || c == '\'';
}

// `nan`, `inf` and their kin at the front: how long the word is.
std::size_t empty_word(std::string_view text) {
  static constexpr std::array<std::string_view, 7> kWords = {
      "infinity", "inf", "nan", "none", "null", "n/a", "undefined"};
  for (const std::string_view word : kWords) {
    if (equal_ignoring_case(text.substr(0, word.size()), word) &&
        !is_word(at(text, word.size()))) {
      return word.size();
    }
  }
  return 0;
}

// The body without thousands separators, or nothing if they stand where they
// make the number doubtful.
std::optional<std::string> without_separators(std::string_view body) {
  const std::size_t point = body.find('.');
  const std::string_view whole = body.substr(0, point);
  const auto fraction =
      point == std::string_view::npos ? "" : body.substr(point + 1);
  if (!std::ranges::all_of(fraction, is_digit)) {
    return std::nullopt;
  }
  const auto first = std::ranges::find_if(whole, is_separator);
  if (first == whole.end()) {
    return std::string(body);
  }
  const auto head = static_cast<std::size_t>(first - whole.begin());
  if (head == 0 || head > 3 || whole.front() == '0') {
    return std::nullopt;
  }
  std::string plain(whole.substr(0, head));
  std::string_view rest = whole.substr(head);
  for (; !rest.empty(); rest.remove_prefix(kGroup)) {
    const std::string_view digits = rest.substr(1, kGroup - 1);
    if (rest.size() < kGroup || rest.front() != *first ||
        !std::ranges::all_of(digits, is_digit)) {
      return std::nullopt;
    }
    plain += digits;
  }
  plain += body.substr(whole.size());
  return plain;
}

// Past the exponent that begins at `i`, or `i` if none does.
std::size_t exponent_end(std::string_view text, std::size_t i) {
  if (at(text, i) != 'e' && at(text, i) != 'E') {
    return i;
  }
  std::size_t end = i + 1;
  if (at(text, end) == '+' || at(text, end) == '-') {
    ++end;
  }
  if (!is_digit(at(text, end))) {
    return i;
  }
  while (is_digit(at(text, end))) {
    ++end;
  }
  return end;
}

// A character that is not ASCII, or a control character, and then a digit: a
// space of some script between groups, or damage.
bool odd_byte_then_digit(std::string_view rest) {
  std::size_t i = 0;
  while (i < rest.size() && is_odd(rest[i])) {
    ++i;
  }
  return i > 0 && is_digit(at(rest, i));
}

}  // namespace

std::optional<double> scale_of(char letter) {
  switch (letter) {
    case 'k':
    case 'K':
      return 1e3;
    case 'M':
      return 1e6;
    case 'G':
      return 1e9;
    default:
      return std::nullopt;
  }
}

std::optional<Number> digits_at(std::string_view text) {
  const bool has_sign = at(text, 0) == '-' || at(text, 0) == '+';
  const std::size_t begin = has_sign ? 1 : 0;
  if (const std::size_t size = empty_word(text.substr(begin)); size > 0) {
    return Number{Reading::kNone, 0, begin + size};
  }
  std::size_t end = begin;
  const auto goes_on = [&] {
    const char c = at(text, end);
    return is_digit(c) || ((c == '.' || (is_separator(c) && end > begin)) &&
                           is_digit(at(text, end + 1)));
  };
  while (goes_on()) {
    ++end;
  }
  if (end == begin) {
    return std::nullopt;
  }
  const std::string_view body = text.substr(begin, end - begin);
  const std::size_t whole = exponent_end(text, end);
  const auto plain = without_separators(body);
  const bool separated = plain && plain->size() != body.size();
  if (!plain || whole > kDigitsMax || (separated && whole > end)) {
    return Number{Reading::kDoubtful, 0, whole};
  }
  const std::string digits =
      *plain + std::string(text.substr(end, whole - end));
  double value = 0;
  const auto [stop, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || stop != digits.data() + digits.size() ||
      !std::isfinite(value)) {
    return Number{Reading::kNone, 0, whole};
  }
  return Number{Reading::kValue, at(text, 0) == '-' ? -value : value, whole};
}

bool clings(std::string_view number, std::string_view rest) {
  const char c = at(rest, 0);
  const char next = at(rest, 1);
  if (is_word(c) || odd_byte_then_digit(rest)) {
    return true;
  }
  if ((is_separator(c) || c == '.' || c == ':' || c == '/' || c == '-') &&
      is_digit(next)) {
    return true;
  }
  if (c != ' ') {
    return false;
  }
  // "87.75 k" and "41 234" say one thing to one reader, another to the next.
  if (scale_of(next) && !is_word(at(rest, 2))) {
    return true;
  }
  const bool short_whole =
      number.size() <= 3 && std::ranges::all_of(number, is_digit);
  return short_whole && is_digit(next) && is_digit(at(rest, 2)) &&
         is_digit(at(rest, 3)) && !is_word(at(rest, 4));
}

std::optional<Number> number_at(std::string_view text) {
  auto number = digits_at(text);
  if (!number || number->reading == Reading::kNone) {
    return number;
  }
  std::string_view digits = text.substr(0, number->size);
  if (const auto scale = scale_of(at(text, number->size));
      scale && !is_word(at(text, number->size + 1))) {
    number->value *= *scale;
    ++number->size;
    digits = {};
    if (!std::isfinite(number->value)) {
      number->reading = Reading::kNone;
    }
  }
  if (clings(digits, text.substr(number->size))) {
    number->reading = Reading::kDoubtful;
    while (is_word(at(text, number->size))) {
      ++number->size;
    }
  }
  return number;
}

}  // namespace commands::metrics
