// An event that a projection cannot handle is parked: the append succeeds, the
// rows of its stream stand still, everybody says so, and a projection that can
// handle it folds the stream anew.

#include "ledger/fold.h"
#include "tests/ledger/scene.h"

namespace ledger_tests {
namespace {

using ledger::release_stream;

// Cannot handle an event that gives `refused` as its reason.
class PickyView : public CountingView {
 public:
  PickyView(std::uint32_t definition, std::string refused)
      : CountingView(1, definition), refused_(std::move(refused)) {}

  ledger::Status apply(const ledger::StreamSlice& slice,
                       ledger::Rows& rows) const override {
    // Half a slice may be put before it turns out.
    RL_TRY(CountingView::apply(slice, rows));
    for (const ledger::RecordedEvent& event : slice.events) {
      const auto decoded =
          schema::decode_payload(event.envelope.type, 1, *event.payload);
      const auto* waiver =
          decoded ? std::get_if<schema::WaiverGranted>(&*decoded) : nullptr;
      if (waiver != nullptr && waiver->reason == refused_) {
        return ledger::fail(
            ledger::ErrorCode::kRejected, "event-unhandled", "what a reason");
      }
    }
    return {};
  }

 private:
  std::string refused_;
};

class Parking : public testing::Test {
 protected:
  Parking() {
    scene_.projections = {&picky_};
    scene_.fill(6);
  }

  std::vector<ledger::Position> parked(const std::string& stream) const {
    return scene_.read().parked(picky_, release_stream(stream)).value();
  }

  std::string row(const std::string& stream) const {
    const auto row = scene_.read().row(picky_, release_stream(stream), stream);
    EXPECT_TRUE(row) << row.error().message;
    return row && *row ? (*row)->bytes : "";
  }

  PickyView picky_{1, "odd"};
  Scene scene_;
};

TEST_F(Parking, LetsTheAppendSucceedAndTheRowStandStill) {
  const std::string before = row("0");
  const auto receipt = scene_.append(scene_.next("0", "odd"));
  ASSERT_TRUE(receipt) << receipt.error().message;
  EXPECT_EQ(row("0"), before);
  EXPECT_EQ(parked("0"), receipt->positions);
  EXPECT_TRUE(parked("1").empty());
  EXPECT_EQ(scene_.read().rows(picky_).value().size(), 4U);
}

TEST_F(Parking, TakesWhatComesBehindInTheStreamAndNothingElse) {
  ASSERT_TRUE(scene_.append(scene_.next("0", "odd")));
  const std::string before = row("0");
  ASSERT_TRUE(scene_.append(scene_.next("0", "even")));
  EXPECT_EQ(row("0"), before);
  EXPECT_EQ(parked("0"), (std::vector<ledger::Position>{7, 8}));
  const std::string other = row("1");
  ASSERT_TRUE(scene_.append(scene_.next("1", "even")));
  EXPECT_EQ(row("1"), other + " WaiverGranted");
}

TEST_F(Parking, FoldsWhatStandsBeforeItInTheSameAppend) {
  const std::string before = row("0");
  auto request = scene_.next("0", "even");
  request.events.push_back({fact(100, "odd"), {}});
  request.events.push_back({fact(101, "even too"), {}});
  ASSERT_TRUE(scene_.append(request));
  EXPECT_EQ(row("0"), before + " WaiverGranted");
  EXPECT_EQ(parked("0"), (std::vector<ledger::Position>{8, 9}));
  EXPECT_TRUE(scene_.verify().problems.empty()) << "however it is cut";
}

TEST_F(Parking, OfAFirstEventLeavesNoRow) {
  ASSERT_TRUE(scene_.append(scene_.next("new", "odd")));
  EXPECT_EQ(row("new"), "");
  EXPECT_EQ(parked("new").size(), 1U);
  EXPECT_TRUE(scene_.verify().problems.empty());
}

TEST_F(Parking, IsSaidByReadersAndByVerify) {
  EXPECT_TRUE(scene_.read().warnings().empty());
  ASSERT_TRUE(scene_.append(scene_.next("0", "odd")));
  const auto snapshot = scene_.read();
  ASSERT_EQ(snapshot.warnings().size(), 1U);
  EXPECT_NE(snapshot.warnings()[0].find("rebuild"), std::string::npos);
  const auto verification = scene_.verify();
  EXPECT_TRUE(verification.problems.empty());
  EXPECT_EQ(verification.warnings, snapshot.warnings());
}

TEST_F(Parking, IsTheSameAfterARebuildThatCannotEither) {
  ASSERT_TRUE(scene_.append(scene_.next("0", "odd")));
  ASSERT_TRUE(scene_.append(scene_.next("0", "even")));
  const std::string before = row("0");
  scene_.rebuild_batch = 2;
  ASSERT_TRUE(scene_.ledger().rebuild(nullptr));
  EXPECT_EQ(row("0"), before);
  EXPECT_EQ(parked("0").size(), 2U);
  EXPECT_TRUE(scene_.verify().problems.empty());
}

TEST_F(Parking, EndsWithARebuildThatCan) {
  ASSERT_TRUE(scene_.append(scene_.next("0", "odd")));
  ASSERT_TRUE(scene_.append(scene_.next("0", "even")));
  const PickyView able(2, "");
  scene_.projections = {&able};
  ASSERT_TRUE(scene_.ledger().rebuild(nullptr));
  const auto snapshot = scene_.read();
  EXPECT_TRUE(snapshot.warnings().empty());
  EXPECT_TRUE(snapshot.parked(able, release_stream("0")).value().empty());
  EXPECT_EQ(snapshot.row(able, release_stream("0"), "0").value()->bytes,
            "definition 2 from 1: WaiverGranted WaiverGranted WaiverGranted "
            "WaiverGranted");
  EXPECT_TRUE(scene_.verify().problems.empty());
}

TEST_F(Parking, EndsWithTheNextWriterOfASmallLedgerThatCan) {
  ASSERT_TRUE(scene_.append(scene_.next("0", "odd")));
  const PickyView able(2, "");
  scene_.projections = {&able};
  ASSERT_TRUE(scene_.append(scene_.next("0", "even")));
  EXPECT_TRUE(scene_.read().warnings().empty());
  EXPECT_TRUE(scene_.verify().problems.empty());
}

TEST_F(Parking, OfADefinitionFoldedInMemoryIsTheSame) {
  ASSERT_TRUE(scene_.append(scene_.next("0", "odd")));
  ASSERT_TRUE(scene_.append(scene_.next("0", "even")));
  const PickyView newer(2, "even");
  const auto snapshot = [&] {
    scene_.projections = {&newer};
    return scene_.read();
  }();
  EXPECT_EQ(snapshot.parked(newer, release_stream("0")).value(),
            std::vector<ledger::Position>{8});
  EXPECT_TRUE(snapshot.row(newer, release_stream("0"), "0"));
}

TEST_F(Parking, OfEventsThatCouldBeFoldedIsAProblem) {
  ASSERT_TRUE(scene_.append(scene_.next("0", "odd")));
  // The same definition, and yet it can: as if somebody had parked it by hand.
  const PickyView able(1, "");
  scene_.projections = {&able};
  EXPECT_EQ(kinds(scene_.verify()), std::vector<std::string>{"view-disagrees"});
}

TEST_F(Parking, AnyOtherErrorEndsTheAppend) {
  class Broken : public CountingView {
    ledger::Status apply(const ledger::StreamSlice&,
                         ledger::Rows&) const override {
      return ledger::fail(ledger::ErrorCode::kCorruption, "view-damaged", "x");
    }
  };
  const Broken broken;
  scene_.projections = {&broken};
  EXPECT_EQ(reason_of(scene_.append(scene_.next("0", "x"))), "view-damaged");
}

}  // namespace
}  // namespace ledger_tests
