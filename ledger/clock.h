// Time, through one door, so that tests own it. A wall clock is evidence, not
// order: order is the position.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ledger {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t now_ms() const = 0;  // Unix epoch, UTC
};

class SystemClock : public Clock {
 public:
  std::int64_t now_ms() const override;
};

// "2025-10-02T09:30:00.123Z"; the years 0000 to 9999.
std::string rfc3339(std::int64_t at_ms);
// A date, or a date and time; without a zone it is UTC. Nothing if it is none.
std::optional<std::int64_t> parse_time(std::string_view text);

}  // namespace ledger
