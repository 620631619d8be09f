// What an event says is taken away: nothing of it is left in the folder, and
// everything else holds as before.

#include "ledger/redaction.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "ledger/decoded.h"
#include "ledger/file.h"
#include "ledger/keys.h"
#include "ledger/proof.h"
#include "ledger/rocksdb_engine.h"
#include "tests/ledger/moving_fixture.h"

namespace ledger_tests {
namespace {

namespace fs = std::filesystem;
using ledger::AppendMoment;
using ledger::Position;
using Kinds = std::vector<std::string>;

// Like nothing else, so that no compression hides it.
constexpr std::string_view kSecret = "Zq7Xw9Lm2Kp4Vt8Rb3Hd6Yc1";

// A row that tells what the events of a stream say.
class ReasonView : public ledger::Projection {
 public:
  std::uint16_t number() const override { return 7; }
  std::string_view name() const override { return "reasons"; }
  std::uint32_t definition() const override { return 1; }
  ledger::Status apply(const ledger::StreamSlice& slice,
                       ledger::Rows& rows) const override {
    if (slice.stream.kind != schema::StreamKind::release) {
      return {};
    }
    RL_ASSIGN(auto row, rows.get(slice.stream.name));
    std::string text = row.value_or("");
    for (const ledger::RecordedEvent& event : slice.events) {
      const auto says = ledger::decoded(event);
      text += says ? std::get<schema::WaiverGranted>(*says).reason : "gone";
      text += ";";
    }
    rows.put(slice.stream.name, text);
    return {};
  }
};

bool is_anywhere(const fs::path& folder, std::string_view text) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      const auto bytes = ledger::read_file(entry.path());
      if (bytes && *bytes && (*bytes)->find(text) != std::string::npos) {
        return true;
      }
    }
  }
  return false;
}

class Redaction : public ::testing::Test {
 protected:
  Redaction() { scene_.projections.push_back(&reasons_); }

  // Among others, with one before and one behind it in its stream.
  Position write_secret() const {
    scene_.fill(7);
    const auto receipt = scene_.append(scene_.next("1", std::string(kSecret)));
    EXPECT_TRUE(receipt.has_value());
    EXPECT_TRUE(scene_.append(scene_.next("1", "behind it")).has_value());
    return receipt ? receipt->positions.front() : 0;
  }
  ledger::Result<ledger::AppendReceipt> redact(Position position) const {
    return redact(scene_, position);
  }
  static ledger::Result<ledger::AppendReceipt> redact(const Scene& scene,
                                                      Position position) {
    return scene.ledger().redact({position, "a password", ann(), {}});
  }
  std::string row(const Scene& scene) const {
    const auto row =
        scene.read().row(reasons_, ledger::release_stream("1"), "1");
    return row && *row ? (*row)->bytes : "none";
  }
  static void write_raw(const Scene& scene, Position at, std::string value) {
    auto engine = ledger::open_rocksdb(scene.folder() / "db",
                                       ledger::OpenMode::kReadWrite);
    ASSERT_TRUE(engine.has_value());
    ASSERT_TRUE((*engine)->write(
        {{ledger::Space::kLog, ledger::keys::payload(at), std::move(value)}}));
  }

  Scene scene_;
  ReasonView reasons_;
};

TEST_F(Redaction, TakesTheWordsAwayAndKeepsEveryProof) {
  const Position secret = write_secret();
  const ledger::Anchor before = scene_.read().anchor();
  const auto proof = ledger::prove_inclusion(scene_.read(), secret);
  ASSERT_TRUE(is_anywhere(scene_.folder(), kSecret));

  const auto receipt = redact(secret);
  ASSERT_TRUE(receipt.has_value()) << receipt.error().message;
  EXPECT_FALSE(is_anywhere(scene_.folder(), kSecret));
  const ledger::Snapshot after = scene_.read();
  EXPECT_EQ(after.size(), before.checkpoint.size + 1);
  EXPECT_TRUE(ledger::require_continued(after, before));
  const auto event = after.event(secret);
  ASSERT_TRUE(event.has_value());
  EXPECT_FALSE(event->payload.has_value());
  EXPECT_EQ(event->redacted_by, receipt->positions.front());
  EXPECT_TRUE(ledger::proves_inclusion(
      ledger::leaf_hash(after.store().envelope_bytes(secret).value()),
      secret,
      proof->path,
      before.checkpoint));
  EXPECT_TRUE(ledger::prove_inclusion(after, secret).has_value());
  EXPECT_EQ(row(scene_), "reason 1;reason 4;gone;behind it;");
  EXPECT_EQ(kinds(scene_.verify()), Kinds());
}

TEST_F(Redaction, TakesThemOutOfTheTablesToo) {
  const Position secret = write_secret();
  {
    auto engine = ledger::open_rocksdb(scene_.folder() / "db",
                                       ledger::OpenMode::kReadWrite);
    ASSERT_TRUE(engine.has_value());
    ASSERT_TRUE((*engine)->maintain(0));
  }
  EXPECT_TRUE(scene_.append(scene_.next("1", "later")).has_value());
  ASSERT_TRUE(is_anywhere(scene_.folder(), kSecret));
  ASSERT_TRUE(redact(secret));
  EXPECT_FALSE(is_anywhere(scene_.folder(), kSecret));
  EXPECT_EQ(kinds(scene_.verify()), Kinds());
}

TEST_F(Redaction, IsOnTheRecord) {
  const Position secret = write_secret();
  const auto receipt = redact(secret);
  ASSERT_TRUE(receipt.has_value());
  const auto event = scene_.read().event(receipt->positions.front());
  const auto says = ledger::as_redaction(*event);
  ASSERT_TRUE(says.has_value());
  EXPECT_EQ(says->position, secret);
  EXPECT_EQ(says->type, "WaiverGranted");
  EXPECT_EQ(says->by, "Ann <ann@x.org>");
  EXPECT_EQ(says->reason, "a password");
  EXPECT_EQ(event->envelope.stream_kind, schema::StreamKind::ledger);
}

TEST_F(Redaction, TypedAgainAddsNothing) {
  const Position secret = write_secret();
  const auto first = redact(secret);
  const auto second = redact(secret);
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(second->already_recorded);
  EXPECT_EQ(second->positions, first->positions);
  EXPECT_EQ(second->head, first->head);
}

TEST_F(Redaction, KeepsWhatTheLedgerItselfRestsOn) {
  const Position secret = write_secret();
  const auto receipt = redact(secret);
  EXPECT_EQ(reason_of(redact(0)), "not-redactable");
  EXPECT_EQ(reason_of(redact(receipt->positions.front())), "not-redactable");
  EXPECT_EQ(reason_of(redact(1'000)), "no-such-position");
}

TEST_F(Redaction, DoesNotLetTheSameFactBeSaidAgain) {
  write_secret();
  const auto again = scene_.next("2", "said twice");
  const auto receipt = scene_.append(again);
  ASSERT_TRUE(redact(receipt->positions.front()));
  EXPECT_EQ(reason_of(scene_.append(again)), "event-redacted");
}

TEST_F(Redaction, HoldsWhereverItIsKilled) {
  for (const AppendMoment moment : {AppendMoment::kBeforeCommit,
                                    AppendMoment::kCommitted,
                                    AppendMoment::kAcknowledged}) {
    Scene scene;
    scene.projections.push_back(&reasons_);
    scene.fill(7);
    const auto written = scene.append(scene.next("1", std::string(kSecret)));
    const Position secret = written->positions.front();
    scene.kill_at(moment,
                  [&](const Scene& inside) { (void)redact(inside, secret); });
    EXPECT_EQ(kinds(scene.verify()), Kinds());
    ASSERT_TRUE(redact(scene, secret).has_value());
    EXPECT_FALSE(is_anywhere(scene.folder(), kSecret));
    EXPECT_EQ(scene.read().size(), 10U);
    EXPECT_EQ(kinds(scene.verify()), Kinds());
  }
}

TEST_F(Redaction, IsLookedAtByVerify) {
  const Position secret = write_secret();
  const std::string stored =
      ledger::open_rocksdb(scene_.folder() / "db", ledger::OpenMode::kReadOnly)
          .value()
          ->get(ledger::Space::kLog, ledger::keys::payload(secret))
          .value()
          .value();
  // Somebody takes words away and records nothing.
  write_raw(scene_, secret, ledger::keys::number(secret + 1));
  EXPECT_THAT(kinds(scene_.verify()), ::testing::Contains("payload-missing"));
  write_raw(scene_, secret, stored);
  EXPECT_EQ(kinds(scene_.verify()), Kinds());
  // Somebody puts back what was taken away.
  ASSERT_TRUE(redact(secret));
  write_raw(scene_, secret, stored);
  EXPECT_THAT(kinds(scene_.verify()), ::testing::Contains("redaction-undone"));
}

TEST_F(Redaction, TravelsWithAnExport) {
  const Position secret = write_secret();
  const auto older = export_lines(scene_.ledger());
  Scene fresh;
  Scene behind;
  for (Scene* scene : {&fresh, &behind}) {
    scene->use_key_folder("keys-of-bo");
    scene->projections.push_back(&reasons_);
  }
  ASSERT_TRUE(import_lines(behind.settings(), older));
  ASSERT_TRUE(is_anywhere(behind.folder(), kSecret));
  ASSERT_TRUE(redact(secret));
  EXPECT_TRUE(scene_.append(scene_.next("1", "later")).has_value());
  const auto lines = export_lines(scene_.ledger());
  for (const Scene* scene : {&fresh, &behind}) {
    const auto done = import_lines(scene->settings(), lines);
    ASSERT_TRUE(done.has_value()) << done.error().message;
    EXPECT_EQ(export_lines(scene->ledger()), lines);
    EXPECT_EQ(row(*scene), row(scene_));
    EXPECT_EQ(kinds(scene->verify()), Kinds());
    EXPECT_FALSE(is_anywhere(scene->folder(), kSecret));
  }
}

TEST_F(Redaction, HasToBeInTheFileThatLacksTheWords) {
  const Position secret = write_secret();
  ASSERT_TRUE(redact(secret));
  auto lines = export_lines(scene_.ledger());
  lines.pop_back();
  Scene there;
  const auto done = import_lines(there.settings(), lines);
  EXPECT_EQ(reason_of(done), "payload-missing");
  EXPECT_FALSE(fs::exists(there.folder()));
}

TEST_F(Redaction, ThatNamesAnotherEventIsNotTakenFromAFile) {
  for (const Position position : {2U, 99U}) {
    const Scene here;
    here.fill(3);
    schema::PayloadRedacted lie;
    lie.position = position;
    lie.type = "WaiverGranted";
    lie.payload_digest = std::string(64, '0');
    ledger::AppendRequest request;
    request.stream = ledger::ledger_stream();
    request.next_version = 1;
    request.events = {{lie, {}}};
    request.actor = ann();
    ASSERT_TRUE(here.append(request).has_value());
    const Scene there;
    const auto done =
        import_lines(there.settings(), export_lines(here.ledger()));
    EXPECT_EQ(reason_of(done), "redaction-wrong") << position;
  }
}

TEST_F(Redaction, IsNotWhateverAFileSaysItIs) {
  const Position secret = write_secret();
  auto lines = export_lines(scene_.ledger());
  auto line = nlohmann::ordered_json::parse(lines[secret]);
  line["payload"] = line["salt"] = nullptr;
  line["redacted"] = secret + 1;
  lines[secret] = line.dump();
  const Scene there;
  EXPECT_EQ(reason_of(import_lines(there.settings(), lines)),
            "redaction-wrong");
}

TEST_F(Redaction, ReachesTheRowsOfARebuildThatWasCutShort) {
  scene_.projections = {&reasons_};
  const Position secret = write_secret();
  scene_.rebuild_batch = secret + 1;
  scene_.kill_at(AppendMoment::kCommitted, [](const Scene& inside) {
    (void)inside.ledger().rebuild(nullptr);
  });
  ASSERT_TRUE(redact(secret).has_value());
  EXPECT_FALSE(is_anywhere(scene_.folder(), kSecret));
  ASSERT_TRUE(scene_.ledger().rebuild(nullptr).has_value());
  EXPECT_EQ(row(scene_), "reason 1;reason 4;gone;behind it;");
  EXPECT_EQ(kinds(scene_.verify()), Kinds());
}

TEST_F(Redaction, SurvivesARebuild) {
  const Position secret = write_secret();
  ASSERT_TRUE(redact(secret));
  ASSERT_TRUE(scene_.ledger().rebuild(nullptr));
  EXPECT_EQ(row(scene_), "reason 1;reason 4;gone;behind it;");
  EXPECT_EQ(kinds(scene_.verify()), Kinds());
}

}  // namespace
}  // namespace ledger_tests
