// A tail torn by a crash never blocks the ledger: readers read on with a
// warning, the next writer mends the store and records that it did.

#include <fstream>

#include "tests/ledger/scene.h"

namespace ledger_tests {
namespace {

namespace fs = std::filesystem;

// A ledger of four events, and a fifth in the newest log that was committed
// but never acknowledged: the only kind of tail a crash can tear.
class TornTail : public testing::Test {
 protected:
  TornTail() {
    scene_.fill(3);
    const auto request = scene_.next("late", "unacknowledged");
    scene_.kill_at(ledger::AppendMoment::kCommitted,
                   [&](const Scene& s) { (void)s.append(request); });
    for (const auto& entry : fs::directory_iterator(scene_.folder() / "db")) {
      if (entry.path().extension() == ".log" && entry.file_size() > 0) {
        log_ = std::max(log_, entry.path());
      }
    }
    whole_ = ledger::read_file(log_).value().value();
  }

  void damage(std::size_t place) const {
    std::string bytes = whole_;
    bytes[place] = static_cast<char>(bytes[place] ^ 0x10);
    std::ofstream(log_, std::ios::binary | std::ios::trunc) << bytes;
  }

  std::vector<fs::path> kept() const {
    std::vector<fs::path> result;
    for (const auto& entry : fs::directory_iterator(scene_.folder())) {
      if (entry.path().filename().string().starts_with("db.torn-")) {
        result.push_back(entry.path());
      }
    }
    return result;
  }

  Scene scene_;
  fs::path log_;
  std::string whole_;
};

TEST_F(TornTail, IsReadOverWithAWarningAndNothingIsWritten) {
  damage(whole_.size() / 2);
  const auto snapshot = scene_.read();
  EXPECT_EQ(snapshot.size(), 4U);
  ASSERT_EQ(snapshot.warnings().size(), 1U);
  EXPECT_EQ(snapshot.warnings()[0].find("orruption"), std::string::npos);
  const auto verification = scene_.verify();
  EXPECT_TRUE(verification.problems.empty());
  EXPECT_EQ(verification.warnings.size(), 1U);
  EXPECT_TRUE(kept().empty());
}

TEST_F(TornTail, IsMendedByTheNextWriterAndThatIsOnTheLedger) {
  damage(whole_.size() / 2);
  const auto receipt = scene_.append(scene_.next("0", "after it"));
  ASSERT_TRUE(receipt) << receipt.error().message;
  EXPECT_EQ(receipt->warnings.size(), 1U);
  EXPECT_EQ(receipt->positions, std::vector<ledger::Position>{5});
  ASSERT_EQ(kept().size(), 1U);
  EXPECT_TRUE(fs::exists(kept()[0] / log_.filename()));
  const auto event = scene_.read().event(4).value();
  ASSERT_EQ(event.envelope.type, "LedgerRecovered");
  const auto said =
      schema::decode_payload("LedgerRecovered", 1, *event.payload);
  const auto& recovered = std::get<schema::LedgerRecovered>(*said);
  EXPECT_EQ(recovered.kept, kept()[0].filename().string());
  EXPECT_EQ(recovered.size, 4U);
  EXPECT_FALSE(recovered.detail.empty());
  EXPECT_TRUE(scene_.read().warnings().empty());
  EXPECT_TRUE(scene_.verify().problems.empty());
  EXPECT_FALSE(fs::exists(scene_.folder() / "RECOVERY"));
  const auto next = scene_.append(scene_.next("0", "and on"));
  ASSERT_TRUE(next);
  EXPECT_TRUE(next->warnings.empty());
}

TEST_F(TornTail, CutAnywhereIsNoLoss) {
  for (std::size_t length = 0; length < whole_.size(); length += 7) {
    fs::resize_file(log_, length);
    const auto snapshot = scene_.ledger().read();
    ASSERT_TRUE(snapshot) << length << ": " << snapshot.error().message;
    EXPECT_EQ(snapshot->size(), 4U);
    std::ofstream(log_, std::ios::binary | std::ios::trunc) << whole_;
  }
}

TEST_F(TornTail, CutAnywhereIsWrittenOver) {
  const fs::path before = scene_.place() / "before";
  fs::copy(scene_.folder(), before, fs::copy_options::recursive);
  for (std::size_t length = 0; length < whole_.size(); length += 61) {
    SCOPED_TRACE(length);
    fs::resize_file(log_, length);
    for (const char* reason : {"one", "two"}) {
      const auto receipt = scene_.append(scene_.next("0", reason));
      ASSERT_TRUE(receipt) << receipt.error().message;
    }
    EXPECT_EQ(scene_.read().size(), 6U);
    EXPECT_TRUE(scene_.verify().problems.empty());
    fs::remove_all(scene_.folder());
    fs::copy(before, scene_.folder(), fs::copy_options::recursive);
  }
}

TEST_F(TornTail, OfAnAcknowledgedEventIsALoss) {
  ASSERT_TRUE(
      scene_.append(scene_.next("late", "acknowledges what was there")));
  damage(whole_.size() / 2);
  const auto snapshot = scene_.ledger().read();
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().code, ledger::ErrorCode::kCorruption);
  EXPECT_EQ(snapshot.error().reason, "records-missing");
  EXPECT_EQ(reason_of(scene_.ledger().append([] {
              ledger::AppendRequest request;
              request.stream = ledger::release_stream("x");
              request.events = {{fact(1, "x"), {}}};
              return request;
            }())),
            "records-missing");
  EXPECT_TRUE(kept().empty());
}

TEST_F(TornTail, MendedInACrashIsStillRecorded) {
  damage(whole_.size() / 2);
  const auto request = scene_.next("0", "after it");
  for (const auto moment : {ledger::AppendMoment::kBeforeCommit,
                            ledger::AppendMoment::kCommitted}) {
    scene_.kill_at(moment, [&](const Scene& s) { (void)s.append(request); });
    EXPECT_TRUE(scene_.verify().problems.empty());
  }
  ASSERT_TRUE(scene_.append(request));
  const auto events =
      scene_.read().stream_events(ledger::ledger_stream(), 0).value();
  ASSERT_EQ(events.size(), 2U) << "recorded once";
  EXPECT_EQ(events[1].envelope.type, "LedgerRecovered");
  EXPECT_EQ(kept().size(), 1U);
  EXPECT_TRUE(scene_.verify().problems.empty());
}

}  // namespace
}  // namespace ledger_tests
