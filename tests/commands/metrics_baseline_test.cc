// Comparing with what published releases measured.

#include <limits>

#include <gmock/gmock.h>

#include "commands/metrics/judge.h"
#include "tests/commands/metrics_fixture.h"

namespace commands::metrics {
namespace {

using schema::Outcome;
using ::testing::HasSubstr;

PastValue past(std::string release, std::uint64_t published, double value) {
  PastValue result;
  result.release = std::move(release);
  result.published = published;
  result.validation = "smoke";
  result.key = "sps_max";
  result.statistic = "max";
  result.unit = "steps/s";
  result.value = value;
  result.position = published - 5;
  return result;
}

const History kThree = {
    past("1.0", 10, 100), past("1.1", 20, 300), past("1.2", 30, 200)};

schema::Acceptance against(std::string baseline, std::string op = ">=") {
  schema::Acceptance result;
  result.key = "sps_max";
  result.op = std::move(op);
  result.baseline = std::move(baseline);
  result.without_baseline = "inconclusive";
  return result;
}

schema::Check judged(const schema::Acceptance& acceptance,
                     double number,
                     const History& history = kThree,
                     const std::vector<schema::MetricRule>& rules = {}) {
  schema::Validation planned;
  planned.name = "smoke";
  planned.acceptance = {acceptance};
  Extraction extraction;
  extraction.metrics.emplace_back().key = acceptance.key;
  extraction.metrics.back().value = number;
  return judge({planned, rules, history, {}, "x.log"}, extraction).front();
}

std::string verdict(const schema::Acceptance& acceptance,
                    double number,
                    const History& history = kThree) {
  return std::string(schema::word(judged(acceptance, number, history).outcome));
}

TEST(Baseline, OfTheLastStableRelease) {
  EXPECT_EQ(verdict(against("last-stable"), 200), "passed");
  EXPECT_EQ(verdict(against("last-stable"), 199), "failed");
  EXPECT_EQ(verdict(against("last-stable", ">"), 200), "failed");
  EXPECT_EQ(verdict(against("last-stable", "<="), 200), "passed");
  EXPECT_EQ(verdict(against("last-stable", "<"), 200), "failed");
  EXPECT_EQ(verdict(against("last-stable", "=="), 200), "passed");
  EXPECT_EQ(verdict(against("last-stable", "=="), 200.1), "failed");
}

TEST(Baseline, IsRecordedWithReleaseValueAndPosition) {
  schema::Acceptance acceptance = against("last-stable");
  acceptance.tolerance_percent = 5;
  const auto check = judged(acceptance, 195);
  EXPECT_EQ(check.baseline, "last-stable");
  EXPECT_EQ(check.baseline_value, 200);
  EXPECT_EQ(check.expected, 190);
  EXPECT_EQ(check.op, ">=");
  ASSERT_EQ(check.baselines.size(), 1U);
  EXPECT_EQ(check.baselines[0].release, "1.2");
  EXPECT_EQ(check.baselines[0].value, 200);
  EXPECT_EQ(check.baselines[0].position, 25U);
}

TEST(Baseline, TolerancesGoTheWayTheOperatorPoints) {
  schema::Acceptance more = against("last-stable");
  more.tolerance = 10;
  EXPECT_EQ(verdict(more, 190), "passed");
  EXPECT_EQ(verdict(more, 189), "failed");
  schema::Acceptance less = against("last-stable", "<=");
  less.tolerance_percent = 10;
  EXPECT_EQ(verdict(less, 220), "passed");
  EXPECT_EQ(verdict(less, 221), "failed");
  schema::Acceptance same = against("last-stable", "==");
  same.tolerance = 10;
  EXPECT_EQ(verdict(same, 190), "passed");
  EXPECT_EQ(verdict(same, 210), "passed");
  EXPECT_EQ(verdict(same, 211), "failed");
  EXPECT_EQ(judged(same, 200).op, "range");
  EXPECT_EQ(judged(same, 200).low, 190);
}

TEST(Baseline, APercentageOfANegativeValueIsStillSlack) {
  History history = {past("1.0", 10, -100)};
  schema::Acceptance acceptance = against("last-stable");
  acceptance.tolerance_percent = 10;
  EXPECT_EQ(verdict(acceptance, -110, history), "passed");
  EXPECT_EQ(verdict(acceptance, -111, history), "failed");
}

TEST(Baseline, OfTheLastFewIsTheirMedian) {
  EXPECT_EQ(judged(against("last-3"), 1).baseline_value, 200);
  EXPECT_EQ(judged(against("last-2"), 1).baseline_value, 250);
  EXPECT_EQ(judged(against("last-1"), 1).baseline_value, 200);
  const auto all = judged(against("last-9"), 1);
  EXPECT_EQ(all.baseline_value, 200);
  ASSERT_EQ(all.baselines.size(), 3U);
  EXPECT_EQ(all.baselines[0].release, "1.2");
  EXPECT_EQ(all.baselines[2].release, "1.0");
}

TEST(Baseline, OfAReleaseByName) {
  EXPECT_EQ(judged(against("1.1"), 300).baseline_value, 300);
  const auto check = judged(against("1.7"), 300);
  EXPECT_EQ(check.outcome, Outcome::inconclusive);
  EXPECT_THAT(check.note, HasSubstr("1.7 is no published release"));
  schema::Acceptance lenient = against("1.7");
  lenient.without_baseline = "pass";
  EXPECT_EQ(judged(lenient, 300).outcome, Outcome::inconclusive);
}

TEST(Baseline, WithoutHistoryIsWhatThePlanSays) {
  schema::Acceptance acceptance = against("last-stable");
  const auto unclear = judged(acceptance, 5, {});
  EXPECT_EQ(unclear.outcome, Outcome::inconclusive);
  EXPECT_FALSE(unclear.passed);
  EXPECT_THAT(unclear.note,
              HasSubstr("no published release has a passing sps_max of smoke"));
  EXPECT_FALSE(unclear.expected.has_value());
  acceptance.without_baseline = "pass";
  const auto passed = judged(acceptance, 5, {});
  EXPECT_TRUE(passed.passed);
  EXPECT_THAT(passed.note, HasSubstr("without_baseline = \"pass\""));
  acceptance.without_baseline = "fail";
  EXPECT_EQ(judged(acceptance, 5, {}).outcome, Outcome::failed);
}

TEST(Baseline, IsNeverOfAnotherValidationStatisticOrUnit) {
  History other = {past("1.0", 10, 100)};
  other[0].validation = "large";
  EXPECT_EQ(verdict(against("last-stable"), 500, other), "inconclusive");
  History mean = {past("1.0", 10, 100)};
  mean[0].statistic = "mean";
  const auto check = judged(against("last-stable"), 500, mean);
  EXPECT_EQ(check.outcome, Outcome::inconclusive);
  EXPECT_THAT(check.note, HasSubstr("1.0 has the mean, not the max"));
  History frames = {past("1.0", 10, 100)};
  frames[0].unit = "frames/s";
  EXPECT_THAT(judged(against("last-stable"), 500, frames).note,
              HasSubstr("1.0 has it in frames/s, not in steps/s"));
  // An older one that compares is found behind it.
  frames.insert(frames.begin(), past("0.9", 5, 90));
  EXPECT_EQ(judged(against("last-stable"), 500, frames).baseline_value, 90);
}

TEST(Baseline, ARenamedMetricKeepsItsHistory) {
  schema::MetricRule renamed = rule("throughput", "tp=(\\d+)", "max");
  renamed.aliases = {"sps_max"};
  schema::Acceptance acceptance = against("last-stable");
  acceptance.key = "throughput";
  EXPECT_EQ(judged(acceptance, 250, kThree, {renamed}).baseline_value, 200);
  renamed.aliases.clear();
  EXPECT_EQ(judged(acceptance, 250, kThree, {renamed}).outcome,
            Outcome::inconclusive);
  // Where a release has both, the name of today counts.
  renamed.aliases = {"sps_max"};
  History both = kThree;
  both.push_back(past("1.2", 30, 999));
  both.back().key = "throughput";
  both.back().unit = "";
  EXPECT_EQ(judged(acceptance, 250, both, {renamed}).baseline_value, 999);
}

TEST(Baseline, ANarrowerWarnBandShowsFirst) {
  schema::Acceptance acceptance = against("last-stable");
  acceptance.tolerance_percent = 10;
  acceptance.warn_tolerance_percent = 2;
  EXPECT_FALSE(judged(acceptance, 196).warned);
  EXPECT_TRUE(judged(acceptance, 195).warned);
  EXPECT_TRUE(judged(acceptance, 195).passed);
  EXPECT_EQ(judged(acceptance, 195).warn_expected, 196);
  EXPECT_FALSE(judged(acceptance, 100).warned);
}

TEST(Baseline, WhatIsNotFiniteIsComparedWithNothing) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  for (const char* op : {">=", ">", "<=", "<", "=="}) {
    EXPECT_EQ(verdict(against("last-stable", op), kNan), "missing") << op;
    History broken = {past("1.0", 10, kNan)};
    EXPECT_EQ(verdict(against("last-stable", op), 5, broken), "inconclusive")
        << op;
  }
}

TEST(Baseline, KnowsItsWordsFromNames) {
  EXPECT_EQ(baseline_releases("last-stable").value(), 1U);
  EXPECT_EQ(baseline_releases("last-12").value(), 12U);
  EXPECT_EQ(baseline_releases("2025.10.02").value(), std::nullopt);
  for (const char* word :
       {"last-", "last-0", "last-101", "last-3x", "last-three"}) {
    EXPECT_FALSE(baseline_releases(word).has_value()) << word;
  }
}

}  // namespace
}  // namespace commands::metrics
