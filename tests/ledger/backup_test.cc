// A backup is whole or not there, and is never put over something else.

#include "ledger/backup.h"

#include <fstream>

#include "ledger/building.h"
#include "ledger/keys.h"
#include "ledger/rocksdb_engine.h"
#include "tests/ledger/moving_fixture.h"

namespace ledger_tests {
namespace {

namespace fs = std::filesystem;
using ledger::BackupRequest;

class Backup : public ::testing::Test {
 protected:
  fs::path folder() const { return scene_.place() / "backup"; }
  ledger::Result<ledger::BackedUp> back_up(BackupRequest request = {}) const {
    request.folder = folder();
    return ledger::back_up(scene_.ledger(), request, nullptr);
  }
  ledger::Settings copy() const {
    auto settings = scene_.settings();
    settings.folder = folder() / "ledger";
    return settings;
  }
  std::string reason() const { return reason_of(back_up()); }

  Scene scene_;
};

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename());
  }
  return names;
}

TEST_F(Backup, IsAWholeLedgerWithTheSameHead) {
  scene_.fill(30);
  const auto done = back_up();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->head, head_of(scene_.settings()));
  EXPECT_EQ(head_of(copy()), head_of(scene_.settings()));
  const auto verified =
      ledger::Ledger::open(copy()).value().verify(nullptr).value();
  EXPECT_EQ(kinds(verified), std::vector<std::string>{});
  EXPECT_EQ(names_in(folder()), std::vector<std::string>{"ledger"});
}

TEST_F(Backup, HoldsNoPrivateKeyAndNoLease) {
  scene_.fill(1);
  write(scene_.folder() / "runs" / "1.lock", "{}");
  ASSERT_TRUE(back_up());
  EXPECT_FALSE(fs::exists(folder() / "ledger" / "runs"));
  for (const auto& entry : fs::recursive_directory_iterator(folder())) {
    if (entry.is_regular_file()) {
      const auto text = ledger::read_file(entry.path()).value().value();
      EXPECT_EQ(text.find("PRIVATE+KEY"), std::string::npos) << entry.path();
    }
  }
}

TEST_F(Backup, TakesTheLogsThatAreWhatWasRecorded) {
  scene_.fill(1);
  write(scene_.folder() / "logs" / "1" / "good.log", "SPS: 1\n");
  write(scene_.folder() / "logs" / "1" / "changed.log", "SPS: 2\n");
  write(scene_.place() / "secret", "s");
  const std::string digest = ledger::to_hex(ledger::sha256({"SPS: 1\n"}));
  BackupRequest request;
  request.logs = [&](const ledger::Snapshot&) {
    return std::vector<ledger::RecordedLog>{
        {"logs/1/good.log", digest},
        {"logs/1/changed.log", digest},
        {"logs/1/gone.log", digest},
        {"logs/../../secret", ledger::to_hex(ledger::sha256({"s"}))}};
  };
  const auto done = back_up(request);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->logs, 1U);
  EXPECT_EQ(done->warnings.size(), 3U);
  EXPECT_TRUE(fs::exists(folder() / "ledger" / "logs" / "1" / "good.log"));
  EXPECT_FALSE(fs::exists(folder() / "ledger" / "logs" / "1" / "changed.log"));
  EXPECT_FALSE(fs::exists(folder() / "secret"));
}

TEST_F(Backup, TakesThePlaceOfAnOlderOne) {
  scene_.fill(3);
  ASSERT_TRUE(back_up());
  ASSERT_TRUE(scene_.append(scene_.next("0", "more")));
  const auto done = back_up();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(head_of(copy()), head_of(scene_.settings()));
  EXPECT_EQ(names_in(folder()), std::vector<std::string>{"ledger"});
}

TEST_F(Backup, NeverTakesThePlaceOfAnythingElse) {
  scene_.fill(1);
  write(folder() / "notes.txt", "x");
  EXPECT_EQ(reason(), "not-a-backup");
  fs::remove_all(folder());
  write(folder(), "a file");
  EXPECT_EQ(reason(), "not-a-backup");
}

TEST_F(Backup, NeverTakesThePlaceOfAnothersOrOfANewerOne) {
  scene_.fill(2);
  const fs::path older = scene_.place() / "older";
  fs::copy(scene_.folder(), older, fs::copy_options::recursive);
  ASSERT_TRUE(scene_.append(scene_.next("0", "more")));
  ASSERT_TRUE(back_up());
  fs::remove_all(scene_.folder());
  fs::rename(older, scene_.folder());
  EXPECT_EQ(reason(), "backup-is-newer");
  // Longer than the backup, but another history.
  ASSERT_TRUE(scene_.append(scene_.next("0", "something else")));
  ASSERT_TRUE(scene_.append(scene_.next("0", "and more")));
  EXPECT_EQ(reason(), "backup-is-newer");
  fs::remove_all(scene_.folder());
  scene_.fill(1);
  EXPECT_EQ(reason(), "backup-of-another");
}

TEST_F(Backup, IsNotMadeInsideTheLedger) {
  scene_.fill(1);
  BackupRequest request;
  request.folder = scene_.folder() / "backup";
  EXPECT_EQ(reason_of(ledger::back_up(scene_.ledger(), request, nullptr)),
            "backup-inside");
  request.folder = scene_.folder();
  EXPECT_EQ(reason_of(ledger::back_up(scene_.ledger(), request, nullptr)),
            "backup-inside");
  EXPECT_FALSE(fs::exists(scene_.folder() / "backup"));
}

TEST_F(Backup, OfADamagedLedgerIsRefusedAndTheOneBeforeStays) {
  scene_.fill(20);
  ASSERT_TRUE(back_up());
  const auto before = head_of(copy());
  ASSERT_TRUE(scene_.append(scene_.next("0", "more")));
  // A row of a view that no event gives: a query of another row cannot see it.
  {
    auto engine = ledger::open_rocksdb(scene_.folder() / "db",
                                       ledger::OpenMode::kReadWrite);
    ASSERT_TRUE(engine);
    ASSERT_TRUE((*engine)->write({{ledger::Space::kView,
                                   ledger::keys::row(1, 1, "nobody"),
                                   "nonsense"}}));
  }
  EXPECT_NE(reason(), "");
  EXPECT_EQ(head_of(copy()), before);
  EXPECT_EQ(names_in(folder()), std::vector<std::string>{"ledger"});
}

TEST_F(Backup, LeftoversOfOneThatWasKilledGo) {
  scene_.fill(2);
  fs::create_directories(folder() / "ledger.creating-001122334455" / "db");
  fs::create_directories(folder() / "ledger.replaced-20251002T093000Z" / "db");
  ASSERT_TRUE(back_up());
  ASSERT_TRUE(back_up());
  EXPECT_EQ(names_in(folder()), std::vector<std::string>{"ledger"});
}

}  // namespace
}  // namespace ledger_tests
