// audit: who did and approved what, and exit 1 where the policy is not met.

#include <string>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AuditVerb : public ReleaseTest {
 protected:
  AuditVerb() : ReleaseTest(support::two_approvals()) {}

  // Published, with both approvals.
  void sign_and_publish() const {
    reach_tested();
    EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
    EXPECT_EQ(approve("Jack", "technical-lead").exit_code, kDone);
    EXPECT_EQ(step("release").exit_code, kDone);
  }
};

TEST_F(AuditVerb, AnswersWithOneUntilThePolicyIsMet) {
  reach_tested();
  const Ended open = rl({"audit", kVersion, "--json"});
  EXPECT_EQ(open.exit_code, kGateSaidNo) << shown(open);
  EXPECT_EQ(support::parse_object(open.out)["met"], false);
  EXPECT_THAT(open.err, HasSubstr("policy is not met"));
  approve("Robb", "release-manager");
  approve("Jack", "technical-lead");
  const Ended met = rl({"audit", kVersion, "--json"});
  EXPECT_EQ(met.exit_code, kDone) << shown(met);
  EXPECT_EQ(support::parse_object(met.out)["met"], true);
}

TEST_F(AuditVerb, ListsPeopleApprovalsEvidenceAndActions) {
  sign_and_publish();
  const json all = support::parse_object(rl({"audit", kVersion, "--json"}).out);
  EXPECT_THAT(support::missing_keys(all,
                                    {"version",
                                     "policy",
                                     "met",
                                     "unmet",
                                     "people",
                                     "approvals",
                                     "waivers",
                                     "evidence",
                                     "eased",
                                     "actions"}),
              IsEmpty());
  EXPECT_EQ(all["policy"]["required"], 2);
  ASSERT_THAT(all["approvals"], SizeIs(2));
  EXPECT_EQ(all["approvals"][0]["by"], "Robb <Robb@x.org>");
  EXPECT_EQ(all["approvals"][0]["proof"], "claimed");
  EXPECT_EQ(all["actions"].size(), history().size());
  for (const json& action : all["actions"]) {
    EXPECT_TRUE(action["position"].is_number());
  }
  const Ended text = rl({"audit", kVersion});
  EXPECT_THAT(text.out, HasSubstr("policy met"));
  EXPECT_THAT(text.out, HasSubstr("claimed"));
}

TEST_F(AuditVerb, OfAllReleasesIsALineEach) {
  sign_and_publish();
  const Ended all = rl({"audit", "--json"});
  EXPECT_EQ(all.exit_code, kDone) << shown(all);
  EXPECT_THAT(support::parse_lines(all.out), SizeIs(1));
  EXPECT_THAT(
      support::parse_lines(rl({"audit", "--json", "--actor", "Nobody"}).out),
      IsEmpty());
  const auto jack =
      support::parse_lines(rl({"audit", "--json", "--actor", "Jack"}).out);
  ASSERT_THAT(jack, SizeIs(1));
  EXPECT_THAT(jack[0]["actions"], SizeIs(1));
  EXPECT_THAT(support::parse_lines(
                  rl({"audit", "--json", "--since", "2999-01-01"}).out),
              IsEmpty());
  expect_bare_refusal(rl({"audit", "--until", "soon"}), kUsage);
  expect_bare_refusal(rl({"audit", "9.9"}), kUsage);
}

TEST_F(AuditVerb, PointsOutAReleaseThatEasedItsGates) {
  reach_bugs_checked();
  scratch_.behave("smoke", "sps=25000");
  EXPECT_EQ(step("workflow-tests").exit_code, kGateSaidNo);
  PlanText easier = support::two_approvals();
  easier.validations.front().expected_sps = "20000";
  scratch_.write_plan(easier);
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  const Ended ended = rl({"audit", kVersion, "--json"});
  EXPECT_EQ(ended.exit_code, kGateSaidNo) << shown(ended);
  const json eased = support::parse_object(ended.out)["eased"];
  ASSERT_THAT(eased, SizeIs(1)) << eased;
  EXPECT_THAT(eased[0]["what"].get<std::string>(),
              HasSubstr("before >= 30000"));
  EXPECT_EQ(eased[0]["against"], "the plan before");
}

TEST_F(AuditVerb, BlameNamesWhoMovedABound) {
  reach_bugs_checked();
  PlanText easier = support::two_approvals();
  easier.validations.front().expected_sps = "20000";
  scratch_.write_plan(easier);
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  const Ended ended = rl({"metrics", "blame", "sps_max", "--json"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  const auto lines = support::parse_lines(ended.out);
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[0]["before"], nullptr);
  EXPECT_EQ(lines[1]["what"], "bound in smoke");
  EXPECT_EQ(lines[1]["before"], ">= 30000");
  EXPECT_EQ(lines[1]["after"], ">= 20000");
  EXPECT_EQ(lines[1]["by"], "Ann <ann@x.org>");
  EXPECT_EQ(lines[1]["version"], kVersion);
  EXPECT_THAT(rl({"metrics", "blame", "sps_max"}).out, HasSubstr(">= 20000"));
  expect_bare_refusal(rl({"metrics", "blame", "spss"}), kUsage);
}

TEST_F(AuditVerb, ComparesTheGatesWithThoseOfTheReleaseBefore) {
  sign_and_publish();
  EXPECT_EQ(step("announce", {"--confirm-announced", "told"}).exit_code, kDone);
  PlanText easier = support::two_approvals();
  easier.validations.front().expected_sps = "20000";
  scratch_.write_plan(easier);
  scratch_.commit("An easier plan");
  EXPECT_EQ(
      rl({"--step", "prepare-branch", "--version", "2025.11.01"}).exit_code,
      kDone);
  const json eased =
      support::parse_object(rl({"audit", "2025.11.01", "--json"}).out)["eased"];
  ASSERT_THAT(eased, SizeIs(1)) << eased;
  EXPECT_EQ(eased[0]["against"], kVersion);
}

}  // namespace
}  // namespace e2e
