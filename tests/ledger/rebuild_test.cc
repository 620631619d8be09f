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

// Few enough that nothing is flushed: a forked child has no thread to do it.
constexpr int kEvents = 12;
constexpr std::size_t kBatch = 3;
constexpr std::size_t kBatches = 6;  // of thirteen events, and the removal

class Book : public Scene {
 public:
  Book() {
    fill(kEvents);
    rebuild_batch = kBatch;
  }

  // Every row in the store, of any generation, and the records of a rebuild.
  std::size_t stored_rows() const {
    return count("v") + count(std::string(keys::kSpareKind));
  }

  // In a child that ends at the nth time `moment` comes; false if it does not.
  bool rebuild_killed_at(AppendMoment moment, std::size_t nth) {
    const pid_t child = ::fork();
    if (child == 0) {
      std::size_t seen = 0;
      observer = [&](AppendMoment reached, std::size_t) {
        if (reached == moment && ++seen == nth) {
          (void)::raise(SIGKILL);
        }
      };
      ::_exit(ledger().rebuild(nullptr) ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == EXIT_SUCCESS);
    return WIFSIGNALED(status);
  }

  void expect_whole(std::size_t streams) const {
    const auto verification = verify();
    EXPECT_TRUE(verification.problems.empty());
    EXPECT_TRUE(verification.warnings.empty());
    EXPECT_EQ(stored_rows(), streams);
  }

 private:
  std::size_t count(const std::string& kind) const {
    const auto snapshot = read();
    std::size_t rows = 0;
    EXPECT_TRUE(snapshot.store().engine().scan(
        ledger::Space::kView,
        kind,
        keys::after(kind),
        [&](std::string_view, std::string_view) { return ++rows != 0; }));
    return rows;
  }
};

class Rebuild : public testing::Test {
 protected:
  Book scene_;
};

class RebuildKilled : public testing::TestWithParam<AppendMoment> {};

TEST_P(RebuildKilled, AtAnyBatchGoesOnWhereItWas) {
  for (std::size_t nth = 1; nth <= kBatches; ++nth) {
    Book book;
    ASSERT_TRUE(book.rebuild_killed_at(GetParam(), nth)) << nth;
    EXPECT_TRUE(book.verify().problems.empty()) << nth;
    EXPECT_EQ(book.read().rows(book.view).value().size(), 4U) << nth;
    ASSERT_TRUE(book.append(book.next("0", "after it")));
    EXPECT_TRUE(book.verify().problems.empty()) << nth;
    ASSERT_TRUE(book.ledger().rebuild(nullptr)) << nth;
    book.expect_whole(4);
  }
  Book book;
  EXPECT_FALSE(book.rebuild_killed_at(GetParam(), kBatches + 1));
}

INSTANTIATE_TEST_SUITE_P(BeforeAndAfter,
                         RebuildKilled,
                         testing::Values(AppendMoment::kBeforeCommit,
                                         AppendMoment::kCommitted));

TEST_F(Rebuild, KilledAgainAndAgainComesToItsEnd) {
  for (std::size_t i = 0; i < kBatches; ++i) {
    ASSERT_TRUE(scene_.rebuild_killed_at(AppendMoment::kCommitted, 1));
  }
  // The new rows are in force, the old ones gone: each went on where the last
  // one was.
  const auto head = scene_.read().store().head().value();
  EXPECT_EQ(head.views[0].generation, 2U);
  scene_.expect_whole(4);
}

TEST_F(Rebuild, SaysInVerifyThatItWasCutShort) {
  ASSERT_TRUE(scene_.rebuild_killed_at(AppendMoment::kCommitted, 2));
  const auto verification = scene_.verify();
  EXPECT_TRUE(verification.problems.empty());
  ASSERT_EQ(verification.warnings.size(), 1U);
  EXPECT_NE(verification.warnings[0].find("rebuild"), std::string::npos);
}

TEST_F(Rebuild, TakesWhatOthersAppendMeanwhile) {
  const Book& scene = scene_;
  int others = 0;
  const auto rebuilt = scene.ledger().rebuild([&](std::uint64_t) {
    // Between two batches the lock is free.
    if (others < 6) {
      ASSERT_TRUE(scene.append(
          scene.next(std::to_string(others++), "by another terminal")));
    }
  });
  ASSERT_TRUE(rebuilt);
  EXPECT_GT(*rebuilt, kEvents + 1U);
  scene_.expect_whole(7);
}

TEST_F(Rebuild, OfAnOlderDefinitionThatWasCutShortIsRemoved) {
  ASSERT_TRUE(scene_.rebuild_killed_at(AppendMoment::kCommitted, 3));
  const CountingView newer(1, 2);
  scene_.projections = {&newer};
  ASSERT_TRUE(scene_.ledger().rebuild(nullptr));
  scene_.expect_whole(4);
  EXPECT_EQ(scene_.read().rows(newer).value().size(), 4U);
}

TEST_F(Rebuild, OfAnOlderDefinitionGoesWithTheNextMaintenance) {
  ASSERT_TRUE(scene_.rebuild_killed_at(AppendMoment::kCommitted, 3));
  const CountingView newer(1, 2);
  scene_.projections = {&newer};
  ASSERT_TRUE(scene_.append(scene_.next("0", "by a newer program")));
  EXPECT_GT(scene_.stored_rows(), 4U);
  for (std::size_t i = 0; i <= ledger::kLogFilesMax; ++i) {
    ASSERT_TRUE(scene_.append(scene_.next("0", fmt::format("{}", i))));
    ASSERT_TRUE(scene_.ledger().maintain());  // as every command does
  }
  scene_.expect_whole(4);
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
  scene_.expect_whole(8);
}

TEST_F(Rebuild, FoldsAllViewsInOnePassAndAFewPortionsUnderOneLock) {
  const CountingView second(2, 1);
  scene_.projections = {&scene_.view, &second};
  scene_.rebuild_batches = 2;
  std::size_t commits = 0;
  scene_.observer = [&](AppendMoment reached, std::size_t) {
    commits += reached == AppendMoment::kCommitted ? 1U : 0U;
  };
  std::vector<std::uint64_t> folded;
  ASSERT_TRUE(scene_.ledger().rebuild(
      [&](std::uint64_t events) { folded.push_back(events); }));
  EXPECT_EQ(folded, (std::vector<std::uint64_t>{6, 12, 13, 13, 13}));
  EXPECT_EQ(commits, kBatches);  // however many views there are
  scene_.expect_whole(8);
}

TEST_F(Rebuild, OfOneViewThatWasCutShortIsJoinedByTheOthers) {
  ASSERT_TRUE(scene_.rebuild_killed_at(AppendMoment::kCommitted, 2));
  const CountingView second(2, 1);
  scene_.projections = {&scene_.view, &second};
  ASSERT_TRUE(scene_.ledger().rebuild(nullptr));
  scene_.expect_whole(8);
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
  scene_.expect_whole(4);
}

}  // namespace
}  // namespace ledger_tests
