// Numbers as logs print them: signs, thousands separators, exponents, and
// k, M, G as powers of 1000. A text that two readers could read differently
// is doubtful, never guessed. Pure and thread-safe.

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace commands::metrics {

enum class Reading {
  kValue,
  kNone,  // said to be no number: nan, inf, none, or out of a double's reach
  kDoubtful,  // `1.234,5`, `1,23`, `1.2.3`, `12ms`, `41 234`
};

struct Number {
  Reading reading = Reading::kNone;
  double value = 0;      // if reading is kValue
  std::size_t size = 0;  // bytes it takes, with all that clings to it
};

// The digits at the front: sign, separators, exponent; no suffix, and
// whatever follows them. Nothing if no number begins there.
std::optional<Number> digits_at(std::string_view text);

// A whole number at the front: digits, a suffix, and an end that is one.
std::optional<Number> number_at(std::string_view text);

// Whether something follows a number that makes it doubtful.
bool clings(std::string_view number, std::string_view rest);

// 1000 for k and K, and so on; nothing for any other letter.
std::optional<double> scale_of(char letter);

}  // namespace commands::metrics
