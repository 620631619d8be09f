// Sign-offs with an end, with a second person, and signed with a key.

#include <string>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::string_view kOneRobb = R"(required = 1
roles = { release-manager = ["Robb", "Rita"] })";

PlanText one_approval(std::string_view more = "") {
  PlanText plan;
  plan.approval = std::string(kOneRobb) + "\n" + std::string(more);
  return plan;
}

class SignOffPolicy : public ReleaseTest {
 protected:
  SignOffPolicy() : ReleaseTest(one_approval()) {}

  void use(const PlanText& plan) const {
    scratch_.write_plan(plan);
    scratch_.commit("The plan of this test");
  }
  Ended approve_signed(const std::string& person, Arguments more) const {
    Arguments all = {"approve",
                     kVersion,
                     "--role",
                     "release-manager",
                     "--actor",
                     person + " <" + person + "@x.org>",
                     "--yes",
                     "--sign"};
    all.insert(all.end(), more.begin(), more.end());
    return rl(all);
  }
  json audited() const {
    return support::parse_object(rl({"audit", kVersion, "--json"}).out);
  }
  Ended waive(const std::string& person, Arguments more) const {
    Arguments all = {"waive",
                     kVersion,
                     "smoke",
                     "--actor",
                     person + " <" + person + "@x.org>",
                     "--yes"};
    all.insert(all.end(), more.begin(), more.end());
    return rl(all);
  }
  void reach_failed() const {
    reach_bugs_checked();
    scratch_.behave("smoke", "sps=1000");
    const Ended ended = step("workflow-tests");
    ASSERT_EQ(ended.exit_code, kGateSaidNo) << shown(ended);
  }
};

TEST_F(SignOffPolicy, ASignedApprovalIsProven) {
  PlanText plan = one_approval();
  plan.more =
      "[[person]]\nname = \"Robb\"\nemails = [\"Robb@x.org\"]\nssh = [\"" +
      make_key("robb") + "\"]\n";
  use(plan);
  reach_tested();
  const Ended ended = approve_signed("Robb", {"--key", place("robb")});
  ASSERT_EQ(ended.exit_code, kDone) << shown(ended);
  const json all = audited();
  ASSERT_THAT(all["approvals"], SizeIs(1));
  EXPECT_EQ(all["approvals"][0]["proof"], "proven");
  EXPECT_EQ(all["met"], true);
  const json event = support::of_type(history(), "ApprovalGranted")[0]["data"];
  EXPECT_THAT(event["signed_text"].get<std::string>(),
              AllOf(HasSubstr("release-ledger approval v1\n"),
                    HasSubstr("release " + kVersion + "\n"),
                    HasSubstr("commit " + scratch_.head() + "\n"),
                    HasSubstr("role release-manager\n"),
                    HasSubstr("by Robb <Robb@x.org>\n")));
  EXPECT_EQ(rl({"verify"}).exit_code, kDone);
  EXPECT_EQ(step("release").exit_code, kDone);
  EXPECT_EQ(audited()["approvals"][0]["proof"], "proven");
  EXPECT_EQ(status()["approvals"][0]["proof"], "proven");
}

TEST_F(SignOffPolicy, AllowedSignersBesideThePlanAreTheOthers) {
  scratch_.write("allowed_signers",
                 "# who signs\nRobb@x.org " + make_key("robb", "rsa") + "\n");
  scratch_.commit("Who signs");
  reach_tested();
  make_key("other");
  const Ended other = approve_signed("Robb", {"--key", place("other")});
  expect_refusal(other, kGateSaidNo);
  EXPECT_THAT(other.err, HasSubstr("may not sign for Robb@x.org"));
  const Ended rita = approve_signed("Rita", {"--key", place("robb")});
  expect_refusal(rita, kGateSaidNo);
  EXPECT_EQ(count("ApprovalGranted"), 0U);
  const Ended ended = approve_signed("Robb", {"--key", place("robb")});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(audited()["approvals"][0]["proof"], "proven");
}

TEST_F(SignOffPolicy, GitsOwnSigningKeyIsUsed) {
  scratch_.write("allowed_signers", "*@x.org " + make_key("robb") + "\n");
  scratch_.commit("Who signs");
  reach_tested();
  const Ended without = approve_signed("Robb", {});
  expect_refusal(without, kUsage);
  EXPECT_THAT(without.err, HasSubstr("no key that may sign for Robb@x.org"));
  scratch_.git({"config", "gpg.format", "ssh"});
  scratch_.git({"config", "user.signingkey", place("robb") + ".pub"});
  const Ended ended = approve_signed("Robb", {});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(audited()["approvals"][0]["proof"], "proven");
}

TEST_F(SignOffPolicy, AKeyInTheAgentIsUsed) {
  scratch_.write("allowed_signers", "*@x.org " + make_key("robb") + "\n");
  scratch_.commit("Who signs");
  reach_tested();
  support::Invocation call = invocation({"approve",
                                         kVersion,
                                         "--role",
                                         "release-manager",
                                         "--actor",
                                         "Robb <Robb@x.org>",
                                         "--yes",
                                         "--sign"});
  // An agent for this command alone, with the only copy of the key.
  call.argv.insert(call.argv.begin(),
                   {"ssh-agent",
                    "sh",
                    "-c",
                    "ssh-add -q \"$0\" && rm \"$0\" && exec \"$@\"",
                    place("robb")});
  const Ended ended = support::run(call);
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(audited()["approvals"][0]["proof"], "proven");
}

TEST_F(SignOffPolicy, APolicyMayWantSignatures) {
  scratch_.write("allowed_signers", "*@x.org " + make_key("robb") + "\n");
  use(one_approval("signed = true"));
  reach_tested();
  expect_refusal(approve("Robb", "release-manager"), kUsage);
  EXPECT_EQ(step("release").exit_code, kWaiting);
  scratch_.git({"config", "gpg.format", "ssh"});
  scratch_.git({"config", "user.signingkey", place("robb")});
  const Ended ended = approve("Robb", "release-manager");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(step("release").exit_code, kDone);
  EXPECT_EQ(audited()["policy"]["signed"], true);
}

TEST_F(SignOffPolicy, ANameWithoutASignatureIsClaimed) {
  reach_tested();
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
  EXPECT_EQ(audited()["approvals"][0]["proof"], "claimed");
  EXPECT_THAT(rl({"status", kVersion}).out, HasSubstr("claimed"));
}

TEST_F(SignOffPolicy, AnApprovalMayExpire) {
  use(one_approval("expires = \"1h\""));
  reach_tested();
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
  const json given = status()["approvals"][0];
  EXPECT_EQ(given["valid"], true);
  EXPECT_TRUE(given["expires_at"].is_string());
  support::Invocation later =
      invocation({"--step", "release", "--version", kVersion});
  later.argv.insert(later.argv.begin(), {"faketime", "-f", "+2h"});
  const Ended ended = support::run(later);
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
  EXPECT_EQ(scratch_.origin_ref("refs/tags/v" + kVersion), "");
  // The notes were written two hours from now: that is the newest event.
  EXPECT_EQ(status()["approvals"][0]["valid"], false);
  EXPECT_THAT(status()["approvals"][0]["why_not"].get<std::string>(),
              HasSubstr("expired at"));
  EXPECT_THAT(rl({"explain", kVersion}).out, HasSubstr("expired at"));
}

TEST_F(SignOffPolicy, ApproveShowsWhatChangedSinceTheLastOne) {
  reach_tested();
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
  scratch_.commit("Another commit");
  EXPECT_EQ(step("prepare-branch", {"--rc", "2"}).exit_code, kDone);
  EXPECT_EQ(step("bug-check", {"--confirm-bugs", "none"}).exit_code, kDone);
  scratch_.behave("smoke", "sps=42000");
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  const Ended asked = rl({"approve",
                          kVersion,
                          "--role",
                          "release-manager",
                          "--actor",
                          "Rita <Rita@x.org>"});
  EXPECT_EQ(asked.exit_code, kWaiting);
  EXPECT_THAT(asked.err,
              AllOf(HasSubstr("since Robb <Robb@x.org> signed as"),
                    HasSubstr("candidate: 2 at"),
                    HasSubstr("before 41000"),
                    HasSubstr("candidate 2 at " + scratch_.head())));
}

TEST_F(SignOffPolicy, ApproveShowsWhatIsSignedBeforeItAsks) {
  reach_failed();
  EXPECT_EQ(
      waive("Ann", {"--reason", "a slow runner", "--ticket", "RL-7"}).exit_code,
      kDone);
  const Ended asked = rl_typing({"approve",
                                 kVersion,
                                 "--role",
                                 "release-manager",
                                 "--actor",
                                 "Rita <Rita@x.org>"},
                                "no\n");
  EXPECT_NE(asked.exit_code, kDone);
  const std::string plan = status()["plan_digest"];
  const std::size_t question = asked.out.find("Approve this as Rita");
  ASSERT_NE(question, std::string::npos) << shown(asked);
  EXPECT_THAT(asked.out.substr(0, question),
              AllOf(HasSubstr("candidate 1 at " + scratch_.head()),
                    HasSubstr("plan " + plan.substr(0, 16)),
                    HasSubstr("bug-check passed"),
                    HasSubstr("sps_max 1000 steps/s, wanted >= 30000: FAILED"),
                    HasSubstr("waiver of smoke by Ann <Ann@x.org>: "
                              "a slow runner, ticket RL-7")));
  EXPECT_EQ(count("ApprovalGranted"), 0U);
}

TEST_F(SignOffPolicy, StatusSaysWhatMadeAnApprovalStale) {
  const auto why = [&] { return status()["approvals"][0]["why_not"]; };
  reach_tested();
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
  EXPECT_EQ(why(), nullptr);
  PlanText plan = one_approval();
  plan.validations[0].expected_sps = "40000";
  scratch_.write_plan(plan);
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  EXPECT_EQ(why(), "the plan has changed since");
  scratch_.commit("Another commit");
  EXPECT_EQ(step("prepare-branch", {"--rc", "2"}).exit_code, kDone);
  EXPECT_EQ(why(), "given for candidate 1");
  // Of one candidate and plan: a waiver is other evidence.
  EXPECT_EQ(step("bug-check", {"--confirm-bugs", "none"}).exit_code, kDone);
  scratch_.behave("smoke", "sps=1000");
  EXPECT_EQ(step("workflow-tests").exit_code, kGateSaidNo);
  EXPECT_EQ(waive("Ann", {"--reason", "known"}).exit_code, kDone);
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
  EXPECT_EQ(status()["approvals"][1]["valid"], true);
  EXPECT_EQ(rl({"waive",
                kVersion,
                "smoke/sps_max",
                "--reason",
                "this check",
                "--yes"})
                .exit_code,
            kDone);
  EXPECT_EQ(status()["approvals"][1]["why_not"],
            "the evidence has changed since");
}

TEST_F(SignOffPolicy, AWaiverHasAnEndAndATicket) {
  reach_failed();
  expect_refusal(waive("Ann", {"--reason", "known", "--until", "2001-01-01"}),
                 kGateSaidNo);
  expect_refusal(waive("Ann", {"--reason", "known", "--until", "soon"}),
                 kUsage);
  expect_refusal(waive("Ann", {}), kUsage);
  const Ended ended =
      waive("Ann",
            {"--reason", "known", "--ticket", "RL-7", "--until", "2999-01-01"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  const json given = status()["waivers"][0];
  EXPECT_EQ(given["ticket"], "RL-7");
  EXPECT_EQ(given["until"], "2999-01-01T00:00:00.000Z");
  EXPECT_EQ(given["valid"], true);
  EXPECT_EQ(validation()["waived"], true);
}

TEST_F(SignOffPolicy, AWaiverMayWaitForASecondPerson) {
  PlanText plan = one_approval();
  plan.more = "[waiver]\nroles = [\"release-manager\"]\nsecond_person = true\n";
  use(plan);
  reach_failed();
  expect_refusal(waive("Ann", {"--reason", "known"}), kGateSaidNo);
  const Ended first = waive("Robb", {"--reason", "known"});
  EXPECT_EQ(first.exit_code, kDone) << shown(first);
  EXPECT_THAT(first.err, HasSubstr("--confirm"));
  EXPECT_EQ(validation()["waived"], false);
  EXPECT_EQ(step("release").exit_code, kGateSaidNo);
  const Ended explained = rl({"explain", kVersion});
  EXPECT_THAT(explained.out,
              AllOf(HasSubstr("it waits for a second person"),
                    HasSubstr("waive " + kVersion + " smoke --confirm")));
  expect_refusal(waive("Robb", {"--confirm"}), kGateSaidNo);
  const Ended second = waive("Rita", {"--confirm"});
  EXPECT_EQ(second.exit_code, kDone) << shown(second);
  EXPECT_EQ(validation()["waived"], true);
  EXPECT_EQ(audited()["waivers"][0]["confirmed_by"], "Rita <Rita@x.org>");
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
  EXPECT_EQ(step("release").exit_code, kDone);
}

TEST_F(SignOffPolicy, ReplayTellsWhatChangedBetweenTwoMoments) {
  reach_tested();
  const auto events = history();
  const auto tested = events.back()["position"].get<std::uint64_t>();
  EXPECT_EQ(approve("Robb", "release-manager").exit_code, kDone);
  const Ended ended =
      rl({"replay", kVersion, "--diff", std::to_string(tested), "--json"});
  ASSERT_EQ(ended.exit_code, kDone) << shown(ended);
  const json all = support::parse_object(ended.out);
  EXPECT_EQ(all["from"], tested);
  EXPECT_EQ(all["events"], 1);
  EXPECT_THAT(all["changes"].dump(), HasSubstr("Robb <Robb@x.org>"));
  EXPECT_THAT(rl({"replay", kVersion, "--diff", "0"}).out,
              AllOf(HasSubstr("workflow-tests"), HasSubstr("sps_max")));
  EXPECT_THAT(rl({"replay",
                  kVersion,
                  "--diff",
                  std::to_string(tested),
                  "--at",
                  std::to_string(tested)})
                  .out,
              HasSubstr("nothing changed"));
  expect_bare_refusal(
      rl({"replay", kVersion, "--diff", std::to_string(tested), "--at", "1"}),
      kUsage);
  expect_bare_refusal(rl({"replay", kVersion, "--diff", "soon"}), kUsage);
}

}  // namespace
}  // namespace e2e
