// `--check` at every stage of a release changes nothing that can be seen:
// origin, work tree, .git, ledger and home, to the byte and the nanosecond.

#include <string>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class DryRun : public ReleaseTest {
 protected:
  DryRun() : ReleaseTest(support::two_approvals()) {}

  void expect_no_change(const Arguments& arguments) const {
    const support::Snapshot before = support::snapshot(scratch_.root());
    const Ended ended = rl(arguments);
    EXPECT_THAT(
        support::differences(before, support::snapshot(scratch_.root())),
        IsEmpty())
        << ::testing::PrintToString(arguments) << shown(ended);
    EXPECT_THAT(ended.exit_code, AnyOf(kDone, kGateSaidNo, kUsage, kWaiting))
        << ::testing::PrintToString(arguments) << shown(ended);
  }

  void expect_no_change_at(const std::string& stage) const {
    SCOPED_TRACE(stage);
    for (const char* name : {"prepare-branch",
                             "bug-check",
                             "workflow-tests",
                             "release",
                             "announce"}) {
      expect_no_change({"--step", name, "--version", kVersion, "--check"});
    }
    expect_no_change({"--all", "--version", kVersion, "--check"});
    expect_no_change({"--all", "--check"});
    expect_no_change({"--all", "--new", "--check"});
  }
};

TEST_F(DryRun, ChangesNothingBeforeAnythingWasDone) {
  expect_no_change_at("nothing done");
}

TEST_F(DryRun, ChangesNothingOnTheWayToTheGates) {
  prepare();
  expect_no_change_at("branch prepared");
  reach_bugs_checked();
  expect_no_change_at("bugs checked");
  scratch_.behave("smoke", "sps=1");
  EXPECT_EQ(step("workflow-tests").exit_code, kGateSaidNo);
  expect_no_change_at("a validation failed");
}

TEST_F(DryRun, ChangesNothingOnTheWayOut) {
  reach_tested();
  expect_no_change_at("tested");
  EXPECT_EQ(step("release").exit_code, kWaiting);
  expect_no_change_at("waiting for approvals");
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
  EXPECT_EQ(approve("Jack", "technical-lead").exit_code, kDone);
  expect_no_change_at("approved");
  EXPECT_EQ(step("release").exit_code, kDone);
  expect_no_change_at("published");
  EXPECT_EQ(step("announce", {"--confirm-announced", "posted"}).exit_code,
            kDone);
  expect_no_change_at("released");
}

TEST_F(DryRun, ChangesNothingWithAnAnswerOnTheCommandLine) {
  prepare();
  expect_no_change({"--step",
                    "bug-check",
                    "--version",
                    kVersion,
                    "--check",
                    "--confirm-bugs",
                    "none is open"});
  EXPECT_NE(step_state("bug-check"), "done");
}

TEST_F(DryRun, ExitsAsTheRealStepWould) {
  EXPECT_EQ(step("prepare-branch", {"--check"}).exit_code, kDone);
  EXPECT_EQ(step("bug-check", {"--check"}).exit_code, kUsage);
  prepare();
  EXPECT_EQ(step("bug-check", {"--check"}).exit_code, kWaiting);
  EXPECT_EQ(step("release", {"--check"}).exit_code, kGateSaidNo);
  reach_tested();
  EXPECT_EQ(step("release", {"--check"}).exit_code, kWaiting);
}

TEST_F(DryRun, OfAllStepsExitsAsTheRealRunWould) {
  const Arguments all = {"--all", "--version", kVersion, "--check"};
  EXPECT_EQ(rl(all).exit_code, kWaiting);  // for a word on bugs
  const Arguments answered = {"--all",
                              "--version",
                              kVersion,
                              "--check",
                              "--confirm-bugs",
                              "none",
                              "--confirm-announced",
                              "posted"};
  // Two approvals are asked for, of evidence that is not there yet.
  const Ended fresh = rl(answered);
  EXPECT_EQ(fresh.exit_code, kWaiting) << shown(fresh);
  EXPECT_THAT(fresh.out, HasSubstr("if they pass"));
  reach_tested();
  EXPECT_EQ(rl(all).exit_code, kWaiting);
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
  EXPECT_EQ(approve("Jack", "technical-lead").exit_code, kDone);
  const Ended announcing = rl(all);
  EXPECT_EQ(announcing.exit_code, kWaiting) << shown(announcing);
  EXPECT_THAT(announcing.out,
              AllOf(HasSubstr("would merge"),
                    HasSubstr("would print the announcement"),
                    Not(HasSubstr("no tag was pushed"))));
  EXPECT_EQ(rl(answered).exit_code, kDone);
}

TEST_F(DryRun, SaysOfAWaivedCheckThatItWasWaived) {
  reach_bugs_checked();
  scratch_.behave("smoke", "sps=1");
  EXPECT_EQ(step("workflow-tests").exit_code, kGateSaidNo);
  EXPECT_EQ(
      rl({"waive", kVersion, "smoke/sps_max", "--reason", "known", "--yes"})
          .exit_code,
      kDone);
  const Ended ended = step("workflow-tests", {"--check"});
  EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("passed already")));
}

TEST_F(DryRun, RecordsNoPlanAndSaysSo) {
  reach_tested();
  PlanText plan = support::two_approvals();
  plan.validations[0].expected_sps = "20000";
  scratch_.write_plan(plan);
  const Ended ended = rl({"--all", "--check"});
  EXPECT_THAT(ended.out,
              AllOf(HasSubstr("it would be recorded"),
                    HasSubstr("sps_max"),
                    Not(HasSubstr("was recorded"))));
  EXPECT_EQ(count("PlanRecorded"), 1U);
}

TEST_F(DryRun, FindsATagThatIsTakenBeforeAnythingIsRun) {
  scratch_.git({"tag", "v" + kVersion});
  for (const Arguments& typed :
       {Arguments{"--all", "--version", kVersion, "--check"},
        Arguments{"--step", "prepare-branch", "--version", kVersion}}) {
    const Ended ended = rl(typed);
    EXPECT_EQ(ended.exit_code, kGateSaidNo) << shown(ended);
    EXPECT_THAT(ended.err, HasSubstr("the tag v" + kVersion));
  }
  EXPECT_EQ(scratch_.runs(), 0);
}

TEST_F(DryRun, SaysWhatItWouldDo) {
  const Ended ended = step("prepare-branch", {"--check"});
  EXPECT_THAT(ended.out + ended.err,
              HasSubstr("staging/v" + kVersion + "-rc1"));
  EXPECT_THAT(ended.out + ended.err, HasSubstr("would"));
}

TEST_F(DryRun, ReadingVerbsChangeNothingEither) {
  reach_tested();
  for (const Arguments& reading : {Arguments{"status", kVersion},
                                   Arguments{"history", kVersion},
                                   Arguments{"list"},
                                   Arguments{"explain", kVersion},
                                   Arguments{"verify"},
                                   Arguments{"replay", kVersion, "--at", "3"},
                                   Arguments{"plan", "show"},
                                   Arguments{"plan", "check"}}) {
    const Ended ended = rl(reading);
    EXPECT_EQ(ended.exit_code, kDone)
        << ::testing::PrintToString(reading) << shown(ended);
  }
  EXPECT_EQ(scratch_.runs(), 1);
  EXPECT_EQ(scratch_.git({"status", "--porcelain"}), "");
}

}  // namespace
}  // namespace e2e
