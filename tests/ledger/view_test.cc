// Views are written with the events and always equal their fold.

#include "ledger/fold.h"
#include "tests/ledger/scene.h"

namespace ledger_tests {
namespace {

using ledger::release_stream;

TEST(View, EqualsTheFoldOfTheLog) {
  const Scene scene;
  scene.fill(20);
  auto request = scene.next("1", "several");
  request.events.push_back({fact(100, "at once"), {}});
  ASSERT_TRUE(scene.append(request));
  const auto snapshot = scene.read();
  const auto folded =
      ledger::fold_all(snapshot.store(), scene.view, nullptr).value().rows;
  const auto rows = snapshot.rows(scene.view).value();
  ASSERT_EQ(rows.size(), folded.size());
  EXPECT_EQ(rows.size(), 4U);  // three releases and the ledger's own stream
  std::size_t i = 0;
  for (const auto& [key, row] : folded) {
    EXPECT_EQ(rows[i].bytes, row.bytes);
    EXPECT_EQ(rows[i].position, row.position);
    ++i;
  }
}

TEST(View, OfNoSuchStreamIsNothing) {
  const Scene scene;
  scene.fill(1);
  EXPECT_EQ(scene.row("none"), "");
}

TEST(View, ReadsARangeFromEitherEnd) {
  const Scene scene;
  scene.fill(9);
  const CountingView outdated(1, 2);  // folded in memory
  const auto snapshot = scene.read();
  for (const CountingView* view : {&scene.view, &outdated}) {
    const auto keys = [&](ledger::Snapshot::Order order, std::size_t count) {
      std::string result;
      EXPECT_TRUE(
          snapshot.range(*view,
                         {"0", "2", order},
                         [&](std::string_view key, const ledger::Row& row) {
                           EXPECT_TRUE(snapshot.check_newest(
                               *view, release_stream(std::string(key)), row));
                           result += key;
                           return result.size() < count;
                         }));
      return result;
    };
    EXPECT_EQ(keys(ledger::Snapshot::Order::kForwards, 9), "01");
    EXPECT_EQ(keys(ledger::Snapshot::Order::kBackwards, 9), "10");
    EXPECT_EQ(keys(ledger::Snapshot::Order::kBackwards, 1), "1");
    EXPECT_FALSE(snapshot.find(*view, "none").value());
    EXPECT_FALSE(snapshot.has_parked(*view).value());
  }
}

TEST(View, ThatIsNotTheNewestOfItsStreamIsSaid) {
  const Scene scene;
  scene.fill(3);
  const auto older = scene.read().find(scene.view, "1").value().value();
  ASSERT_TRUE(scene.append(scene.next("1", "one more")));
  const ledger::Status status =
      scene.read().check_newest(scene.view, release_stream("1"), older);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, "view-disagrees");
}

TEST(View, OfAnOlderDefinitionIsFoldedAnewByTheNextWriter) {
  Scene scene;
  scene.fill(6);
  const CountingView newer(1, 2);
  scene.projections = {&newer};
  ASSERT_TRUE(scene.append(scene.next("0", "by the newer program")));
  const auto snapshot = scene.read();
  const auto row =
      snapshot.row(newer, release_stream("0"), "0").value().value();
  EXPECT_EQ(row.bytes,
            "definition 2 from 1: WaiverGranted WaiverGranted WaiverGranted");
  EXPECT_EQ(snapshot.rows(newer).value().size(), 4U);
  EXPECT_TRUE(scene.verify().problems.empty());
}

TEST(View, OfANewerDefinitionRefusesAnOlderWriterButNotAReader) {
  Scene scene;
  const CountingView newer(1, 2);
  scene.projections = {&newer};
  scene.fill(3);
  scene.projections = {&scene.view};
  const auto receipt = scene.append(scene.next("0", "by the older program"));
  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().reason, "program-too-old");
  EXPECT_EQ(receipt.error().code, ledger::ErrorCode::kUsage);
  EXPECT_EQ(scene.row("0"), "definition 1 from 1: WaiverGranted")
      << "folded in memory";
  EXPECT_EQ(scene.read().rows(scene.view).value().size(), 4U);
}

TEST(View, ThatThisProgramDoesNotKnowRefusesAWriter) {
  Scene scene;
  const CountingView other(2, 1);
  scene.projections = {&scene.view, &other};
  scene.fill(1);
  scene.projections = {&scene.view};
  EXPECT_EQ(reason_of(scene.append(scene.next("0", "x"))), "program-too-old");
}

TEST(View, ThatIsNewIsFoldedOverTheWholeLog) {
  Scene scene;
  scene.fill(6);
  const CountingView second(2, 1);
  scene.projections = {&scene.view, &second};
  EXPECT_EQ(scene.read().rows(second).value().size(), 4U) << "in memory";
  ASSERT_TRUE(scene.append(scene.next("0", "x")));
  EXPECT_EQ(scene.read().rows(second).value().size(), 4U);
  EXPECT_TRUE(scene.verify().problems.empty());
}

TEST(View, OfAnotherDefinitionInALargeLedgerWaitsForARebuild) {
  Scene scene;
  (void)scene.ledger();
  auto request = scene.next("1", "one of many");
  for (std::uint32_t i = 2; i < ledger::kFoldInMemoryMax; ++i) {
    request.events.push_back({fact(i, "more"), {}});
  }
  ASSERT_TRUE(scene.append(request));
  const CountingView newer(1, 2);
  scene.projections = {&newer};
  const auto row = scene.read().row(newer, release_stream("1"), "1");
  ASSERT_FALSE(row) << "as many events as that are not folded for one query";
  EXPECT_EQ(row.error().reason, "views-outdated");
  EXPECT_EQ(row.error().code, ledger::ErrorCode::kUsage);
  EXPECT_NE(row.error().hint.find("rebuild"), std::string::npos);
  EXPECT_EQ(reason_of(scene.append(scene.next("1", "x"))), "views-outdated");
  ASSERT_TRUE(scene.ledger().rebuild(nullptr));
  EXPECT_TRUE(scene.read().row(newer, release_stream("1"), "1"));
  EXPECT_TRUE(scene.append(scene.next("1", "x")));
}

TEST(View, IsTheSameAfterARebuild) {
  const Scene scene;
  scene.fill(10);
  const auto before = scene.read().rows(scene.view).value();
  std::uint64_t last = 0;
  const auto rebuilt =
      scene.ledger().rebuild([&](std::uint64_t count) { last = count; });
  ASSERT_TRUE(rebuilt);
  EXPECT_EQ(*rebuilt, 11U);
  EXPECT_EQ(last, 11U);
  const auto after = scene.read().rows(scene.view).value();
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].bytes, after[i].bytes);
    EXPECT_EQ(before[i].position, after[i].position);
  }
  EXPECT_TRUE(scene.verify().problems.empty());
  ASSERT_TRUE(scene.append(scene.next("0", "after it")));
  EXPECT_TRUE(scene.verify().problems.empty());
}

TEST(View, HoldsTheLedgersOwnEventsOfTheSameBatch) {
  Scene scene;
  scene.fill(1);
  scene.use_key_folder("keys-of-bo");
  ASSERT_TRUE(scene.append(scene.next("0", "by Bo")));
  const auto row =
      scene.read().row(scene.view, ledger::ledger_stream(), "").value();
  EXPECT_EQ(row.value().bytes,
            "definition 1 from 0: LedgerCreated WriterKeyAdded");
}

}  // namespace
}  // namespace ledger_tests
