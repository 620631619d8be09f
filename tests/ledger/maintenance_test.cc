// A thousand short commands leave few files, and tidying up may be killed.
// RL_COMMANDS: how many commands, 200 if it is not set.

#include <csignal>
#include <cstdlib>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "ledger/rocksdb_engine.h"
#include "tests/ledger/scene.h"

namespace ledger_tests {
namespace {

struct Files {
  std::size_t tables = 0;
  std::size_t logs = 0;
  std::size_t diaries = 0;
};

Files files_of(const Scene& scene) {
  Files files;
  for (const auto& entry :
       std::filesystem::directory_iterator(scene.folder() / "db")) {
    const std::string name = entry.path().filename();
    files.tables += name.ends_with(".sst") ? 1U : 0U;
    files.logs += name.ends_with(".log") ? 1U : 0U;
    files.diaries += name.starts_with("LOG") ? 1U : 0U;
  }
  return files;
}

// What one command does to the ledger, from opening to tidying up.
void command(const Scene& scene, int number) {
  ledger::AppendRequest request;
  request.stream = ledger::release_stream(std::to_string(number % 20));
  request.next_version = static_cast<std::uint64_t>(number / 20);
  request.events.push_back(
      {fact(static_cast<std::uint32_t>(request.next_version) + 1, "one"), {}});
  request.actor = ann();
  const ledger::Ledger book = scene.ledger();
  ASSERT_TRUE(book.append(request));
  ASSERT_TRUE(book.maintain());
}

TEST(Maintenance, OfManyCommandsLeavesFewFiles) {
  const char* wanted = std::getenv("RL_COMMANDS");
  const int commands = wanted == nullptr ? 200 : std::atoi(wanted);
  const Scene scene;
  std::size_t tables_max = 0;
  for (int i = 0; i < commands; ++i) {
    command(scene, i);
    tables_max = std::max(tables_max, files_of(scene).tables);
  }
  const Files files = files_of(scene);
  EXPECT_LE(tables_max, 10U);
  EXPECT_LE(files.logs, ledger::kLogFilesMax);
  EXPECT_EQ(files.diaries, 0U);
  EXPECT_TRUE(scene.verify().problems.empty());
  EXPECT_EQ(scene.read().size(), static_cast<std::uint64_t>(commands) + 1);
}

TEST(Maintenance, LeavesOneLog) {
  const Scene scene;
  for (std::size_t i = 0; i < ledger::kLogFilesMax; ++i) {
    command(scene, static_cast<int>(i));
  }
  EXPECT_EQ(files_of(scene).logs, 1U);
}

TEST(Maintenance, AgainAndAgainMergesTheTablesItMakes) {
  constexpr int kRounds = 12;  // of two tables each, were they not merged
  const Scene scene;
  for (int round = 0; round < kRounds; ++round) {
    command(scene, round);
    auto engine = ledger::open_rocksdb(scene.folder() / "db",
                                       ledger::OpenMode::kReadWrite);
    ASSERT_TRUE(engine);
    ASSERT_TRUE((*engine)->maintain(0));
    engine->reset();
    EXPECT_LE(files_of(scene).tables, 10U) << round;
  }
  EXPECT_TRUE(scene.verify().problems.empty());
}

TEST(Maintenance, OfAWriterThatNeverComesToItIsDoneByItsAppends) {
  const Scene scene;
  scene.fill(static_cast<int>(ledger::kLogFilesLimit) + 10);
  EXPECT_LE(files_of(scene).logs, ledger::kLogFilesLimit);
  EXPECT_TRUE(scene.verify().problems.empty());
}

TEST(Maintenance, KilledAtAnyMomentHarmsNothing) {
  constexpr int kRounds = 12;
  const Scene scene;
  // Few enough that only the children flush: they have threads of their own
  // for it, as long as this process never needed any.
  scene.fill(40);
  for (int round = 0; round < kRounds; ++round) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto engine = ledger::open_rocksdb(scene.folder() / "db",
                                         ledger::OpenMode::kReadWrite);
      ::_exit(engine && (*engine)->maintain(0) ? 0 : 1);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5 * round));
    (void)::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(scene.verify().problems.empty()) << round;
    ASSERT_TRUE(scene.append(scene.next("0", fmt::format("after {}", round))));
  }
  EXPECT_TRUE(scene.verify().problems.empty());
  EXPECT_EQ(scene.read().size(), 41U + kRounds);
}

}  // namespace
}  // namespace ledger_tests
