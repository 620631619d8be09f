// Sign-offs: who may give one, when, for what, and what they are worth later.

#include <string>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Approvals : public ReleaseTest {
 protected:
  explicit Approvals(const PlanText& plan = support::two_approvals())
      : ReleaseTest(plan) {}

  std::string tag() const {
    return scratch_.origin_ref("refs/tags/v" + kVersion);
  }
  void expect_release_waits() const {
    const Ended ended = step("release");
    EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
    EXPECT_EQ(tag(), "");
  }
};

TEST_F(Approvals, AreWaitedFor) {
  reach_tested();
  const Ended ended = step("release");
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
  EXPECT_THAT(ended.out + ended.err,
              AllOf(HasSubstr("release-ledger approve"),
                    HasSubstr("release-manager"),
                    HasSubstr("technical-lead")));
  EXPECT_EQ(status()["state"], "waiting");
  EXPECT_THAT(status()["waiting_for"].dump(), HasSubstr("approve"));
  EXPECT_EQ(tag(), "");
}

TEST_F(Approvals, OfTwoPeopleLetTheReleaseGo) {
  reach_tested();
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
  expect_release_waits();
  EXPECT_EQ(approve("Jack", "technical-lead").exit_code, kDone);
  // Approving is not executing.
  EXPECT_EQ(tag(), "");
  EXPECT_EQ(step("release").exit_code, kDone);
  EXPECT_NE(tag(), "");

  const json given = status()["approvals"];
  ASSERT_EQ(given.size(), 2U);
  for (const json& one : given) {
    EXPECT_THAT(
        support::missing_keys(one, {"by", "role", "commit", "at", "valid"}),
        IsEmpty());
    EXPECT_EQ(one["commit"], scratch_.head());
    EXPECT_EQ(one["valid"], true);
  }
  EXPECT_EQ(given[0]["by"], "Robb <Robb@x.org>");
  EXPECT_EQ(given[0]["role"], "release-manager");
}

TEST_F(Approvals, OfTheSamePersonTwiceAreOne) {
  PlanText plan = support::two_approvals();
  plan.approval = R"(required = 2
roles = { release-manager = ["Robb"], technical-lead = ["Robb", "Jack"] })";
  scratch_.write_plan(plan);
  scratch_.commit("Robb has two roles");
  reach_tested();
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
  approve("Robb", "technical-lead");
  expect_release_waits();
  EXPECT_EQ(approve("Jack", "technical-lead").exit_code, kDone);
  EXPECT_EQ(step("release").exit_code, kDone);
}

TEST_F(Approvals, OfTwoPeopleInOneRoleAreTwo) {
  reach_tested();
  EXPECT_EQ(approve("Jack", "technical-lead").exit_code, kDone);
  EXPECT_EQ(approve("Jill", "technical-lead").exit_code, kDone);
  EXPECT_EQ(step("release").exit_code, kDone);
}

TEST_F(Approvals, MayNeedACertainRole) {
  PlanText plan = support::two_approvals();
  plan.more = "[approval.need]\nrelease-manager = 1\n";
  scratch_.write_plan(plan);
  scratch_.commit("A release manager is needed");
  reach_tested();
  approve("Jack", "technical-lead");
  approve("Jill", "technical-lead");
  expect_release_waits();
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
  EXPECT_EQ(step("release").exit_code, kDone);
}

TEST_F(Approvals, AreMatchedByMailToo) {
  PlanText plan;
  plan.approval = R"(required = 1
roles = { release-manager = ["robb@x.org"] })";
  scratch_.write_plan(plan);
  scratch_.commit("By mail");
  reach_tested();
  const Ended ended = rl({"approve",
                          kVersion,
                          "--role",
                          "release-manager",
                          "--actor",
                          "Somebody <robb@x.org>",
                          "--yes"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(step("release").exit_code, kDone);
}

TEST_F(Approvals, OfANonMemberAreRefused) {
  reach_tested();
  expect_refusal(approve("Mallory", "release-manager"), kGateSaidNo);
  expect_refusal(approve("Jack", "release-manager"), kGateSaidNo);
  expect_refusal(approve("robb", "release-manager"), kGateSaidNo);
  EXPECT_EQ(count("ApprovalGranted"), 0U);
}

TEST_F(Approvals, InARoleThatIsNotThereAreToldTheNearOne) {
  reach_tested();
  const Ended ended = approve("Robb", "release-manger");
  EXPECT_THAT(ended.exit_code, AnyOf(kGateSaidNo, kUsage));
  expect_refusal(ended, ended.exit_code);
  EXPECT_THAT(ended.err, HasSubstr("release-manager"));
}

TEST_F(Approvals, WhileAGateIsOpenAreRefused) {
  prepare();
  expect_refusal(approve("Robb", "release-manager"), kGateSaidNo);
  reach_bugs_checked();
  scratch_.behave("smoke", "sps=1");
  EXPECT_EQ(step("workflow-tests").exit_code, kGateSaidNo);
  const Ended ended = approve("Robb", "release-manager");
  expect_refusal(ended, kGateSaidNo);
  EXPECT_THAT(ended.err, HasSubstr("smoke"));
  EXPECT_EQ(count("ApprovalGranted"), 0U);
}

TEST_F(Approvals, OfTheStarterAreRefusedUnlessAllowed) {
  PlanText plan;
  plan.approval = R"(required = 1
roles = { release-manager = ["Ann"] })";
  scratch_.write_plan(plan);
  scratch_.commit("Ann may approve");
  reach_tested();
  const Ended own =
      rl({"approve", kVersion, "--role", "release-manager", "--yes"});
  expect_refusal(own, kGateSaidNo);
  expect_release_waits();

  plan.approval += "\nallow_starter = true";
  scratch_.write_plan(plan);
  // The plan is read and recorded by a run, not by an approval.
  expect_release_waits();
  const Ended allowed =
      rl({"approve", kVersion, "--role", "release-manager", "--yes"});
  EXPECT_EQ(allowed.exit_code, kDone) << shown(allowed);
  EXPECT_EQ(step("release").exit_code, kDone);
}

TEST_F(Approvals, CanBeRevoked) {
  reach_tested();
  approve("Robb", "release-manager");
  approve("Jack", "technical-lead");
  const Ended ended = rl({"revoke",
                          kVersion,
                          "--role",
                          "technical-lead",
                          "--actor",
                          "Jack <Jack@x.org>",
                          "--reason",
                          "saw a problem",
                          "--yes"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  expect_release_waits();
  EXPECT_EQ(count("ApprovalRevoked"), 1U);
  EXPECT_EQ(approve("Jack", "technical-lead").exit_code, kDone);
  EXPECT_EQ(count("ApprovalGranted"), 3U);
  EXPECT_EQ(step("release").exit_code, kDone);
}

TEST_F(Approvals, AreStaleForANewCandidate) {
  reach_tested();
  approve("Robb", "release-manager");
  approve("Jack", "technical-lead");
  const std::string first = scratch_.head();
  scratch_.write("model.txt", "fixed\n");
  scratch_.commit("Fix the model");
  EXPECT_EQ(step("prepare-branch", {"--rc", "2"}).exit_code, kDone);
  EXPECT_EQ(step("bug-check", {"--confirm-bugs", "none"}).exit_code, kDone);
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  expect_release_waits();
  const json given = status()["approvals"];
  ASSERT_EQ(given.size(), 2U);
  for (const json& one : given) {
    EXPECT_EQ(one["valid"], false);
    EXPECT_EQ(one["commit"], first);
  }
}

TEST_F(Approvals, AreStaleWhenTheEvidenceChanged) {
  reach_tested();
  approve("Robb", "release-manager");
  approve("Jack", "technical-lead");
  PlanText plan = support::two_approvals();
  plan.validations[0].expected_sps = "40000";
  scratch_.write_plan(plan);
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  expect_release_waits();
  EXPECT_EQ(scratch_.runs(), 1);
}

TEST_F(Approvals, WithNobodyToAskWait) {
  reach_tested();
  const Ended ended = rl({"approve",
                          kVersion,
                          "--role",
                          "release-manager",
                          "--actor",
                          "Robb <Robb@x.org>"});
  expect_refusal(ended, kWaiting);
  EXPECT_THAT(ended.err, HasSubstr("--yes"));
  EXPECT_EQ(count("ApprovalGranted"), 0U);
}

TEST_F(Approvals, AreAskedForOnATerminal) {
  reach_tested();
  const Arguments typed = {"approve",
                           kVersion,
                           "--role",
                           "release-manager",
                           "--actor",
                           "Robb <Robb@x.org>"};
  EXPECT_NE(rl_typing(typed, "no\n").exit_code, kDone);
  EXPECT_EQ(count("ApprovalGranted"), 0U);
  const Ended ended = rl_typing(typed, "yes\n");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.out, HasSubstr(scratch_.head().substr(0, 7)));
  EXPECT_EQ(count("ApprovalGranted"), 1U);
}

TEST_F(Approvals, NameWhoActsThroughTheEnvironment) {
  reach_tested();
  const Ended ended =
      rl({"approve", kVersion, "--role", "release-manager", "--yes"},
         {{"RELEASE_LEDGER_ACTOR", "Robb <Robb@x.org>"}});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(status()["approvals"][0]["by"], "Robb <Robb@x.org>");
}

TEST_F(Approvals, OfANamelessActorAreRefused) {
  reach_tested();
  for (const char* actor : {"", "Robb", "<>", "Robb <Robb@x.org"}) {
    expect_refusal(rl({"approve",
                       kVersion,
                       "--role",
                       "release-manager",
                       "--actor",
                       actor,
                       "--yes"}),
                   kUsage);
  }
}

}  // namespace
}  // namespace e2e
