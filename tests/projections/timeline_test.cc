// The timeline is a fold of the events: the same rows however they are cut,
// and each one vouched for.

#include "projections/timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/projections/book.h"
#include "tests/projections/memory_rows.h"
#include "tests/projections/random_history.h"

namespace projections_tests {
namespace {

using projections::Timeline;
using schema::Outcome;
using schema_tests::Life;
using ::testing::ElementsAre;
using ::testing::SizeIs;

namespace timeline = projections::timeline;

std::vector<ledger::RecordedEvent> events_of(const Life& life) {
  std::vector<ledger::RecordedEvent> events;
  for (const schema::Event& event : life.events()) {
    events.push_back(recorded(event, events.size()));
  }
  return events;
}

// Rows after the events in slices of `size`.
std::map<std::string, std::string> rows_in_slices(const Life& life,
                                                  std::size_t size) {
  MemoryRows rows;
  const auto events = events_of(life);
  for (std::size_t from = 0; from < events.size(); from += size) {
    const std::span<const ledger::RecordedEvent> slice(
        events.data() + from, std::min(size, events.size() - from));
    EXPECT_TRUE(
        Timeline().apply({ledger::release_stream("1.4.0"), 0, slice}, rows));
  }
  std::map<std::string, std::string> result;
  for (const auto& [key, row] : rows.rows()) {
    const bool whole = key.front() == timeline::kRelease;
    result[key] = (whole ? "" : std::to_string(row.position) + ":") + row.bytes;
  }
  return result;
}

Life published() {
  return Life().started().tested().signed_off().notes().published();
}

schema::TimelineMetric values(const Life& life, const std::string& metric) {
  MemoryRows rows;
  const auto events = events_of(life);
  EXPECT_TRUE(
      Timeline().apply({ledger::release_stream("1.4.0"), 0, events}, rows));
  const auto row = rows.get(timeline::metric_key(timeline::kMetric, metric, 0));
  return row && *row ? *schema::unpack_timeline_metric(**row)
                     : schema::TimelineMetric();
}

schema::RunCounts runs(const Life& life) {
  const auto entry = entry_of(life);
  EXPECT_THAT(entry.row.runs, SizeIs(1));
  return entry.row.runs.front();
}

TEST(TimelineKeys, AreReadBack) {
  const std::string key = timeline::metric_key('m', "sps/max", 258);
  const auto parsed = timeline::parse_metric_key(key);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->metric, "sps/max");
  EXPECT_EQ(parsed->at, 258U);
  EXPECT_EQ(timeline::parse_release_key(timeline::release_key(7)), 7U);
  EXPECT_FALSE(timeline::parse_metric_key("m"));
  EXPECT_FALSE(timeline::parse_release_key("r"));
  EXPECT_LT(timeline::release_key(255), timeline::release_key(256));
}

TEST(Timeline, IsTheSameHoweverItsEventsAreCut) {
  const Life life = published().announced().completed();
  const auto at_once = rows_in_slices(life, life.events().size());
  EXPECT_EQ(at_once.size(), 3U);
  for (const std::size_t size : {1U, 2U, 5U}) {
    EXPECT_EQ(rows_in_slices(life, size), at_once) << size;
  }
}

TEST(Timeline, IsVerifiedAndRebuiltOverRandomHistories) {
  Book book;
  for (const HistoryStep& step : random_history(4711, 60)) {
    book.append(step.release, step.by, step.events);
  }
  EXPECT_TRUE(book.verify().problems.empty());
}

TEST(Timeline, HasEachValueWithItsVerdict) {
  const auto metric = values(Life()
                                 .started()
                                 .candidate('a')
                                 .measured("smoke", 20'000)
                                 .measured("smoke", 40'000),
                             "sps_max");
  ASSERT_THAT(metric.values, SizeIs(2));
  const schema::MeasuredValue& first = metric.values[0];
  EXPECT_EQ(first.validation, "smoke");
  EXPECT_EQ(first.attempt, 1U);
  EXPECT_EQ(first.value, 20'000);
  EXPECT_EQ(first.passed, false);
  EXPECT_EQ(first.bound, ">= 30000");
  EXPECT_EQ(first.op, ">=");
  EXPECT_EQ(first.outcome, Outcome::failed);
  EXPECT_EQ(first.commit, schema_tests::commit('a'));
  EXPECT_EQ(metric.values[1].passed, true);
  EXPECT_EQ(metric.values[1].attempt, 2U);
}

TEST(Timeline, FollowsABoundThatMoved) {
  const auto metric =
      values(Life()
                 .started()
                 .candidate('a')
                 .measured("smoke", 20'000)
                 .plan_changed(schema_tests::plan_with_bound(10))
                 .rejudged("smoke"),
             "sps_max");
  ASSERT_THAT(metric.values, SizeIs(1));
  EXPECT_EQ(metric.values[0].passed, true);
  EXPECT_EQ(metric.values[0].bound, ">= 10");
  EXPECT_TRUE(metric.values[0].rejudged);
}

TEST(Timeline, CountsFailuresRetriesAndWaivers) {
  const schema::RunCounts counts = runs(Life()
                                            .started()
                                            .candidate('a')
                                            .measured("smoke", 1)
                                            .waived("smoke/sps_max")
                                            .waived("smoke")
                                            .ended("smoke", Outcome::errored, 1)
                                            .measured("smoke", 40'000));
  EXPECT_EQ(counts.failed, 1U);
  EXPECT_EQ(counts.errored, 1U);
  EXPECT_EQ(counts.passed, 1U);
  EXPECT_EQ(counts.retries, 2U);
  EXPECT_EQ(counts.recovered, 1U);
  EXPECT_EQ(counts.waived, 1U);
  EXPECT_THAT(counts.seconds, ElementsAre(12.5, 12.5));
}

TEST(Timeline, CountsARunThatWasAskedForAsNoRetry) {
  schema::ValidationCompleted unconfirmed;
  unconfirmed.name = "smoke";
  unconfirmed.outcome = Outcome::inconclusive;
  unconfirmed.reason = schema::kCheckUnconfirmed;
  unconfirmed.exit_code = 0;
  const schema::RunCounts counts = runs(Life()
                                            .started()
                                            .candidate('a')
                                            .result(unconfirmed)
                                            .measured("smoke", 40'000));
  EXPECT_EQ(counts.retries, 0U);
  EXPECT_EQ(counts.passed, 1U);
  EXPECT_EQ(counts.inconclusive, 0U);
}

TEST(Timeline, SaysWhenAReleaseWasEvidentPublishedAndEnded) {
  const auto entry = entry_of(published().announced().completed());
  ASSERT_TRUE(entry.row.evidence);
  ASSERT_TRUE(entry.row.publishing);
  ASSERT_TRUE(entry.row.published);
  EXPECT_LT(entry.row.evidence->position, entry.row.publishing->position);
  EXPECT_LT(entry.row.publishing->position, entry.row.published->position);
  EXPECT_TRUE(entry.row.completed);
  EXPECT_EQ(entry.state, "released");
}

TEST(Timeline, MarksWhatWasImported) {
  schema::ReleaseImported release;
  release.version = "1.4.0";
  release.commit = schema_tests::commit('d');
  schema::ValidationImported validation;
  validation.name = "smoke";
  validation.number = 2;
  validation.ended_at_ms = 1'000'000;
  validation.metrics.resize(1);
  validation.metrics.front().key = "sps_max";
  validation.metrics.front().value = 12;
  const auto metric = values(Life().add(release).add(validation), "sps_max");
  ASSERT_THAT(metric.values, SizeIs(1));
  EXPECT_TRUE(metric.values[0].imported);
  EXPECT_EQ(metric.values[0].at_ms, 1'000'000);
  EXPECT_EQ(metric.values[0].commit, schema_tests::commit('d'));
  EXPECT_FALSE(metric.values[0].passed);
}

TEST(Timeline, LeavesTheLedgersOwnStreamAlone) {
  MemoryRows rows;
  const std::vector<ledger::RecordedEvent> slice = {
      recorded(schema::LedgerCreated(), 0)};
  ASSERT_TRUE(Timeline().apply({ledger::ledger_stream(), 0, slice}, rows));
  EXPECT_EQ(rows.size(), 0U);
}

TEST(Timeline, KnowsAReleaseThatANewerProgramBegan) {
  const auto entry = entry_of({recorded("ReleaseConceived", "?", 3)});
  EXPECT_EQ(entry.row.name, "1.4.0");
  EXPECT_FALSE(entry.row.started);
  EXPECT_EQ(entry.row.newest->position, 3U);
}

}  // namespace
}  // namespace projections_tests
