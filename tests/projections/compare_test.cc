// Two releases side by side, what got worse over many, and how they go.

#include "projections/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "projections/regressions.h"
#include "projections/render/compared.h"
#include "projections/stats.h"
#include "tests/projections/book.h"

namespace projections_tests {
namespace {

using projections::Direction;
using projections::MetricChange;
using projections::Observed;
using schema::Outcome;
using schema_tests::kAnn;
using schema_tests::Life;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Life measured(const std::string& name, double sps, double bound = 30'000) {
  return Life(name)
      .started(schema_tests::plan_with_bound(bound))
      .candidate('a')
      .measured("smoke", sps);
}

projections::Comparison compared(const Life& from, const Life& to) {
  return projections::compare(view_of(from), view_of(to));
}

TEST(Compare, KnowsWorseFromBetterByTheOperator) {
  const auto worse = compared(measured("1.0", 40'000), measured("1.1", 39'000));
  ASSERT_THAT(worse.metrics, SizeIs(1));
  EXPECT_EQ(worse.metrics[0].change, MetricChange::kWorse);
  EXPECT_EQ(worse.metrics[0].better, Direction::kHigherIsBetter);
  EXPECT_EQ(compared(measured("1.0", 40'000), measured("1.1", 41'000))
                .metrics[0]
                .change,
            MetricChange::kBetter);
  EXPECT_EQ(compared(measured("1.0", 40'000), measured("1.1", 40'000))
                .metrics[0]
                .change,
            MetricChange::kNone);
}

TEST(Compare, CallsItWorseWhenItNoLongerPasses) {
  const auto comparison = compared(measured("1.0", 40'000, 30'000),
                                   measured("1.1", 41'000, 50'000));
  EXPECT_EQ(comparison.metrics[0].change, MetricChange::kWorse);
  EXPECT_TRUE(comparison.metrics[0].bound_moved);
}

TEST(Compare, ShowsWhatOnlyOneOfThemHas) {
  const Life none = Life("1.1").started().candidate('b');
  EXPECT_EQ(compared(measured("1.0", 1), none).metrics[0].change,
            MetricChange::kGone);
  EXPECT_EQ(compared(none, measured("1.0", 1)).metrics[0].change,
            MetricChange::kNew);
  EXPECT_EQ(compared(none, none).runs[0].outcome_to, "pending");
}

TEST(Compare, SaysItInTextJsonAndCsv) {
  const auto from = view_of(measured("1.0", 40'000));
  const auto to = view_of(measured("1.1", 30'000));
  const auto comparison = projections::compare(from, to);
  const projections::render::Compared both{from, to, comparison};
  const auto json = projections::render::compare_json(both);
  EXPECT_EQ(json["from"]["version"], "1.0");
  EXPECT_EQ(json["to"]["commit"], schema_tests::commit('a'));
  EXPECT_EQ(json["metrics"][0]["delta"], -10'000);
  EXPECT_EQ(json["metrics"][0]["percent"], -25);
  EXPECT_EQ(json["metrics"][0]["bound_from"], ">= 30000");
  EXPECT_EQ(json["validations"][0]["from_s"], 12.5);
  EXPECT_EQ(json["regressed"][0], "smoke/sps_max");
  EXPECT_THAT(projections::render::compare_text(both, {}),
              AllOf(HasSubstr("smoke/sps_max  40000  30000"),
                    HasSubstr("worse: smoke/sps_max\n")));
  EXPECT_THAT(projections::render::compare_csv(both),
              AllOf(HasSubstr("smoke,sps_max,40000.0,30000.0,-10000.0,-25.0,"
                              "worse,>= 30000,>= 30000,true,true\r\n"),
                    HasSubstr("smoke,duration_s,12.5,12.5,0.0,0.0,")));
}

std::vector<Observed> series(const std::vector<double>& values) {
  std::vector<Observed> result;
  for (const double value : values) {
    result.push_back({"r" + std::to_string(result.size()), "", 0, value, true});
  }
  return result;
}

TEST(Regressions, BeginWhereALevelBegins) {
  const auto found = projections::regressions_in(
      series({100, 102, 98, 101, 99, 100, 80, 81, 79}),
      Direction::kHigherIsBetter);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].began.release, "r6");
  EXPECT_EQ(found[0].newest.release, "r8");
  EXPECT_EQ(found[0].releases, 3U);
  EXPECT_EQ(found[0].usual, 100);
  EXPECT_TRUE(found[0].ongoing);
}

TEST(Regressions, AreNeitherNoiseNorImprovements) {
  const std::vector<double> noisy = {100, 110, 90, 105, 95, 100, 88, 112};
  EXPECT_THAT(
      projections::regressions_in(series(noisy), Direction::kHigherIsBetter),
      IsEmpty());
  const std::vector<double> better = {100, 100, 100, 100, 100, 150};
  EXPECT_THAT(
      projections::regressions_in(series(better), Direction::kHigherIsBetter),
      IsEmpty());
  EXPECT_THAT(
      projections::regressions_in(series(better), Direction::kLowerIsBetter),
      SizeIs(1));
  // Values that never scatter: less than 1 % is nothing.
  EXPECT_THAT(
      projections::regressions_in(series({100, 100, 100, 100, 100, 99.5}),
                                  Direction::kHigherIsBetter),
      IsEmpty());
}

TEST(Regressions, ThatAreOverAreSaidToBe) {
  const auto found = projections::regressions_in(
      series({100, 100, 100, 100, 100, 50, 100, 100}),
      Direction::kHigherIsBetter);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_FALSE(found[0].ongoing);
  EXPECT_EQ(found[0].began.release, found[0].newest.release);
}

TEST(Regressions, NeedSomethingToCompareWith) {
  EXPECT_THAT(projections::regressions_in(series({100, 100, 100, 100, 1}),
                                          Direction::kHigherIsBetter),
              IsEmpty());
}

TEST(Regressions, AreFoundInALedger) {
  Book book;
  const std::vector<double> values = {
      40'000, 40'100, 39'900, 40'050, 39'950, 40'000, 35'000, 35'100};
  for (std::size_t i = 0; i < values.size(); ++i) {
    book.append(measured("1." + std::to_string(i), values[i]), kAnn);
  }
  const auto report = projections::find_regressions(book.read(), 50);
  ASSERT_TRUE(report);
  ASSERT_THAT(report->found, SizeIs(1));
  EXPECT_EQ(report->found[0].began.release, "1.6");
  EXPECT_EQ(report->found[0].key, "sps_max");
  EXPECT_EQ(report->judged, 1U);
  const auto json = projections::render::regression_json(report->found[0]);
  EXPECT_EQ(json["began"]["version"], "1.6");
  EXPECT_EQ(json["ongoing"], true);
  EXPECT_THAT(projections::render::regressions_text(*report, {}),
              AllOf(HasSubstr("smoke/sps_max"), HasSubstr("still")));
  EXPECT_THAT(projections::render::regressions_csv(*report),
              HasSubstr("\r\nsmoke,sps_max,40000.0,"));
  // Only the newest release is looked at: it began before that.
  EXPECT_THAT(projections::find_regressions(book.read(), 1)->found, IsEmpty());
}

TEST(Stats, AddUpWhatReleasesAndValidationsDid) {
  std::vector<projections::ReleaseEntry> entries;
  entries.push_back(entry_of(Life()
                                 .started()
                                 .tested()
                                 .signed_off()
                                 .notes()
                                 .published()
                                 .announced()
                                 .completed()));
  entries.push_back(entry_of(Life("1.5")
                                 .started()
                                 .candidate('a')
                                 .measured("smoke", 1)
                                 .waived("smoke")
                                 .ended("smoke", Outcome::timed_out, 1)));
  const auto stats = projections::stats_of(entries);
  EXPECT_EQ(stats.releases, 2U);
  EXPECT_EQ(stats.published, 1U);
  EXPECT_EQ(stats.unfinished, 1U);
  EXPECT_EQ(stats.lead_s.count, 1U);
  EXPECT_EQ(stats.waiting_s.count, 1U);
  EXPECT_GT(*stats.lead_s.p50, *stats.waiting_s.p50);
  ASSERT_THAT(stats.validations, SizeIs(1));
  const auto& smoke = stats.validations[0];
  EXPECT_EQ(smoke.results, 3U);
  EXPECT_EQ(smoke.failed, 1U);
  EXPECT_EQ(smoke.errored, 1U);
  EXPECT_EQ(smoke.false_alarm_rate, 0.5);
  const auto json = projections::render::stats_json(stats);
  EXPECT_EQ(json["validations"][0]["validation"], "smoke");
  EXPECT_THAT(projections::render::stats_csv(stats),
              AllOf(HasSubstr("\r\nreleases,,published,1\r\n"),
                    HasSubstr("\r\nvalidation,smoke,results,3\r\n"),
                    HasSubstr("\r\nvalidation,smoke,duration_s_p50,12.5\r\n")));
  EXPECT_THAT(projections::render::stats_text(stats, {}),
              HasSubstr("2 releases: 1 published"));
}

TEST(Stats, OfNothingAreNothing) {
  const auto json = projections::render::stats_json(projections::stats_of({}));
  EXPECT_EQ(json["releases"], 0);
  EXPECT_TRUE(json["lead_s"]["p50"].is_null());
}

TEST(Entries, AreFilteredAndTheNewestTaken) {
  Book book;
  book.append(Life("1.0").started().candidate('a').bugs_confirmed().measured(
                  "smoke", 1),
              kAnn);
  book.append(Life("1.1")
                  .started()
                  .tested()
                  .signed_off()
                  .notes()
                  .published()
                  .announced()
                  .completed(),
              schema_tests::kJack);
  book.append(Life("1.2").started(), kAnn);
  const auto names = [&](const projections::ListQuery& query) {
    std::vector<std::string> result;
    const auto entries = projections::list_releases(book.read(), query);
    EXPECT_TRUE(entries);
    for (const auto& entry : *entries) {
      result.push_back(entry.row.name + " " + entry.state);
    }
    return result;
  };
  EXPECT_THAT(names({}),
              ElementsAre("1.0 failed", "1.1 released", "1.2 in_progress"));
  EXPECT_THAT(names({.last = 2}),
              ElementsAre("1.1 released", "1.2 in_progress"));
  EXPECT_THAT(names({.state = "released"}), ElementsAre("1.1 released"));
  EXPECT_THAT(names({.state = "failed", .last = 1}), ElementsAre("1.0 failed"));
  EXPECT_THAT(names({.by = "jack@"}), ElementsAre("1.1 released"));
  EXPECT_THAT(*projections::release_names(book.read()),
              ElementsAre("1.0", "1.1", "1.2"));
}

}  // namespace
}  // namespace projections_tests
