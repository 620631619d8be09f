// What changed between two moments, and that each moment is the fold of the
// events up to it.

#include "projections/changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "projections/render/changes.h"
#include "tests/projections/book.h"

namespace projections_tests {
namespace {

using projections::Change;
using schema_tests::kAnn;
using schema_tests::kJack;
using schema_tests::kRobb;
using schema_tests::Life;
using schema_tests::plan_with_bound;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<Change> changes(const Life& before, const Life& after) {
  return projections::changes(view_of(before), view_of(after));
}

// The change of a subject; fails the test where there is none.
Change of(const std::vector<Change>& all, std::string_view subject) {
  const auto it = std::ranges::find(all, subject, &Change::subject);
  EXPECT_NE(it, all.end()) << subject;
  return it == all.end() ? Change() : *it;
}

Life whole_life() {
  return Life("1.0")
      .started()
      .candidate('a')
      .bugs_doubted()
      .bugs_confirmed()
      .measured("smoke", 1000)
      .waived("smoke/sps_max")
      .plan_changed(plan_with_bound(20'000))
      .rejudged("smoke")
      .measured("smoke", 41'000)
      .approved(kRobb, "release-manager")
      .revoked(kRobb, "release-manager")
      .tested()
      .signed_off()
      .notes()
      .publishing()
      .refused()
      .published()
      .announced()
      .completed();
}

TEST(Changes, OfTheSameStateAreNone) {
  EXPECT_THAT(changes(whole_life(), whole_life()), IsEmpty());
}

TEST(Changes, NameStepsValidationsMetricsApprovalsAndWaits) {
  const Life before = Life().started().candidate('a').bugs_doubted();
  const Life after = Life()
                         .started()
                         .candidate('a')
                         .bugs_doubted()
                         .bugs_confirmed()
                         .measured("smoke", 41'000)
                         .approved(kJack, "technical-lead");
  const auto all = changes(before, after);
  EXPECT_THAT(*of(all, "bug-check").before, HasSubstr("waiting"));
  EXPECT_THAT(*of(all, "smoke").after, HasSubstr("passed"));
  EXPECT_EQ(of(all, "smoke/sps_max").kind, "metric");
  EXPECT_EQ(of(all, "smoke/sps_max").before, std::nullopt);
  EXPECT_EQ(of(all, "smoke/sps_max").after, "41000");
  const auto approval = std::ranges::find(all, "approval", &Change::kind);
  ASSERT_NE(approval, all.end());
  EXPECT_THAT(approval->subject, HasSubstr("Jack"));
  EXPECT_EQ(approval->after, "counts");
  const auto wait = std::ranges::find(all, "wait", &Change::kind);
  ASSERT_NE(wait, all.end());
  EXPECT_EQ(wait->after, std::nullopt);
}

TEST(Changes, SayThatAnApprovalStoppedToCount) {
  Life life = Life().started().tested().approved(kJack, "technical-lead");
  const auto before = view_of(life);
  life.measured("smoke", 42'000);
  const auto all = projections::changes(before, view_of(life));
  const auto approval = std::ranges::find(all, "approval", &Change::kind);
  ASSERT_NE(approval, all.end());
  EXPECT_EQ(approval->before, "counts");
  EXPECT_THAT(*approval->after, HasSubstr("the evidence has changed"));
}

class Differences : public testing::Test {
 protected:
  Differences() { book_.append(whole_life(), kAnn); }
  Book book_;
};

TEST_F(Differences, BeginWithNothingBeforeTheRelease) {
  const ledger::Snapshot snapshot = book_.read();
  const auto all = projections::difference(snapshot, "1.0", 0, std::nullopt);
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(all->events, snapshot.size() - 1);
  EXPECT_EQ(of(all->changes, "state").before, std::nullopt);
  EXPECT_EQ(of(all->changes, "state").after, "released");
  const auto json = projections::render::difference_json(*all);
  EXPECT_EQ(json["from"], 0);
  EXPECT_EQ(json["to"], snapshot.size() - 1);
  EXPECT_TRUE(json["changes"][0]["before"].is_null());
}

TEST_F(Differences, OfAMomentWithItselfAreNone) {
  const auto none = projections::difference(book_.read(), "1.0", 5, 5);
  ASSERT_TRUE(none.has_value());
  EXPECT_EQ(none->events, 0U);
  EXPECT_THAT(
      projections::render::difference_text(*none, projections::render::Style()),
      HasSubstr("nothing changed"));
}

TEST_F(Differences, AreRefusedBackwards) {
  const auto reversed = projections::difference(book_.read(), "1.0", 7, 5);
  ASSERT_FALSE(reversed.has_value());
  EXPECT_EQ(reversed.error().reason, "moments-reversed");
}

// The stored row after each event of a whole life is what a fold of the events
// up to there gives, whoever folds it and when.
TEST(Prefixes, OfAStreamFoldToTheViewAsItWasStored) {
  Book book;
  std::vector<std::string> stored;
  const Life life = whole_life();
  for (const schema::Event& event : life.events()) {
    book.append("1.0", kAnn, {event});
    const auto view = projections::find_release(book.read(), "1.0");
    ASSERT_TRUE(view.has_value());
    stored.push_back(schema::pack(*view->record));
  }
  const ledger::Snapshot snapshot = book.read();
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const auto folded = projections::replay(snapshot, "1.0", i + 1);
    ASSERT_TRUE(folded.has_value());
    EXPECT_EQ(schema::pack(*folded->record), stored[i]) << "position " << i + 1;
  }
}

}  // namespace
}  // namespace projections_tests
