// Who changed what is asked of a metric.

#include "projections/blame.h"

#include <algorithm>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "projections/render/blame.h"
#include "tests/projections/book.h"

namespace projections_tests {
namespace {

using projections::BlameLine;
using schema_tests::kAnn;
using schema_tests::kJack;
using schema_tests::Life;
using schema_tests::plan_with_bound;
using schema_tests::small_plan;

schema::Plan with_rule(const std::string& key,
                       const std::vector<std::string>& aliases) {
  schema::Plan plan = small_plan();
  plan.validations.front().acceptance.front().key = key;
  schema::MetricRule& rule = plan.metrics.emplace_back();
  rule.key = key;
  rule.pattern = key + "=(.*)";
  rule.statistic = "max";
  rule.aliases = aliases;
  return plan;
}

class Blame : public testing::Test {
 protected:
  std::vector<BlameLine> blame(const std::string& key) const {
    const auto lines = projections::blame(book_.read(), key);
    EXPECT_TRUE(lines.has_value());
    return lines ? *lines : std::vector<BlameLine>();
  }
  Book book_;
};

TEST_F(Blame, NamesEachChangeOfABound) {
  book_.append(Life("1.0").started(), kAnn);
  book_.append(Life("2.0").started(plan_with_bound(20'000)), kJack);
  schema::PlanRecorded changed;
  changed.attempt = 2;
  changed.plan = std::make_unique<schema::Plan>(plan_with_bound(10'000));
  book_.append("2.0", kAnn, {changed});
  const auto lines = blame("sps_max");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].release, "1.0");
  EXPECT_EQ(lines[0].before, std::nullopt);
  EXPECT_EQ(lines[0].after, ">= 30000");
  EXPECT_EQ(lines[1].release, "2.0");
  EXPECT_EQ(lines[1].by, kJack);
  EXPECT_EQ(lines[1].what, "bound in smoke");
  EXPECT_EQ(lines[1].before, ">= 30000");
  EXPECT_EQ(lines[1].after, ">= 20000");
  EXPECT_EQ(lines[2].by, kAnn);
  EXPECT_EQ(lines[2].before, ">= 20000");
  EXPECT_EQ(lines[2].position, 5U);
  const auto json = projections::render::blame_json("sps_max", lines[0]);
  EXPECT_TRUE(json["before"].is_null());
  EXPECT_EQ(json["version"], "1.0");
}

TEST_F(Blame, NamesAChangeOfPatternAndStatistic) {
  book_.append(Life("1.0").started(with_rule("reward", {})), kAnn);
  schema::Plan other = with_rule("reward", {});
  other.metrics.front().pattern = "mean_reward=(.*)";
  other.metrics.front().statistic = "last";
  book_.append(Life("2.0").started(std::move(other)), kJack);
  const auto lines = blame("reward");
  for (const auto& [what, before, after] :
       {std::tuple("pattern", "reward=(.*)", "mean_reward=(.*)"),
        std::tuple("statistic", "max", "last")}) {
    const auto line = std::ranges::find_if(lines, [&](const BlameLine& each) {
      return each.what == what && each.release == "2.0";
    });
    ASSERT_NE(line, lines.end()) << what;
    EXPECT_EQ(line->before, before);
    EXPECT_EQ(line->after, after);
    EXPECT_EQ(line->by, kJack);
  }
}

TEST_F(Blame, FollowsAMetricOverItsNames) {
  book_.append(Life("1.0").started(with_rule("reward", {})), kAnn);
  book_.append(Life("2.0").started(with_rule("return", {"reward"})), kJack);
  for (const std::string key : {"return", "reward"}) {
    const auto lines = blame(key);
    const auto name = std::ranges::find_if(lines, [](const BlameLine& line) {
      return line.what == "name" && line.release == "2.0";
    });
    ASSERT_NE(name, lines.end()) << key;
    EXPECT_EQ(name->before, "reward");
    EXPECT_EQ(name->after, "return");
    EXPECT_EQ(name->by, kJack);
  }
}

TEST_F(Blame, ComparesAPlanWithThatOfItsOwnRelease) {
  book_.append(Life("1.0").started(plan_with_bound(1)), kAnn);
  book_.append(Life("2.0").started(plan_with_bound(2)), kAnn);
  schema::PlanRecorded same;
  same.attempt = 2;
  same.plan = std::make_unique<schema::Plan>(plan_with_bound(1));
  book_.append("1.0", kAnn, {same});
  EXPECT_EQ(blame("sps_max").size(), 2U);
}

TEST_F(Blame, OfAnUnknownMetricIsRefused) {
  book_.append(Life("1.0").started(), kAnn);
  const auto lines = projections::blame(book_.read(), "loss");
  ASSERT_FALSE(lines.has_value());
  EXPECT_EQ(lines.error().reason, "no-such-metric");
}

}  // namespace
}  // namespace projections_tests
