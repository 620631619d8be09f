// A rebuild folds beside the rows in force, lets others append, and may be
// killed at any of its batches.

#include <csignal>
#include <cstdlib>

#include <sys/wait.h>
#include <unistd.h>

#include "ledger/keys.h"
#include "ledger/rocksdb_engine.h"
#include "tests/ledger/scene.h"

namespace ledger_tests {
namespace {

using ledger::AppendMoment;
namespace keys = ledger::keys;

constexpr int kEvents = 30;

class Rebuild : public testing::Test {
 protected:
  Rebuild() {
    scene_.fill(kEvents);
    scene_.rebuild_batch = 7;
  }

  // Every row in the store, of any generation, and the records of a rebuild.
  std::size_t stored_rows() const {
    return count("v") + count(std::string(keys::kSpareKind));
  }

  std::size_t count(const std::string& kind) const {
    const auto snapshot = scene_.read();
    std::size_t rows = 0;
    EXPECT_TRUE(snapshot.store().engine().scan(
        ledger::Space::kView,
        kind,
        keys::after(kind),
        [&](std::string_view, std::string_view) { return ++rows != 0; }));
    return rows;
  }

  // In a child that ends at the nth time `moment` comes; false if it does not.
  bool rebuild_killed_at(AppendMoment moment, std::size_t nth) {
    const pid_t child = ::fork();
    if (child == 0) {
      std::size_t seen = 0;
      scene_.observer = [&](AppendMoment reached, std::size_t) {
        if (reached == moment && ++seen == nth) {
          (void)::raise(SIGKILL);
        }
      };
      ::_exit(scene_.ledger().rebuild(nullptr) ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == EXIT_SUCCESS);
    return WIFSIGNALED(status);
  }

  void expect_whole(std::size_t streams) const {
    const auto verification = scene_.verify();
    EXPECT_TRUE(verification.problems.empty());
    EXPECT_TRUE(verification.warnings.empty());
    EXPECT_EQ(stored_rows(), streams);
  }

  Scene scene_;
};

TEST_F(Rebuild, KilledAtAnyBatchGoesOnWhereItWas) {
  for (const auto moment :
       {AppendMoment::kBeforeCommit, AppendMoment::kCommitted}) {
    std::size_t nth = 1;
    for (; rebuild_killed_at(moment, nth); ++nth) {
      EXPECT_TRUE(scene_.verify().problems.empty()) << nth;
      EXPECT_EQ(scene_.read().rows(scene_.view).value().size(), 4U) << nth;
      ASSERT_TRUE(scene_.append(scene_.next("0", fmt::format("{}", nth))));
      EXPECT_TRUE(scene_.verify().problems.empty()) << nth;
      ASSERT_TRUE(scene_.ledger().rebuild(nullptr)) << nth;
      expect_whole(4);
    }
    EXPECT_GE(nth, 6U) << "batches of seven events, and the removal";
  }
}

TEST_F(Rebuild, KilledAgainAndAgainComesToItsEnd) {
  int kills = 0;
  while (rebuild_killed_at(AppendMoment::kCommitted, 1)) {
    ASSERT_LT(++kills, 20) << "each goes on where the last one was";
    if (kills == 6) {
      break;  // the new rows are in force and the old ones gone
    }
  }
  EXPECT_EQ(kills, 6);
  expect_whole(4);
}

TEST_F(Rebuild, SaysInVerifyThatItWasCutShort) {
  ASSERT_TRUE(rebuild_killed_at(AppendMoment::kCommitted, 2));
  const auto verification = scene_.verify();
  EXPECT_TRUE(verification.problems.empty());
  ASSERT_EQ(verification.warnings.size(), 1U);
  EXPECT_NE(verification.warnings[0].find("rebuild"), std::string::npos);
}

TEST_F(Rebuild, TakesWhatOthersAppendMeanwhile) {
  const Scene& scene = scene_;
  int others = 0;
  const auto rebuilt = scene.ledger().rebuild([&](std::uint64_t) {
    // Between two batches the lock is free.
    if (others < 12) {
      ASSERT_TRUE(scene.append(
          scene.next(std::to_string(others++), "by another terminal")));
    }
  });
  ASSERT_TRUE(rebuilt);
  EXPECT_GT(*rebuilt, kEvents + 1U);
  expect_whole(13);
}

TEST_F(Rebuild, OfAnOlderDefinitionThatWasCutShortIsRemoved) {
  ASSERT_TRUE(rebuild_killed_at(AppendMoment::kCommitted, 3));
  const CountingView newer(1, 2);
  scene_.projections = {&newer};
  ASSERT_TRUE(scene_.ledger().rebuild(nullptr));
  expect_whole(4);
  EXPECT_EQ(scene_.read().rows(newer).value().size(), 4U);
}

TEST_F(Rebuild, OfAnOlderDefinitionGoesWithTheNextMaintenance) {
  ASSERT_TRUE(rebuild_killed_at(AppendMoment::kCommitted, 3));
  const CountingView newer(1, 2);
  scene_.projections = {&newer};
  ASSERT_TRUE(scene_.append(scene_.next("0", "by a newer program")));
  EXPECT_GT(stored_rows(), 4U);
  for (std::size_t i = 0; i <= ledger::kLogFilesMax; ++i) {
    ASSERT_TRUE(scene_.append(scene_.next("0", fmt::format("{}", i))));
  }
  ASSERT_TRUE(scene_.ledger().maintain());
  expect_whole(4);
}

TEST_F(Rebuild, ByAnOlderProgramIsRefused) {
  const CountingView newer(1, 2);
  scene_.projections = {&newer};
  ASSERT_TRUE(scene_.ledger().rebuild(nullptr));
  scene_.projections = {&scene_.view};
  EXPECT_EQ(reason_of(scene_.ledger().rebuild(nullptr)), "program-too-old");
}

TEST_F(Rebuild, OfAViewThatIsNewFoldsTheWholeLog) {
  const CountingView second(2, 1);
  scene_.projections = {&scene_.view, &second};
  ASSERT_TRUE(scene_.ledger().rebuild(nullptr));
  expect_whole(8);
}

TEST_F(Rebuild, PutsRightARowThatWasChanged) {
  {
    auto engine = ledger::open_rocksdb(scene_.folder() / "db",
                                       ledger::OpenMode::kReadWrite);
    ASSERT_TRUE(engine);
    ASSERT_TRUE((*engine)->write(
        {{ledger::Space::kView, keys::row(1, 1, "1"), "nonsense"}}));
  }
  EXPECT_FALSE(scene_.verify().problems.empty());
  ASSERT_TRUE(scene_.ledger().rebuild(nullptr));
  expect_whole(4);
}

}  // namespace
}  // namespace ledger_tests
