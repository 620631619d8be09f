// What a restore puts back, what it refuses, and what it puts on the record.

#include "ledger/restore.h"

#include <fstream>

#include "ledger/building.h"
#include "ledger/keys.h"
#include "ledger/rocksdb_engine.h"
#include "tests/ledger/moving_fixture.h"

namespace ledger_tests {
namespace {

namespace fs = std::filesystem;

class Restore : public ::testing::Test {
 protected:
  void back_up() const {
    const auto done =
        ledger::back_up(scene_.ledger(), {backup(), nullptr}, nullptr);
    ASSERT_TRUE(done) << done.error().message;
  }
  fs::path backup() const { return scene_.place() / "backup"; }

  ledger::Result<ledger::Restored> restore(
      const std::string& reason = "") const {
    ledger::RestoreRequest request;
    request.folder = backup();
    request.reason = reason;
    request.unfinished = [](const ledger::Snapshot&) {
      return std::vector<std::string>{"0"};
    };
    request.actor = ann();
    return ledger::restore(scene_.settings(), request, nullptr);
  }
  std::string refusal() const { return reason_of(restore()); }
  void expect_whole() const {
    EXPECT_EQ(kinds(scene_.verify()), std::vector<std::string>{});
  }
  // The payload of the newest event of a stream.
  template <class T>
  T newest(const ledger::StreamId& stream) const {
    const auto events = scene_.read().stream_events(stream, 0).value();
    const auto& last = events.back();
    const auto event = schema::decode_payload(
        last.envelope.type, last.envelope.schema_version, *last.payload);
    return std::get<T>(event.value());
  }

  Scene scene_;
};

TEST_F(Restore, IntoNothingGivesTheSameHead) {
  scene_.fill(20);
  const auto head = head_of(scene_.settings());
  back_up();
  fs::remove_all(scene_.folder());
  const auto done = restore();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(done->replaced.empty());
  EXPECT_EQ(head_of(scene_.settings()), head);
  expect_whole();
}

TEST_F(Restore, OfADamagedStoreThatLostNothingNeedsNoReason) {
  scene_.fill(20);
  const auto head = head_of(scene_.settings());
  back_up();
  fs::remove_all(scene_.folder() / "db");
  const auto done = restore();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(fs::exists(done->replaced / "HEAD"));
  EXPECT_EQ(done->head, head);
  EXPECT_TRUE(done->set_back.empty());
  expect_whole();
}

TEST_F(Restore, OverTheLedgerItIsOfChangesNoEvent) {
  scene_.fill(5);
  back_up();
  const auto lines = export_lines(scene_.ledger());
  ASSERT_TRUE(restore());
  EXPECT_EQ(export_lines(scene_.ledger()), lines);
}

TEST_F(Restore, ToALowerHeadNeedsAReason) {
  scene_.fill(6);
  back_up();
  ASSERT_TRUE(scene_.append(scene_.next("1", "after the backup")));
  const auto lines = export_lines(scene_.ledger());
  const auto refused = restore();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "head-would-fall");
  EXPECT_EQ(refused.error().code, ledger::ErrorCode::kRejected);
  EXPECT_NE(refused.error().hint.find("--force"), std::string::npos);
  EXPECT_EQ(export_lines(scene_.ledger()), lines);
}

TEST_F(Restore, SeesWhatIsAppendedWhileItCopies) {
  scene_.fill(6);
  back_up();
  ledger::RestoreRequest request;
  request.folder = backup();
  bool appended = false;
  const auto refused =
      ledger::restore(scene_.settings(), request, [&](std::uint64_t) {
        if (!std::exchange(appended, true)) {
          ASSERT_TRUE(scene_.append(scene_.next("1", "meanwhile")));
        }
      });
  ASSERT_TRUE(appended);
  EXPECT_EQ(reason_of(refused), "head-would-fall");
  EXPECT_EQ(scene_.read().size(), 8U);
}

TEST_F(Restore, ToALowerHeadIsOnTheRecordWithWhatIsGone) {
  scene_.fill(6);
  const auto backed_up = head_of(scene_.settings());
  back_up();
  ASSERT_TRUE(scene_.append(scene_.next("1", "after the backup")));
  ASSERT_TRUE(scene_.append(scene_.next("1", "and once more")));
  ASSERT_TRUE(scene_.append(scene_.next("new", "begun after it")));
  const auto old = head_of(scene_.settings());

  const auto done = restore("the new disk is worse");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->set_back, (std::vector<std::string>{"1", "new"}));
  const auto said = newest<schema::LedgerRestored>(ledger::ledger_stream());
  EXPECT_EQ(said.old->size, old.size);
  EXPECT_EQ(said.old->root, ledger::to_hex(old.root));
  EXPECT_EQ(said.new_->size, backed_up.size);
  EXPECT_EQ(said.new_->root, ledger::to_hex(backed_up.root));
  EXPECT_EQ(said.reason, "the new disk is worse");
  EXPECT_EQ(said.kept, done->replaced.filename());
  const auto one = newest<schema::ReleaseSetBack>(ledger::release_stream("1"));
  EXPECT_EQ(one.lost, 2U);
  EXPECT_EQ(one.kept, said.kept);
  EXPECT_EQ(newest<schema::ReleaseSetBack>(ledger::release_stream("new")).lost,
            1U);
  // Untouched: no event more.
  EXPECT_EQ(scene_.read().stream_events(ledger::release_stream("0"), 0)->size(),
            2U);
  expect_whole();
  EXPECT_EQ(done->head, head_of(scene_.settings()));
}

TEST_F(Restore, IsRecordedByAKeyThatIsNewInTheSameBatch) {
  scene_.fill(3);
  back_up();
  ASSERT_TRUE(scene_.append(scene_.next("1", "after the backup")));
  scene_.use_key_folder("keys-of-bo");
  ASSERT_TRUE(restore("moved to another machine"));
  const auto events =
      scene_.read().stream_events(ledger::ledger_stream(), 0).value();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[1].envelope.type, "WriterKeyAdded");
  EXPECT_EQ(events[2].envelope.type, "LedgerRestored");
  expect_whole();
}

TEST_F(Restore, OfAHistoryThatWentApartIsALowerHeadToo) {
  scene_.fill(3);
  const fs::path before = scene_.place() / "before";
  fs::copy(scene_.folder(), before, fs::copy_options::recursive);
  ASSERT_TRUE(scene_.append(scene_.next("0", "here")));
  ASSERT_TRUE(scene_.append(scene_.next("0", "and here")));
  back_up();
  fs::remove_all(scene_.folder());
  fs::rename(before, scene_.folder());
  ASSERT_TRUE(scene_.append(scene_.next("2", "there")));
  EXPECT_EQ(refusal(), "head-would-fall");
  const auto done = restore("the other one counts");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->set_back, std::vector<std::string>{"2"});
  expect_whole();
}

TEST_F(Restore, OverAStoreThatCannotBeReadSetsBackWhatIsInProgress) {
  scene_.fill(4);
  back_up();
  ASSERT_TRUE(scene_.append(scene_.next("1", "after the backup")));
  const auto old = head_of(scene_.settings());
  fs::remove_all(scene_.folder() / "db");
  EXPECT_EQ(refusal(), "head-would-fall");
  const auto done = restore("the disk is gone");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->set_back, std::vector<std::string>{"0"});
  const auto said = newest<schema::LedgerRestored>(ledger::ledger_stream());
  EXPECT_EQ(said.old->size, old.size);
  EXPECT_FALSE(
      newest<schema::ReleaseSetBack>(ledger::release_stream("0")).lost);
  expect_whole();
}

TEST_F(Restore, WithoutAReadableHeadNeedsAReasonAndSaysNoOldOne) {
  scene_.fill(4);
  back_up();
  fs::remove(scene_.folder() / "HEAD");
  EXPECT_EQ(refusal(), "head-would-fall");
  ASSERT_TRUE(restore("HEAD is gone"));
  EXPECT_EQ(newest<schema::LedgerRestored>(ledger::ledger_stream()).old,
            nullptr);
  expect_whole();
}

TEST_F(Restore, DoesNotBelieveAHeadThatAStrangerSigned) {
  scene_.fill(4);
  back_up();
  const ledger::Checkpoint lower = scene_.read().checkpoint();
  ASSERT_TRUE(scene_.append(scene_.next("1", "after the backup")));
  const ledger::SignerKey stranger{lower.origin, std::string(32, 'x')};
  std::ofstream(scene_.folder() / "HEAD") << ledger::sign(lower, stranger);
  fs::remove_all(scene_.folder() / "db");
  EXPECT_EQ(refusal(), "head-would-fall");
}

TEST_F(Restore, TakesThePlaceOfAnEmptyLedgerAndOfNoOther) {
  scene_.fill(4);
  const auto head = head_of(scene_.settings());
  back_up();
  fs::remove_all(scene_.folder());
  (void)scene_.ledger();
  ASSERT_TRUE(restore());
  EXPECT_EQ(head_of(scene_.settings()), head);
  fs::remove_all(scene_.folder());
  scene_.fill(1);
  EXPECT_EQ(refusal(), "another-ledger");
}

TEST_F(Restore, OfADamagedBackupIsRefusedAndChangesNothing) {
  scene_.fill(20);
  back_up();
  const auto lines = export_lines(scene_.ledger());
  for (const auto& entry : fs::directory_iterator(backup() / "ledger/db")) {
    if (entry.path().extension() == ".log" && entry.file_size() > 100) {
      std::fstream file(entry.path(),
                        std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(entry.file_size() / 2));
      file.put('\x7e');
    }
  }
  const auto refused = restore();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ledger::ErrorCode::kCorruption);
  EXPECT_EQ(export_lines(scene_.ledger()), lines);
  for (const auto& entry : fs::directory_iterator(scene_.place())) {
    EXPECT_EQ(entry.path().string().find(".creating-"), std::string::npos);
  }
}

TEST_F(Restore, OfABackupThatOnlyVerifyFindsDamagedIsRefused) {
  scene_.fill(5);
  back_up();
  {
    auto engine = ledger::open_rocksdb(backup() / "ledger" / "db",
                                       ledger::OpenMode::kReadWrite);
    ASSERT_TRUE(engine);
    ASSERT_TRUE((*engine)->write({{ledger::Space::kView,
                                   ledger::keys::row(1, 1, "nobody"),
                                   "nonsense"}}));
  }
  EXPECT_EQ(refusal(), "verification-failed");
  expect_whole();
}

TEST_F(Restore, OfNoBackupAndOfItselfIsAUsageError) {
  scene_.fill(1);
  EXPECT_EQ(refusal(), "no-backup");
  fs::create_directory(backup());
  EXPECT_EQ(refusal(), "no-backup");
  ledger::RestoreRequest request;
  request.folder = scene_.folder();
  EXPECT_EQ(reason_of(ledger::restore(scene_.settings(), request, nullptr)),
            "same-folder");
}

TEST_F(Restore, TakesBackWhatWasReplaced) {
  scene_.fill(4);
  back_up();
  ASSERT_TRUE(scene_.append(scene_.next("1", "after the backup")));
  const auto lines = export_lines(scene_.ledger());
  const auto done = restore("a mistake");
  ASSERT_TRUE(done);
  ledger::RestoreRequest request;
  request.folder = done->replaced;
  request.reason = "it was a mistake";
  request.actor = ann();
  const auto undone = ledger::restore(scene_.settings(), request, nullptr);
  ASSERT_TRUE(undone) << undone.error().message;
  const auto now = export_lines(scene_.ledger());
  EXPECT_TRUE(std::equal(lines.begin(), lines.end(), now.begin()));
  expect_whole();
}

TEST_F(Restore, KilledAtAnyMomentIsDoneByTheNext) {
  for (const auto moment : {ledger::AppendMoment::kBeforeCommit,
                            ledger::AppendMoment::kCommitted,
                            ledger::AppendMoment::kAcknowledged}) {
    Scene place;
    place.fill(4);
    const fs::path folder = place.place() / "backup";
    ASSERT_TRUE(ledger::back_up(place.ledger(), {folder, nullptr}, nullptr));
    ASSERT_TRUE(place.append(place.next("1", "after the backup")));
    const auto old = head_of(place.settings());
    ledger::RestoreRequest request;
    request.folder = folder;
    request.reason = "killed";
    request.actor = ann();
    place.kill_at(moment, [&](const Scene& scene) {
      (void)ledger::restore(scene.settings(), request, nullptr);
    });
    EXPECT_EQ(head_of(place.settings()), old);
    ASSERT_TRUE(ledger::restore(place.settings(), request, nullptr));
    EXPECT_EQ(place.read().size(), 7U);  // 5, and two of the restore
    EXPECT_EQ(kinds(place.verify()), std::vector<std::string>{});
    for (const auto& entry : fs::directory_iterator(place.place())) {
      EXPECT_EQ(entry.path().string().find(".creating-"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace ledger_tests
