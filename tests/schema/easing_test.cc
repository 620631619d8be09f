// Which changes of a plan make a gate easier to pass, and which do not.

#include "schema/release/easing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/schema/small_plan.h"

namespace schema_tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> eased(const schema::Plan& before,
                               const schema::Plan& after,
                               schema::Staff staff = schema::Staff::kIgnored) {
  return schema::easings(before, after, schema::Mode::quick, staff);
}

schema::Plan with_check(const schema::Acceptance& check) {
  schema::Plan plan = small_plan();
  plan.validations.front().acceptance = {check};
  return plan;
}

schema::Acceptance bound(const std::string& op, double expected) {
  schema::Acceptance check;
  check.key = "loss";
  check.op = op;
  check.expected = expected;
  return check;
}

schema::Acceptance range(double low, double high) {
  schema::Acceptance check;
  check.key = "loss";
  check.op = "range";
  check.low = low;
  check.high = high;
  return check;
}

bool is_eased(const schema::Acceptance& before,
              const schema::Acceptance& after) {
  return !eased(with_check(before), with_check(after)).empty();
}

TEST(Easings, OfTheSamePlanAreNone) {
  EXPECT_THAT(eased(small_plan(), small_plan()), IsEmpty());
}

TEST(Easings, AreLooserBounds) {
  EXPECT_THAT(eased(plan_with_bound(30'000), plan_with_bound(20'000)),
              ElementsAre("smoke: sps_max >= 20000, before >= 30000"));
  EXPECT_THAT(eased(plan_with_bound(20'000), plan_with_bound(30'000)),
              IsEmpty());
  EXPECT_TRUE(is_eased(bound("<=", 1), bound("<=", 2)));
  EXPECT_FALSE(is_eased(bound("<=", 2), bound("<=", 1)));
  EXPECT_TRUE(is_eased(bound("<", 1), bound("<=", 1)));
  EXPECT_FALSE(is_eased(bound("<=", 1), bound("<", 1)));
  EXPECT_TRUE(is_eased(bound(">", 1), bound(">=", 1)));
  EXPECT_TRUE(is_eased(bound("==", 1), bound(">=", 1)));
  EXPECT_FALSE(is_eased(bound(">=", 1), bound("==", 1)));
  EXPECT_TRUE(is_eased(bound(">=", 1), bound("<=", 1)));
  EXPECT_TRUE(is_eased(bound("!=", 1), bound("!=", 2)));
  EXPECT_TRUE(is_eased(range(1, 2), range(1, 3)));
  EXPECT_TRUE(is_eased(range(1, 2), range(0, 2)));
  EXPECT_FALSE(is_eased(range(0, 3), range(1, 2)));
  EXPECT_FALSE(is_eased(bound(">=", 0), range(1, 2)));
}

TEST(Easings, AreWiderTolerancesOfABaseline) {
  schema::Acceptance before;
  before.key = "loss";
  before.op = "<=";
  before.baseline = "last-stable";
  before.tolerance_percent = 5;
  before.without_baseline = "inconclusive";
  schema::Acceptance after = before;
  EXPECT_FALSE(is_eased(before, after));
  after.tolerance_percent = 6;
  EXPECT_TRUE(is_eased(before, after));
  EXPECT_FALSE(is_eased(after, before));
  after = before;
  after.without_baseline = "pass";
  EXPECT_TRUE(is_eased(before, after));
  EXPECT_TRUE(is_eased(before, bound("<=", 1)));
}

TEST(Easings, AreFewerSamplesAndRuns) {
  schema::Acceptance before = bound(">=", 1);
  before.samples = 10;
  schema::Acceptance after = before;
  after.samples = 9;
  EXPECT_TRUE(is_eased(before, after));
  EXPECT_FALSE(is_eased(after, before));
  after = before;
  after.confirm_passes = 2;
  after.confirm_runs = 3;
  EXPECT_TRUE(is_eased(before, after));  // one run may fail now
  EXPECT_TRUE(is_eased(after, before));  // one run is enough now
}

TEST(Easings, AreChecksAndValidationsThatAreGone) {
  schema::Plan after = small_plan();
  after.validations.front().acceptance.clear();
  EXPECT_THAT(eased(small_plan(), after),
              ElementsAre("smoke: sps_max >= 30000 is no longer checked"));
  after = small_plan();
  after.validations.front().sets = {"comprehensive"};
  EXPECT_THAT(eased(small_plan(), after),
              ElementsAre("validation smoke is not in the quick set"));
  after = small_plan();
  after.validations.clear();  // "long" is not in the quick set
  EXPECT_THAT(eased(small_plan(), after),
              ElementsAre("validation smoke is gone"));
}

TEST(Easings, AreChangesWhoseDirectionCannotBeTold) {
  schema::Plan before = small_plan();
  schema::MetricRule& rule = before.metrics.emplace_back();
  rule.key = "loss";
  rule.pattern = "loss=(.*)";
  rule.statistic = "max";
  schema::Plan after = before;
  after.metrics.front().statistic = "min";
  EXPECT_THAT(eased(before, after),
              ElementsAre("metric loss: statistic: min, before max"));
  after = before;
  after.validations.front().command = {"./run", "less"};
  EXPECT_THAT(eased(before, after),
              ElementsAre("smoke: command: ./run less, before ./run smoke"));
}

TEST(Easings, AreFewerSignaturesAndMorePeople) {
  schema::Plan after = small_plan();
  after.approval->required = 1;
  after.approval->allow_starter = true;
  after.approval->roles.front().members.emplace_back("Eve");
  EXPECT_THAT(eased(small_plan(), after),
              ElementsAre("approvals required: 1, before 2",
                          "whoever starts the release may approve it"));
  EXPECT_THAT(eased(small_plan(), after, schema::Staff::kCompared),
              testing::Contains(HasSubstr("Eve may sign too")));
  EXPECT_THAT(eased(after, small_plan(), schema::Staff::kCompared), IsEmpty());
}

TEST(Easings, AreWaiversOfEverybodyAndABugCheckWithoutATracker) {
  schema::Plan before = small_plan();
  before.approval->waivers = std::make_unique<schema::WaiverPolicy>();
  before.approval->waivers->roles = {"qa"};
  before.tracker = std::make_unique<schema::Tracker>();
  before.tracker->kind = "asana";
  schema::Plan after = small_plan();
  EXPECT_THAT(eased(before, after),
              testing::UnorderedElementsAre(
                  "who may waive: everybody, before qa",
                  "bug check: a person's word, before the tracker asana"));
  EXPECT_THAT(eased(after, before), IsEmpty());
}

}  // namespace
}  // namespace schema_tests
