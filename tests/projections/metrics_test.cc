// A metric over releases: which values, against what, and under which name.

#include "projections/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "projections/render/answers.h"
#include "tests/projections/book.h"

namespace projections_tests {
namespace {

using projections::Aggregate;
using projections::Grouping;
using projections::MetricQuery;
using projections::MetricSeries;
using schema_tests::kAnn;
using schema_tests::Life;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Metrics : public ::testing::Test {
 protected:
  void released(const std::string& name, double sps) {
    book_.append(Life(name)
                     .started(plan_)
                     .candidate('a')
                     .bugs_confirmed()
                     .measured("smoke", sps)
                     .notes()
                     .published()
                     .announced()
                     .completed(),
                 kAnn);
  }
  void tried(const std::string& name, double sps) {
    book_.append(
        Life(name).started(plan_).candidate('b').measured("smoke", sps), kAnn);
  }
  void yanked(const std::string& name) {
    schema::ReleaseYanked event;
    event.reason = "slow";
    book_.append(name, kAnn, {event});
  }

  MetricSeries asked(const MetricQuery& query) {
    const auto series = projections::metric_series(book_.read(), query);
    EXPECT_TRUE(series) << series.error().message;
    return series.value_or(MetricSeries());
  }
  MetricSeries asked() { return asked({.key = "sps_max"}); }

  static std::vector<double> numbers(const MetricSeries& series) {
    std::vector<double> values;
    for (const auto& point : series.points) {
      values.push_back(point.measured.value);
    }
    return values;
  }

  schema::Plan plan_ = schema_tests::small_plan();
  Book book_;
};

TEST_F(Metrics, ComeOldestFirstWithTheDeltaToTheStableBefore) {
  released("1.0", 40'000);
  tried("1.1", 20'000);
  tried("1.2", 50'000);
  const MetricSeries series = asked();
  EXPECT_THAT(numbers(series), ElementsAre(40'000, 20'000, 50'000));
  EXPECT_FALSE(series.points[0].stable);
  ASSERT_TRUE(series.points[1].stable);
  EXPECT_EQ(series.points[1].stable->of, "1.0");
  EXPECT_EQ(series.points[1].stable->more, -20'000);
  EXPECT_EQ(series.points[1].stable->percent, -50);
  EXPECT_EQ(series.points[2].stable->percent, 25);
}

TEST_F(Metrics, AreNotComparedWithWhatWasYankedOrDidNotPass) {
  released("1.0", 40'000);
  released("1.1", 80'000);
  released("1.2", 10'000);  // waived, say
  yanked("1.1");
  tried("1.3", 30'000);
  const MetricSeries series = asked({.key = "sps_max", .last = 1});
  ASSERT_TRUE(series.points[0].stable);
  EXPECT_EQ(series.points[0].stable->of, "1.0");
}

TEST_F(Metrics, AreFilteredBeforeTheNewestAreTaken) {
  released("1.0", 40'000);
  tried("1.1", 20'000);
  released("1.2", 41'000);
  tried("1.3", 50'000);
  EXPECT_THAT(numbers(asked({.key = "sps_max", .last = 2})),
              ElementsAre(41'000, 50'000));
  EXPECT_THAT(
      numbers(asked({.key = "sps_max", .state = "released", .last = 1})),
      ElementsAre(41'000));
  EXPECT_THAT(
      numbers(asked(
          {.key = "sps_max", .from_release = "1.1", .to_release = "1.2"})),
      ElementsAre(20'000, 41'000));
  EXPECT_THAT(numbers(asked({.key = "sps_max", .validation = "none"})),
              IsEmpty());
  const std::int64_t at = asked().points[2].measured.at_ms;
  EXPECT_THAT(numbers(asked({.key = "sps_max", .since_ms = at})),
              ElementsAre(41'000, 50'000));
  EXPECT_THAT(numbers(asked({.key = "sps_max", .until_ms = at - 1})),
              ElementsAre(40'000, 20'000));
}

TEST_F(Metrics, ThatNobodyMeasuredAreRefused) {
  tried("1.0", 1);
  const auto series =
      projections::metric_series(book_.read(), {.key = "speed"});
  ASSERT_FALSE(series);
  EXPECT_EQ(series.error().reason, "no-such-metric");
  const auto turned = projections::metric_series(
      book_.read(), {.key = "sps_max", .from_release = "9.9"});
  ASSERT_FALSE(turned);
  EXPECT_EQ(turned.error().reason, "no-such-release");
}

TEST_F(Metrics, OfReleasesTheWrongWayRoundAreRefused) {
  tried("1.0", 1);
  tried("1.1", 1);
  const auto series = projections::metric_series(
      book_.read(),
      {.key = "sps_max", .from_release = "1.1", .to_release = "1.0"});
  ASSERT_FALSE(series);
  EXPECT_EQ(series.error().reason, "releases-invalid");
}

TEST_F(Metrics, KeepTheirHistoryWhenTheyAreRenamed) {
  released("1.0", 40'000);
  plan_.metrics.resize(1);
  plan_.metrics.front().key = "steps_max";
  plan_.metrics.front().aliases = {"sps_max"};
  book_.append(Life("1.1").started(plan_).candidate('b'), kAnn);
  schema::ValidationCompleted result;
  result.name = "smoke";
  result.attempt = 1;
  result.candidate = 1;
  result.outcome = schema::Outcome::passed;
  result.metrics.resize(1);
  result.metrics.front().key = "steps_max";
  result.metrics.front().value = 44'000;
  book_.append("1.1", kAnn, {result});
  for (const char* name : {"steps_max", "sps_max"}) {
    const MetricSeries series = asked({.key = name});
    EXPECT_EQ(series.key, "steps_max");
    EXPECT_THAT(numbers(series), ElementsAre(40'000, 44'000));
    EXPECT_EQ(series.points[0].key, "sps_max");
    ASSERT_TRUE(series.points[1].stable);
    EXPECT_EQ(series.points[1].stable->percent, 10);
  }
  EXPECT_THAT(*projections::metric_names(book_.read()),
              ElementsAre("steps_max"));
}

TEST_F(Metrics, AreGroupedAndSummedUp) {
  released("1.0", 40'000);
  book_.append(Life("1.1")
                   .started(plan_)
                   .candidate('b')
                   .measured("smoke", 10'000)
                   .measured("smoke", 30'000),
               kAnn);
  const MetricSeries series = asked();
  const auto releases =
      projections::grouped(series, Grouping::kRelease, Aggregate::kMean);
  ASSERT_EQ(releases.size(), 2U);
  EXPECT_EQ(releases[0].name, "1.0");
  EXPECT_EQ(releases[1].name, "1.1");
  EXPECT_EQ(releases[1].value, 20'000);
  const auto all = projections::grouped(series, {}, Aggregate::kMax);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].value, 40'000);
  const auto months =
      projections::grouped(series, Grouping::kMonth, Aggregate::kLast);
  ASSERT_EQ(months.size(), 1U);
  EXPECT_EQ(months[0].name, "2025-10");
}

TEST_F(Metrics, AreAllThereAreWithTheirNewestValue) {
  released("1.0", 40'000);
  tried("1.1", 41'000);
  const auto all = projections::all_metrics(book_.read());
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 1U);
  const auto json = projections::render::metric_key_json(all->front());
  EXPECT_EQ(json["key"], "sps_max");
  EXPECT_EQ(json["value"], 41'000);
  EXPECT_EQ(json["version"], "1.1");
  EXPECT_EQ(json["recent"].size(), 2U);
}

TEST_F(Metrics, SayEverythingInJsonAndCsv) {
  released("1.0", 40'000);
  tried("1.1", 20'000);
  const MetricSeries series = asked();
  const auto json =
      projections::render::metric_json(series, series.points.back());
  EXPECT_EQ(json["version"], "1.1");
  EXPECT_EQ(json["validation"], "smoke");
  EXPECT_EQ(json["attempt"], 1);
  EXPECT_EQ(json["key"], "sps_max");
  EXPECT_EQ(json["value"], 20'000);
  EXPECT_EQ(json["passed"], false);
  EXPECT_EQ(json["commit"], schema_tests::commit('b'));
  EXPECT_EQ(json["bound"], ">= 30000");
  EXPECT_EQ(json["stable"]["version"], "1.0");
  EXPECT_TRUE(json["baseline"].is_null());
  EXPECT_THAT(projections::render::metric_csv(series),
              AllOf(HasSubstr("version,validation,attempt,key,value,passed,at"),
                    HasSubstr("\r\n1.1,smoke,1,sps_max,20000.0,false,"),
                    HasSubstr(",1.0,40000.0,-50.0,,,\r\n")));
  EXPECT_THAT(projections::render::metric_text(series, {}),
              AllOf(HasSubstr("-20000 (-50.0%) to 1.0"),
                    HasSubstr("FAILED"),
                    HasSubstr("20000 to 40000, newest 20000")));
}

}  // namespace
}  // namespace projections_tests
