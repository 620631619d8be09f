// A process killed at any moment of an append loses nothing that was
// acknowledged, and its command typed again adds nothing twice.

#include <fstream>

#include "ledger/building.h"
#include "tests/ledger/scene.h"

namespace ledger_tests {
namespace {

using ledger::AppendMoment;

constexpr std::array kMoments = {AppendMoment::kBeforeCommit,
                                 AppendMoment::kCommitted,
                                 AppendMoment::kAcknowledged};

std::uint64_t head_size(const Scene& scene) {
  const auto note = ledger::read_file(scene.folder() / "HEAD").value().value();
  return ledger::parse_checkpoint(note).value().size;
}

class Crash : public testing::TestWithParam<AppendMoment> {};

TEST_P(Crash, DuringAnAppendLosesAndDoublesNothing) {
  const Scene scene;
  scene.fill(2);
  const auto request = scene.next("1.4.0", "in the crash");
  scene.kill_at(GetParam(), [&](const Scene& s) { (void)s.append(request); });
  const bool committed = GetParam() != AppendMoment::kBeforeCommit;
  EXPECT_EQ(scene.read().size(), committed ? 4U : 3U);
  // HEAD never says more than the store holds: it is written last.
  EXPECT_EQ(head_size(scene),
            GetParam() == AppendMoment::kAcknowledged ? 4U : 3U);
  EXPECT_TRUE(scene.verify().problems.empty());

  const auto again = scene.append(request);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->already_recorded, committed);
  EXPECT_EQ(again->positions, std::vector<ledger::Position>{3});
  EXPECT_EQ(head_size(scene), 4U);
  EXPECT_EQ(scene.row("1.4.0"), "definition 1 from 3: WaiverGranted");
  EXPECT_TRUE(scene.verify().problems.empty());
}

TEST_P(Crash, TwiceInARowLosesAndDoublesNothing) {
  const Scene scene;
  scene.fill(2);
  const auto first = scene.next("1.4.0", "first crash");
  scene.kill_at(GetParam(), [&](const Scene& s) { (void)s.append(first); });
  const auto second = scene.next("1.5.0", "second crash");
  scene.kill_at(GetParam(), [&](const Scene& s) { (void)s.append(second); });
  EXPECT_TRUE(scene.verify().problems.empty());
  ASSERT_TRUE(scene.append(first));
  ASSERT_TRUE(scene.append(second));
  EXPECT_EQ(scene.read().size(), 5U);
  EXPECT_EQ(head_size(scene), 5U);
  EXPECT_TRUE(scene.verify().problems.empty());
}

TEST_P(Crash, OfAWriterWithANewKeyLosesAndDoublesNothing) {
  Scene scene;
  scene.fill(2);
  const auto request = scene.next("1.4.0", "by Bo");
  scene.use_key_folder("keys-of-bo");
  for (int round = 0; round < 2; ++round) {
    const auto act = [&](const Scene& s) {
      // The second time the events may be there; then append another.
      const auto receipt = s.append(request);
      if (receipt && receipt->already_recorded) {
        (void)s.append(s.next("1.5.0", "by Bo too"));
      }
    };
    scene.kill_at(GetParam(), act);
    EXPECT_TRUE(scene.verify().problems.empty()) << round;
  }
  const auto again = scene.append(request);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->positions, std::vector<ledger::Position>{4});
  const auto verification = scene.verify();
  EXPECT_TRUE(verification.problems.empty());
  EXPECT_EQ(head_size(scene), verification.events);
  EXPECT_EQ(scene.read().event(3).value().envelope.type, "WriterKeyAdded");
  // The first writer's turn again.
  scene.use_key_folder("keys-of-ann");
  const auto other = scene.append(scene.next("2", "by Ann"));
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->warnings.empty());
}

TEST_P(Crash, OfANewKeyIsCleanedUpByAnotherWriter) {
  Scene scene;
  scene.fill(2);
  scene.use_key_folder("keys-of-bo");
  const auto request = scene.next("1.4.0", "by Bo");
  scene.kill_at(GetParam(), [&](const Scene& s) { (void)s.append(request); });
  scene.use_key_folder("keys-of-cy");
  ASSERT_TRUE(scene.append(scene.next("2", "by Cy")));
  EXPECT_TRUE(scene.verify().problems.empty());
  scene.use_key_folder("keys-of-bo");
  ASSERT_TRUE(scene.append(request));
  EXPECT_TRUE(scene.verify().problems.empty());
}

TEST_P(Crash, OfTwoWritersWithNewKeysInARowLosesNothing) {
  Scene scene;
  scene.fill(2);
  for (const char* writer : {"bo", "cy"}) {
    scene.use_key_folder(fmt::format("keys-of-{}", writer));
    const auto request = scene.next(writer, "by a new key");
    scene.kill_at(GetParam(), [&](const Scene& s) { (void)s.append(request); });
    EXPECT_TRUE(scene.verify().problems.empty()) << writer;
  }
  scene.use_key_folder("keys-of-ann");
  ASSERT_TRUE(scene.append(scene.next("2", "by Ann")));
  EXPECT_TRUE(scene.verify().problems.empty());
}

TEST_P(Crash, DuringCreationLeavesAWholeLedgerOrNone) {
  const Scene scene;
  scene.kill_at(GetParam(), [](const Scene& s) { (void)s.ledger(); });
  EXPECT_EQ(std::filesystem::exists(scene.folder()),
            GetParam() == AppendMoment::kAcknowledged);
  scene.fill(1);
  EXPECT_TRUE(scene.verify().problems.empty());
  EXPECT_EQ(scene.read().size(), 2U);
  std::size_t entries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(scene.place())) {
    EXPECT_EQ(entry.path().string().find(".creating-"), std::string::npos);
    ++entries;
  }
  EXPECT_EQ(entries, 2U);  // the ledger and the keys
}

INSTANTIATE_TEST_SUITE_P(AtEveryMoment, Crash, testing::ValuesIn(kMoments));

TEST(Leftovers, GoWithTheNextWriter) {
  const Scene scene;
  scene.fill(1);
  const auto head = scene.folder() / "HEAD.tmp-1";
  const auto key = scene.folder() / "keys" / "00000000.tmp-1";
  std::ofstream(head) << "half";
  std::ofstream(key) << "half";
  EXPECT_EQ(scene.read().size(), 2U);
  EXPECT_TRUE(scene.verify().problems.empty());
  ASSERT_TRUE(scene.append(scene.next("0", "next")));
  EXPECT_FALSE(std::filesystem::exists(head));
  EXPECT_FALSE(std::filesystem::exists(key));
}

TEST(Leftovers, OfACreationThatStillRunsStay) {
  const Scene scene;
  const auto building = ledger::Building::begin(scene.folder());
  ASSERT_TRUE(building);
  (void)scene.ledger();
  EXPECT_TRUE(std::filesystem::exists(building->folder()));
}

}  // namespace
}  // namespace ledger_tests
