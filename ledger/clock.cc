#include "ledger/clock.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace ledger {
namespace {

using std::chrono::milliseconds;
using std::chrono::sys_days;

// Years of four digits; a time beyond can only come from a foreign envelope.
constexpr std::int64_t kEarliestMs = -62'167'219'200'000;  // 0000-01-01
constexpr std::int64_t kLatestMs = 253'402'300'799'999;    // 9999-12-31

// Takes exactly `digits` digits and then `after` (unless 0) off `text`.
std::optional<int> take_number(std::string_view& text,
                               std::size_t digits,
                               char after) {
  if (text.size() < digits + (after == 0 ? 0 : 1)) {
    return std::nullopt;
  }
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    value = value * 10 + (c - '0');
  }
  if (after != 0 && text[digits] != after) {
    return std::nullopt;
  }
  text.remove_prefix(digits + (after == 0 ? 0 : 1));
  return value;
}

std::optional<std::int64_t> take_date(std::string_view& text) {
  const auto year = take_number(text, 4, '-');
  const auto month = year ? take_number(text, 2, '-') : std::nullopt;
  const auto day = month ? take_number(text, 2, 0) : std::nullopt;
  if (!day) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{
      std::chrono::year{*year},
      std::chrono::month{static_cast<unsigned>(*month)},
      std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) {
    return std::nullopt;
  }
  return milliseconds(sys_days(date).time_since_epoch()).count();
}

// Seconds and their fraction are optional; at most milliseconds count.
std::optional<std::int64_t> take_time_of_day(std::string_view& text) {
  const auto hour = take_number(text, 2, ':');
  const auto minute = hour ? take_number(text, 2, 0) : std::nullopt;
  if (!minute || *hour > 23 || *minute > 59) {
    return std::nullopt;
  }
  std::int64_t result = (*hour * 60 + *minute) * 60'000;
  if (!text.starts_with(':')) {
    return result;
  }
  text.remove_prefix(1);
  const auto second = take_number(text, 2, 0);
  if (!second || *second > 60) {
    return std::nullopt;
  }
  result += *second * 1000;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (text.empty() || text.front() < '0' || text.front() > '9') {
      return std::nullopt;
    }
    int scale = 100;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      result += (text.front() - '0') * scale;
      scale /= 10;
      text.remove_prefix(1);
    }
  }
  return result;
}

// "", "Z" or "+hh:mm", as milliseconds east of UTC.
std::optional<std::int64_t> take_zone(std::string_view& text) {
  if (text.empty() || text == "Z" || text == "z") {
    text = {};
    return 0;
  }
  const int sign = text.front() == '-' ? -1 : 1;
  if (text.front() != '+' && text.front() != '-') {
    return std::nullopt;
  }
  text.remove_prefix(1);
  const auto hour = take_number(text, 2, ':');
  const auto minute = hour ? take_number(text, 2, 0) : std::nullopt;
  if (!minute || *hour > 23 || *minute > 59) {
    return std::nullopt;
  }
  return sign * (*hour * 60 + *minute) * 60'000;
}

}  // namespace

std::int64_t SystemClock::now_ms() const {
  return std::chrono::duration_cast<milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string rfc3339(std::int64_t at_ms) {
  const std::chrono::sys_time<milliseconds> at{
      milliseconds(std::clamp(at_ms, kEarliestMs, kLatestMs))};
  const auto second = std::chrono::floor<std::chrono::seconds>(at);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(second.time_since_epoch().count()),
                     (at - second).count());
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  const auto date = take_date(text);
  if (!date) {
    return std::nullopt;
  }
  std::int64_t result = *date;
  if (!text.empty() && (text.front() == 'T' || text.front() == ' ')) {
    text.remove_prefix(1);
    const auto time = take_time_of_day(text);
    if (!time) {
      return std::nullopt;
    }
    result += *time;
  }
  const auto zone = take_zone(text);
  if (!zone || !text.empty()) {
    return std::nullopt;
  }
  return result - *zone;
}

}  // namespace ledger
