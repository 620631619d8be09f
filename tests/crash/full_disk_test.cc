// The disk is full after so many bytes of a command. It says so, in one line
// and with the exit code for it; reading goes on; and once there is room again
// the same command is done.
//
// RL_FULL_DISK_SEED chooses other moments, RL_FULL_DISKS how many (CI: 10).

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/crash/book.h"

namespace crash_tests {
namespace {

using support::Ended;
using ::testing::HasSubstr;

class FullDisk : public ::testing::Test {
 protected:
  void expect_reading_goes_on(std::uint64_t bytes) const {
    for (const Arguments& query : {Arguments{"status", "1.0", "--json"},
                                   Arguments{"history", "--json"},
                                   Arguments{"list", "--json"},
                                   Arguments{"verify", "--json"}}) {
      const Ended full = book_.rl_with_room(query, bytes);
      const Ended free = book_.rl(query);
      EXPECT_EQ(full.exit_code, kDone) << query.front() << ": " << full.err;
      EXPECT_EQ(full.out, free.out) << query.front();
    }
  }

  // Whether there was room enough.
  bool fill_up(std::uint64_t bytes) const {
    SCOPED_TRACE(fmt::format("room for {} bytes", bytes));
    book_.put_back("pristine");
    const Ended ended = book_.rl_with_room(Book::approve(), bytes);
    if (ended.exit_code != kDone) {
      EXPECT_EQ(ended.exit_code, kMachine) << ended.err;
      expect_one_error(ended);
      EXPECT_THAT(ended.err, HasSubstr("o space left on"));
      EXPECT_THAT(ended.err, HasSubstr("free some space"));
    }
    expect_reading_goes_on(0);
    const Ended again = book_.rl(Book::approve());
    EXPECT_EQ(again.exit_code, kDone) << again.err;
    EXPECT_THAT(book_.ids(), ::testing::UnorderedElementsAreArray(after_));
    EXPECT_EQ(book_.rl({"verify"}).exit_code, kDone);
    return ended.exit_code == kDone;
  }

  Book book_;
  std::vector<std::string> after_;
};

TEST_F(FullDisk, IsSaidAndDamagesNothing) {
  book_.keep("pristine");
  ASSERT_EQ(book_.rl(Book::approve()).exit_code, kDone);
  after_ = book_.ids();
  std::mt19937_64 random(seed_from("RL_FULL_DISK_SEED"));
  constexpr std::uint64_t kMoreThanEnough = 1 << 20;
  EXPECT_FALSE(fill_up(0));
  EXPECT_TRUE(fill_up(kMoreThanEnough));
  // What is enough is found by halving; then every place before it may be the
  // last with room.
  std::uint64_t enough = kMoreThanEnough;
  for (std::uint64_t step = enough / 2; step > 0; step /= 2) {
    book_.put_back("pristine");
    if (book_.rl_with_room(Book::approve(), enough - step).exit_code == kDone) {
      enough -= step;
    }
  }
  const std::uint64_t count = number_from("RL_FULL_DISKS", 10);
  for (std::uint64_t i = 0; i < count; ++i) {
    EXPECT_FALSE(fill_up(random() % enough));
  }
}

}  // namespace
}  // namespace crash_tests
