// A ledger on the disk of another machine, where locks do not hold, is read and
// never written.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/crash/book.h"

namespace crash_tests {
namespace {

using support::Ended;
using ::testing::HasSubstr;

class NetworkDisk : public ::testing::Test {
 protected:
  Ended rl_far(const Arguments& arguments) const {
    constexpr std::uint64_t kMoreThanEnough = 1'000'000'000;
    return book_.rl_with_room(
        arguments, kMoreThanEnough, {{"RL_FULL_DISK_FAR", "1"}});
  }

  Book book_;
};

TEST_F(NetworkDisk, IsReadAndNotWritten) {
  const std::vector<std::string> before = book_.ids();
  const Ended refused = rl_far(Book::approve());
  EXPECT_EQ(refused.exit_code, kUsage) << refused.err;
  expect_one_error(refused);
  EXPECT_THAT(refused.err, HasSubstr("network file system"));
  const Ended read = rl_far({"status", "1.0"});
  EXPECT_EQ(read.exit_code, kDone) << read.err;
  EXPECT_EQ(book_.ids(), before);
}

TEST_F(NetworkDisk, GetsNoLedger) {
  const std::filesystem::path elsewhere = book_.disk() / "copy";
  ASSERT_EQ(book_.rl({"backup", elsewhere}).exit_code, kDone);
  std::filesystem::remove_all(book_.ledger());
  EXPECT_EQ(rl_far(book_.init()).exit_code, kUsage);
  EXPECT_EQ(rl_far({"restore", elsewhere}).exit_code, kUsage);
  EXPECT_FALSE(std::filesystem::exists(book_.ledger()));
}

}  // namespace
}  // namespace crash_tests
