// The power fails after any call of a command. What was acknowledged before is
// there, the next command mends what there is to mend, once, and the same
// command typed again lands on the same record.
//
// RL_POWER_SEED chooses other moments, RL_POWER_LOSSES how many for each
// command (CI: 12; 0: all, each with every kind of loss).

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/crash/book.h"
#include "tests/crash/disk.h"
#include "tests/crash/trace.h"

namespace crash_tests {
namespace {

using support::Ended;
using ::testing::IsSubsetOf;

constexpr Loss kLosses[] = {
    Loss::kEverything, Loss::kRandomParts, Loss::kTornLastWrite};

class PowerLoss : public ::testing::Test {
 protected:
  // In each of these commands, typed one after another, with what those before
  // left unsynced.
  void lose_power_in(const std::vector<Arguments>& commands) {
    book_.keep("pristine");
    std::vector<std::string> acknowledged = book_.ids();
    for (const Arguments& command : commands) {
      SCOPED_TRACE(command.front());
      const std::size_t first = calls_.size();
      const Traced traced =
          trace(book_.invocation(command), Disk::calls(), "", true);
      ASSERT_EQ(traced.ended.exit_code, kDone) << traced.ended.err;
      calls_.insert(calls_.end(), traced.calls.begin(), traced.calls.end());
      const std::vector<std::string> after = book_.ids();
      EXPECT_EQ(after.size(), acknowledged.size() + 1);
      book_.keep("after");
      lose_power_in_one(command, first, acknowledged, after);
      book_.put_back("after");
      acknowledged = after;
    }
  }

  // Whose calls begin with number `first`.
  void lose_power_in_one(const Arguments& command,
                         std::size_t first,
                         const std::vector<std::string>& before,
                         const std::vector<std::string>& after) {
    const std::vector<std::size_t> moments = changes_from(first);
    EXPECT_GT(moments.size(), 20U);
    for (const auto& [moment, loss] : sample(moments.size())) {
      SCOPED_TRACE(fmt::format("after change {} of {}, loss {}",
                               moment + 1,
                               moments.size(),
                               static_cast<int>(loss)));
      state_after(moments[moment] + 1)->lose_power(loss, random_);
      // Nothing is said to have been done before the last change was made.
      const bool acknowledged = moment + 1 == moments.size();
      expect_kept(command, acknowledged ? after : before, after);
    }
  }

  std::unique_ptr<Disk> state_after(std::size_t count) const {
    book_.put_back("pristine");
    auto disk = std::make_unique<Disk>(book_.disk());
    for (std::size_t i = 0; i < count; ++i) {
      disk->apply(calls_[i]);
    }
    return disk;
  }

  // The calls that change what a power loss leaves.
  std::vector<std::size_t> changes_from(std::size_t first) const {
    const auto disk = state_after(first);
    std::vector<std::size_t> changes;
    for (std::size_t i = first; i < calls_.size(); ++i) {
      if (disk->apply(calls_[i])) {
        changes.push_back(i);
      }
    }
    return changes;
  }

  std::vector<std::pair<std::size_t, Loss>> sample(std::size_t moments) {
    std::vector<std::pair<std::size_t, Loss>> all;
    for (std::size_t moment = 0; moment < moments; ++moment) {
      for (const Loss loss : kLosses) {
        all.emplace_back(moment, loss);
      }
    }
    const std::size_t count = number_from("RL_POWER_LOSSES", 12);
    if (count != 0 && count < all.size()) {
      std::ranges::shuffle(all, random_);
      all.resize(count);
      // The moment right after it was acknowledged is always looked at.
      all.emplace_back(moments - 1, Loss::kEverything);
    }
    return all;
  }

  void expect_kept(const Arguments& command,
                   const std::vector<std::string>& acknowledged,
                   const std::vector<std::string>& after) {
    const Ended read = book_.rl({"verify"});
    EXPECT_EQ(read.exit_code, kDone) << read.out << read.err;
    EXPECT_THAT(acknowledged, IsSubsetOf(book_.ids()));
    const Ended again = book_.rl(command);
    EXPECT_EQ(again.exit_code, kDone) << again.err;
    const std::vector<std::string> ids = book_.ids();
    EXPECT_THAT(after, IsSubsetOf(ids));
    // At most one event more, which says that it was mended.
    EXPECT_LE(ids.size(), after.size() + 1);
    const Ended verified = book_.rl({"verify"});
    EXPECT_EQ(verified.exit_code, kDone) << verified.out << verified.err;
    EXPECT_EQ(verified.err, "") << "it was not mended by one command";
  }

  Book book_;
  std::vector<Call> calls_;  // of all commands so far
  std::mt19937_64 random_{seed_from("RL_POWER_SEED")};
};

TEST_F(PowerLoss, LosesNothingThatWasAcknowledged) {
  lose_power_in({Book::approve(), Book::revoke(), Book::approve()});
}

TEST_F(PowerLoss, WhileLogsAreFoldedLosesNothing) {
  lose_power_in({book_.fill_until_maintenance()});
}

}  // namespace
}  // namespace crash_tests
