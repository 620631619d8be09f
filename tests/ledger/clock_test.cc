#include "ledger/clock.h"

#include <limits>

#include <gtest/gtest.h>

namespace ledger_tests {
namespace {

using ledger::parse_time;
using ledger::rfc3339;

constexpr std::int64_t kAt = 1'759'397'400'123;  // 2025-10-02T09:30:00.123Z

TEST(Time, IsWrittenInUtcWithMilliseconds) {
  EXPECT_EQ(rfc3339(kAt), "2025-10-02T09:30:00.123Z");
  EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(-1), "1969-12-31T23:59:59.999Z");
}

TEST(Time, BeyondFourDigitsOfYearIsTheNearestWithin) {
  EXPECT_EQ(rfc3339(std::numeric_limits<std::int64_t>::max()),
            "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(rfc3339(std::numeric_limits<std::int64_t>::min()),
            "0000-01-01T00:00:00.000Z");
}

TEST(Time, IsReadAsItIsWritten) {
  for (const std::int64_t at : {std::int64_t{0}, kAt, std::int64_t{-1}}) {
    EXPECT_EQ(parse_time(rfc3339(at)), at);
  }
}

TEST(Time, MayLeaveOutWhatIsClear) {
  const std::int64_t midnight = 1'759'363'200'000;
  EXPECT_EQ(parse_time("2025-10-02"), midnight);
  EXPECT_EQ(parse_time("2025-10-02T09:30"), kAt - 123);
  EXPECT_EQ(parse_time("2025-10-02 09:30:00"), kAt - 123);
  EXPECT_EQ(parse_time("2025-10-02T09:30:00.1239"), kAt);
  EXPECT_EQ(parse_time("2025-10-02T09:30:00.1"), kAt - 23);
}

TEST(Time, TakesAZone) {
  EXPECT_EQ(parse_time("2025-10-02T11:30:00.123+02:00"), kAt);
  EXPECT_EQ(parse_time("2025-10-02T04:00:00.123-05:30"), kAt);
  EXPECT_EQ(parse_time("2025-10-02T09:30:00.123z"), kAt);
}

TEST(Time, ThatIsNoneIsNotRead) {
  for (const char* text : {"",
                           "now",
                           "2025",
                           "2025-10",
                           "2025-13-01",
                           "2025-02-29",
                           "2025-10-2",
                           "25-10-02",
                           "2025/10/02",
                           "2025-10-02T",
                           "2025-10-02T9:30",
                           "2025-10-02T24:00",
                           "2025-10-02T09:60",
                           "2025-10-02T09:30:61",
                           "2025-10-02T09:30:00.",
                           "2025-10-02T09:30:00.Z",
                           "2025-10-02T09:30+2",
                           "2025-10-02T09:30+24:00",
                           "2025-10-02T09:30ZZ",
                           "2025-10-02T09:30 CET",
                           " 2025-10-02",
                           "2025-10-02 ",
                           "-025-10-02"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(Time, OnTheSystemClockIsAfterThisWasWritten) {
  EXPECT_GT(ledger::SystemClock().now_ms(), 1'700'000'000'000);
}

}  // namespace
}  // namespace ledger_tests
