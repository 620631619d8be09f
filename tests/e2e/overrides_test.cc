// What a person decides against the rule: waivers, abandoned and yanked
// releases. All of it stays visible.

#include <string>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;

class Overrides : public ReleaseTest {
 protected:
  void reach_failed() const {
    reach_bugs_checked();
    scratch_.behave("smoke", "sps=1000");
    const Ended ended = step("workflow-tests");
    ASSERT_EQ(ended.exit_code, kGateSaidNo) << shown(ended);
  }
  Ended waive(const std::string& check) const {
    return rl(
        {"waive", kVersion, check, "--reason", "known slow host", "--yes"});
  }
  void expect_said_no(const Ended& ended) const {
    EXPECT_THAT(ended.exit_code, AnyOf(kGateSaidNo, kUsage)) << shown(ended);
    expect_refusal(ended, ended.exit_code);
  }
};

TEST_F(Overrides, AFailedGateStopsTheRelease) {
  reach_failed();
  EXPECT_EQ(status()["state"], "failed");
  const Ended ended = step("release");
  expect_refusal(ended, kGateSaidNo);
  EXPECT_THAT(ended.err, HasSubstr("smoke"));
  EXPECT_EQ(scratch_.origin_ref("refs/tags/v" + kVersion), "");
  EXPECT_THAT(
      rl({"explain", kVersion}).out,
      AllOf(HasSubstr("smoke"), HasSubstr("sps_max"), HasSubstr("waive")));
}

TEST_F(Overrides, AWaivedValidationNeverLooksLikeAPass) {
  reach_failed();
  const Ended ended = waive("smoke");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  const json smoke = validation();
  EXPECT_EQ(smoke["outcome"], "failed");
  EXPECT_EQ(smoke["waived"], true);
  EXPECT_EQ(smoke["checks"][0]["passed"], false);
  EXPECT_EQ(status()["waivers"].size(), 1U);
  EXPECT_THAT(status()["waivers"].dump(), HasSubstr("known slow host"));
  EXPECT_THAT(rl({"status", kVersion}).out,
              AllOf(HasSubstr("waived"), HasSubstr("failed")));

  EXPECT_EQ(step("release").exit_code, kDone);
  EXPECT_EQ(scratch_.runs(), 1);
  EXPECT_THAT(scratch_.origin_git(
                  {"show", "stable:release-notes/v" + kVersion + ".md"}),
              AllOf(HasSubstr("waive"), HasSubstr("known slow host")));
}

TEST_F(Overrides, AWaiverIsShownOnAllItsTerms) {
  reach_failed();
  ASSERT_EQ(rl({"waive",
                kVersion,
                "smoke",
                "--reason",
                "known slow host",
                "--ticket",
                "OPS-7",
                "--until",
                "2099-01-02T03:04:05Z",
                "--yes"})
                .exit_code,
            kDone);
  for (const char* verb : {"status", "audit"}) {
    EXPECT_THAT(rl({verb, kVersion}).out,
                AllOf(HasSubstr("known slow host; ticket OPS-7; until "
                                "2099-01-02T03:04:05Z")))
        << verb;
  }
}

TEST_F(Overrides, ASingleCheckCanBeWaived) {
  reach_failed();
  EXPECT_EQ(waive("smoke/sps_max").exit_code, kDone);
  EXPECT_EQ(step("release").exit_code, kDone);
}

TEST_F(Overrides, WhatDependsOnAWaivedOneRuns) {
  PlanText plan;
  plan.validations.push_back(
      {.name = "child", .more = "depends_on = [\"smoke\"]"});
  scratch_.write_plan(plan);
  scratch_.commit("Another plan");
  reach_failed();
  EXPECT_EQ(validation("child")["outcome"], "skipped");
  EXPECT_EQ(waive("smoke").exit_code, kDone);
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  EXPECT_EQ(validation("child")["outcome"], "passed");
  EXPECT_EQ(validation("smoke")["outcome"], "failed");
}

TEST_F(Overrides, AWaiverHoldsForItsCandidateOnly) {
  reach_failed();
  EXPECT_EQ(waive("smoke").exit_code, kDone);
  scratch_.commit("Another commit");
  EXPECT_EQ(step("prepare-branch", {"--rc", "2"}).exit_code, kDone);
  EXPECT_EQ(step("bug-check", {"--confirm-bugs", "none"}).exit_code, kDone);
  EXPECT_EQ(step("workflow-tests").exit_code, kGateSaidNo);
  EXPECT_EQ(validation()["waived"], false);
  EXPECT_EQ(step("release").exit_code, kGateSaidNo);
}

TEST_F(Overrides, AWaiverOfNothingIsRefused) {
  reach_failed();
  const Ended unknown = waive("smok");
  expect_said_no(unknown);
  EXPECT_THAT(unknown.err, HasSubstr("smoke"));
  expect_said_no(waive("smoke/no_such_key"));
  expect_refusal(rl({"waive", kVersion, "smoke", "--reason", "x"}), kWaiting);
  EXPECT_EQ(count("WaiverGranted"), 0U);
}

TEST_F(Overrides, AnAbandonedReleaseIsOver) {
  prepare();
  const Ended ended =
      rl({"abandon", kVersion, "--reason", "superseded", "--yes"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(status()["state"], "abandoned");
  EXPECT_EQ(status()["waiting_for"], nullptr);
  expect_said_no(step("bug-check", {"--confirm-bugs", "none"}));
  expect_said_no(rl({"--all", "--version", kVersion}));
  expect_said_no(rl({"--all", "--new", "--version", kVersion}));
  EXPECT_EQ(count("ReleaseAbandoned"), 1U);
  const json end = support::of_type(history(), "ReleaseAbandoned")[0];
  EXPECT_EQ(end["data"]["reason"], "superseded");
  // It is in nobody's way.
  finish("2025.10.09");
}

TEST_F(Overrides, AReleasedOneIsYankedNotAbandoned) {
  finish();
  expect_said_no(rl({"abandon", kVersion, "--reason", "x", "--yes"}));
  const std::string tag = scratch_.origin_ref("refs/tags/v" + kVersion);
  const Ended ended = rl({"yank", kVersion, "--reason", "broken", "--yes"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(status()["state"], "yanked");
  EXPECT_EQ(scratch_.origin_ref("refs/tags/v" + kVersion), tag);
  EXPECT_THAT(rl({"list"}).out, HasSubstr("yanked"));
}

TEST_F(Overrides, WhatWasNotReleasedCannotBeYanked) {
  prepare();
  expect_said_no(rl({"yank", kVersion, "--reason", "x", "--yes"}));
  EXPECT_EQ(status()["state"], "in_progress");
}

TEST_F(Overrides, EndingAReleaseIsAskedFor) {
  prepare();
  const Arguments typed = {"abandon", kVersion, "--reason", "superseded"};
  expect_refusal(rl(typed), kWaiting);
  EXPECT_NE(rl_typing(typed, "no\n").exit_code, kDone);
  EXPECT_EQ(status()["state"], "in_progress");
  EXPECT_EQ(rl_typing(typed, "yes\n").exit_code, kDone);
  EXPECT_EQ(status()["state"], "abandoned");
}

TEST_F(Overrides, BugsAreConfirmedOnATerminal) {
  prepare();
  const Arguments typed = {"--step", "bug-check", "--version", kVersion};
  EXPECT_NE(rl_typing(typed, "no\nno\n").exit_code, kDone);
  EXPECT_NE(step_state("bug-check"), "done");
  const Ended ended = rl_typing(typed, "yes\nlooked at the board\n");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(step_state("bug-check"), "done");
  const auto given = support::of_type(history(), "ManualConfirmationGiven");
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0]["data"]["by"], "Ann <ann@x.org>");
}

TEST_F(Overrides, AConfirmationIsOnTheRecordWithItsReason) {
  prepare();
  EXPECT_EQ(step("bug-check").exit_code, kWaiting);
  EXPECT_EQ(count("BugCheckPassed"), 0U);
  EXPECT_EQ(step("bug-check", {"--confirm-bugs", "asked Nishad"}).exit_code,
            kDone);
  const auto given = support::of_type(history(), "ManualConfirmationGiven");
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(given[0]["data"]["reason"], "asked Nishad");
  EXPECT_EQ(given[0]["data"]["step"], "bug-check");
}

TEST_F(Overrides, YesAndAnEmptyReasonAnswerNoGate) {
  prepare();
  expect_refusal(step("bug-check", {"--confirm-bugs", ""}), kUsage);
  EXPECT_EQ(step("bug-check", {"--yes"}).exit_code, kWaiting);
  EXPECT_NE(step_state("bug-check"), "done");
}

}  // namespace
}  // namespace e2e
