// A plan that changes in the middle of a release: what was measured is judged
// again, what would be measured differently is measured again.

#include <string>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

PlanText with_bound(const std::string& sps) {
  PlanText plan;
  plan.validations[0].expected_sps = sps;
  return plan;
}

class PlanChange : public ReleaseTest {};

TEST_F(PlanChange, JudgesAgainUnderALowerBoundWithoutRunning) {
  scratch_.write_plan(with_bound("50000"));
  scratch_.commit("Ask for more");
  reach_bugs_checked();
  EXPECT_EQ(step("workflow-tests").exit_code, kGateSaidNo);
  EXPECT_EQ(validation()["outcome"], "failed");

  scratch_.write_plan(with_bound("40000"));
  const Ended ended = step("workflow-tests");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(scratch_.runs(), 1);
  EXPECT_EQ(validation()["outcome"], "passed");
  EXPECT_EQ(validation()["checks"][0]["expected"], 40000.0);
  EXPECT_EQ(count("ValidationRejudged"), 1U);
  const auto plans = support::of_type(history(), "PlanRecorded");
  ASSERT_EQ(plans.size(), 2U);
  EXPECT_THAT(plans[1]["data"]["changed"].dump(), HasSubstr("40000"));
  EXPECT_THAT(rl({"status", kVersion}).out, HasSubstr("re-judged"));
}

TEST_F(PlanChange, TakesAPassBackUnderAHigherBound) {
  reach_tested();
  scratch_.write_plan(with_bound("50000"));
  const Ended ended = step("release");
  EXPECT_EQ(ended.exit_code, kGateSaidNo) << shown(ended);
  EXPECT_EQ(validation()["outcome"], "failed");
  EXPECT_EQ(scratch_.runs(), 1);
  // It is a failed one now, and those are run again.
  EXPECT_EQ(step("workflow-tests").exit_code, kGateSaidNo);
  EXPECT_EQ(scratch_.runs(), 2);
  EXPECT_EQ(scratch_.origin_ref("refs/tags/v" + kVersion), "");
}

class PlanChangeSigned : public ReleaseTest {
 protected:
  PlanChangeSigned() : ReleaseTest(support::two_approvals()) {}
};

TEST_F(PlanChangeSigned, TellsWhatChangedAndWhatItCost) {
  reach_tested();
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
  PlanText plan = support::two_approvals();
  plan.validations[0].expected_sps = "20000";
  scratch_.write_plan(plan);
  const Ended ended = step("release");
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
  EXPECT_THAT(ended.err,
              AllOf(HasSubstr("the plan has changed"),
                    HasSubstr("30000"),
                    HasSubstr("20000"),
                    HasSubstr("1 approval no longer counts")));
}

TEST_F(PlanChange, RunsAgainWhatWouldBeMeasuredDifferently) {
  PlanText plan;
  plan.validations.push_back({.name = "other"});
  scratch_.write_plan(plan);
  scratch_.commit("Two validations");
  reach_tested();
  plan.validations[0].more = "args = [\"longer\"]";
  scratch_.write_plan(plan);
  const Ended ended = step("workflow-tests");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(scratch_.runs("smoke"), 2);
  EXPECT_EQ(scratch_.runs("other"), 1);
  EXPECT_EQ(validation("smoke")["attempt"], 2);
}

TEST_F(PlanChange, LeavesEvidenceAloneWhenOnlyContactsChange) {
  reach_tested();
  PlanText plan;
  plan.more = "[project]\ncontacts = [\"Zoe\"]\n";
  scratch_.write_plan(plan);
  EXPECT_EQ(step("release").exit_code, kDone);
  EXPECT_EQ(scratch_.runs(), 1);
  EXPECT_EQ(count("PlanRecorded"), 1U);
}

TEST_F(PlanChange, AsksForAValidationThatWasAdded) {
  reach_tested();
  PlanText plan;
  plan.validations.push_back({.name = "other"});
  scratch_.write_plan(plan);
  EXPECT_EQ(step("release").exit_code, kGateSaidNo);
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  EXPECT_EQ(scratch_.runs("smoke"), 1);
  EXPECT_EQ(scratch_.runs("other"), 1);
  EXPECT_EQ(step("release").exit_code, kDone);
}

class Modes : public ReleaseTest {
 protected:
  Modes()
      : ReleaseTest([] {
          PlanText plan;
          plan.validations = {
              {.name = "both"},
              {.name = "short", .sets = R"(["quick"])"},
              {.name = "long", .sets = R"(["comprehensive"])"},
          };
          return plan;
        }()) {}
};

TEST_F(Modes, RunTheirOwnSets) {
  reach_tested();
  EXPECT_EQ(scratch_.runs("both"), 1);
  EXPECT_EQ(scratch_.runs("short"), 1);
  EXPECT_EQ(scratch_.runs("long"), 0);
}

TEST_F(Modes, AreRaisedOnTheRecordAndNeverLowered) {
  reach_tested();
  EXPECT_EQ(status()["mode"], "quick");
  EXPECT_EQ(step("workflow-tests", {"--comprehensive"}).exit_code, kDone);
  EXPECT_EQ(status()["mode"], "comprehensive");
  EXPECT_EQ(scratch_.runs("both"), 1);
  EXPECT_EQ(scratch_.runs("long"), 1);
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  EXPECT_EQ(status()["mode"], "comprehensive");
  EXPECT_EQ(count("ModeRaised"), 1U);
}

TEST_F(PlanChange, RefusesAModeWithNothingToRun) {
  PlanText plan;
  plan.validations[0].sets = R"(["comprehensive"])";
  scratch_.write_plan(plan);
  scratch_.commit("Nothing is quick");
  const Ended prepared = step("prepare-branch");
  if (prepared.exit_code == kDone) {
    EXPECT_EQ(step("bug-check", {"--confirm-bugs", "none"}).exit_code, kDone);
    const Ended ended = step("workflow-tests");
    EXPECT_THAT(ended.exit_code, ::testing::AnyOf(kGateSaidNo, kUsage));
    expect_refusal(ended, ended.exit_code);
    EXPECT_EQ(step("release").exit_code, ended.exit_code);
  } else {
    expect_refusal(prepared, kUsage);
  }
  EXPECT_EQ(scratch_.origin_ref("refs/tags/v" + kVersion), "");
}

}  // namespace
}  // namespace e2e
