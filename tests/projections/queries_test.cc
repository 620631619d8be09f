#include "projections/queries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/clock.h"
#include "projections/entries.h"
#include "tests/projections/book.h"

namespace projections_tests {
namespace {

using ledger::ErrorCode;
using projections::HistoryQuery;
using schema_tests::kAnn;
using schema_tests::kJack;
using schema_tests::Life;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Positions 1 to 8, a second apart: "2.0" begins before "1.0"; Jack ends it.
class Queries : public testing::Test {
 protected:
  Queries() {
    begin_ms_ = book_.now_ms();
    book_.append(Life("2.0").started(), kAnn);
    book_.append(Life("1.0").started().candidate('a'), kAnn);
    book_.append("2.0", kJack, {schema::ReleaseAbandoned()});
  }

  std::vector<ledger::Position> history(const HistoryQuery& query) const {
    const auto events = projections::history(book_.read(), query);
    EXPECT_TRUE(events.has_value());
    std::vector<ledger::Position> positions;
    for (const auto& event : *events) {
      positions.push_back(event.position);
    }
    return positions;
  }

  template <class T>
  static void expect_error(const ledger::Result<T>& result,
                           ErrorCode code,
                           std::string_view reason) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, code);
    EXPECT_EQ(result.error().reason, reason);
    EXPECT_FALSE(result.error().hint.empty());
  }

  Book book_;
  std::int64_t begin_ms_ = 0;
};

TEST_F(Queries, ListReleasesInTheOrderTheyBegan) {
  const auto views = projections::all_releases(book_.read());
  ASSERT_TRUE(views.has_value());
  ASSERT_EQ(views->size(), 2U);
  EXPECT_EQ((*views)[0].record->name, "2.0");
  EXPECT_EQ((*views)[0].assessment.state, "abandoned");
  EXPECT_EQ((*views)[1].record->name, "1.0");
  EXPECT_THAT(*projections::unfinished_releases(book_.read()),
              ElementsAre("1.0"));
  EXPECT_EQ(projections::standing(book_.read())->last_published, "");
}

TEST_F(Queries, FindAReleaseByItsName) {
  const auto view = projections::find_release(book_.read(), "1.0");
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->record->events, 4U);
  EXPECT_EQ(view->record->started->at_ms, begin_ms_ + 3000);
  expect_error(projections::find_release(book_.read(), "3.0"),
               ErrorCode::kNotFound,
               "no-such-release");
}

TEST_F(Queries, ShowTheHistoryOldestFirst) {
  EXPECT_THAT(history({}), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  HistoryQuery query;
  query.release = "2.0";
  EXPECT_THAT(history(query), ElementsAre(1, 2, 7));
  query.from = 2;
  EXPECT_THAT(history(query), ElementsAre(2, 7));
}

TEST_F(Queries, FilterTheHistory) {
  HistoryQuery type;
  type.type = "ReleaseStarted";
  EXPECT_THAT(history(type), ElementsAre(1, 3));
  type.type = "Release";
  EXPECT_THAT(history(type), IsEmpty());
  HistoryQuery by;
  by.actor = "jack@";
  EXPECT_THAT(history(by), ElementsAre(7));
  by.actor = "Jack";
  EXPECT_THAT(history(by), ElementsAre(7));
  by.actor = "Eve";
  EXPECT_THAT(history(by), IsEmpty());
  HistoryQuery time;
  time.since_ms = begin_ms_ + 3000;
  time.until_ms = begin_ms_ + 5000;
  EXPECT_THAT(history(time), ElementsAre(3, 4, 5));
  HistoryQuery newest;
  newest.limit = 2;
  EXPECT_THAT(history(newest), ElementsAre(6, 7));
  newest.limit = 0;
  EXPECT_THAT(history(newest), IsEmpty());
  newest.limit = 99;
  EXPECT_THAT(history(newest).size(), 8U);
}

TEST_F(Queries, CombineFilters) {
  HistoryQuery query;
  query.release = "2.0";
  query.actor = "Ann";
  query.limit = 1;
  EXPECT_THAT(history(query), ElementsAre(2));
}

TEST_F(Queries, RefuseTheHistoryOfNoRelease) {
  HistoryQuery query;
  query.release = "3.0";
  expect_error(projections::history(book_.read(), query),
               ErrorCode::kNotFound,
               "no-such-release");
}

TEST_F(Queries, ReplayOnlyWhatHadBegun) {
  const ledger::Snapshot snapshot = book_.read();
  EXPECT_EQ(projections::replay(snapshot, "2.0", 2)->assessment.state,
            "in_progress");
  EXPECT_EQ(projections::replay(snapshot, "2.0", 7)->assessment.state,
            "abandoned");
  const auto early = projections::replay(snapshot, "1.0", 2);
  expect_error(early, ErrorCode::kNotFound, "no-such-release");
  EXPECT_THAT(early.error().hint, HasSubstr("position 3"));
  expect_error(projections::replay(snapshot, "3.0", std::nullopt),
               ErrorCode::kNotFound,
               "no-such-release");
}

TEST_F(Queries, ReadAMomentAsAPositionOrATime) {
  const ledger::Snapshot snapshot = book_.read();
  const auto moment = [&](const std::string& text) {
    return projections::parse_moment(snapshot, text);
  };
  EXPECT_EQ(*moment("0"), 0U);
  EXPECT_EQ(*moment("7"), 7U);
  EXPECT_EQ(*moment(ledger::rfc3339(begin_ms_ + 3000)), 3U);
  EXPECT_EQ(*moment(ledger::rfc3339(begin_ms_ + 3999)), 3U);
  EXPECT_EQ(*moment("9999-01-01"), 7U);
  expect_error(moment("8"), ErrorCode::kUsage, "no-such-position");
  expect_error(moment("1999-01-01"), ErrorCode::kNotFound, "before-the-ledger");
  for (const char* text :
       {"", "yesterday", "-1", "7 ", "99999999999999999999999"}) {
    expect_error(moment(text), ErrorCode::kUsage, "time-invalid");
  }
}

}  // namespace
}  // namespace projections_tests
