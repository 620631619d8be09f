// Approvals, revocations and waivers.

#include <gmock/gmock.h>

#include "tests/commands/decide_fixture.h"

namespace commands::decide::sign_off_test {
namespace {

using schema::Outcome;
using ::testing::HasSubstr;

Decider approve(const std::string& by, const std::string& role) {
  return [by, role](const ReleaseRecord& record) {
    return grant_approval(record, {by, role, "looks good"});
  };
}

Decider revoke(const std::string& by, const std::string& role = "") {
  return [by, role](const ReleaseRecord& record) {
    return revoke_approval(record, {by, role, "saw a problem"});
  };
}

Decider waive(const std::string& check, const std::string& by = kAnn) {
  return [check, by](const ReleaseRecord& record) {
    return grant_waiver(record, {check, by, "known"});
  };
}

Life tested() {
  return Life().started().tested();
}

Life confirmed() {
  return Life().started().candidate('a').bugs_confirmed();
}

// Smoke with checks of sps_max, each passed or not, and how it exited.
schema::ValidationCompleted with_checks(const std::vector<bool>& passed,
                                        int exit_code = 0) {
  schema::ValidationCompleted result;
  result.name = "smoke";
  result.exit_code = exit_code;
  result.outcome = Outcome::failed;
  for (const bool each : passed) {
    schema::Check& check = result.checks.emplace_back();
    check.key = "sps_max";
    check.passed = each;
  }
  return result;
}

TEST(DecideApproval, IsBoundToCandidatePlanAndEvidence) {
  given(tested())
      .when(approve(kJack, "technical-lead"))
      .then({{"ApprovalGranted",
              {{"by", kJack},
               {"role", "technical-lead"},
               {"commit", commit('a')},
               {"candidate", 1},
               {"attempt", 1},
               {"plan_digest", small_plan().digest},
               {"evidence_digest", evidence_digest(tested().record())},
               {"note", "looks good"}}}});
}

TEST(DecideApproval, IsGivenOnceHoweverThePersonIsSpelt) {
  const Life signed_by_jack = tested().approved(kJack, "technical-lead");
  given(signed_by_jack)
      .when(approve("Jack <JACK@x.org>", "technical-lead"))
      .then_nothing();
}

TEST(DecideApproval, CanBeGivenAgainOnOtherEvidence) {
  given(tested().approved(kJack, "technical-lead").measured("smoke", 42'000))
      .when(approve(kJack, "technical-lead"))
      .then({{"ApprovalGranted", {{"attempt", 2}}}});
}

TEST(DecideApproval, CanBeGivenAgainAfterARevocation) {
  given(tested()
            .approved(kJack, "technical-lead")
            .revoked(kJack, "technical-lead"))
      .when(approve(kJack, "technical-lead"))
      .then({{"ApprovalGranted", {{"attempt", 2}}}});
}

TEST(DecideApproval, NeedsARoleOfThePlan) {
  const When refused = given(tested()).when(approve(kJack, "technical-led"));
  refused.then_refused("no-such-role");
  EXPECT_THAT(refused.message(), HasSubstr("did you mean technical-lead?"));
  EXPECT_THAT(refused.hint(), HasSubstr("release-manager"));
}

TEST(DecideApproval, NeedsAMember) {
  const When refused = given(tested()).when(approve(kJack, "release-manager"));
  refused.then_refused("not-a-member");
  EXPECT_THAT(refused.hint(), HasSubstr("Robb, Sam"));
}

TEST(DecideApproval, IsNotTheStarters) {
  schema::Plan plan = small_plan();
  plan.approval->roles[0].members.emplace_back("Ann");
  seal(plan);
  given(Life().started(plan).tested())
      .when(approve("Ann <ANN@x.org>", "release-manager"))
      .then_refused("starter-may-not-approve");
  plan.approval->allow_starter = true;
  seal(plan);
  given(Life().started(plan).tested())
      .when(approve(kAnn, "release-manager"))
      .then({{"ApprovalGranted", {{"by", kAnn}}}});
}

TEST(DecideApproval, NeedsEveryGateClosed) {
  given(confirmed())
      .when(approve(kJack, "technical-lead"))
      .then_refused("gate-not-passed");
  given(Life().started())
      .when(approve(kJack, "technical-lead"))
      .then_refused("gate-not-passed");
}

TEST(DecideApproval, NeedsAReleaseInProgress) {
  given(Life())
      .when(approve(kJack, "technical-lead"))
      .then_refused("no-such-release", ErrorCode::kNotFound);
  given(tested().add(schema::ReleaseAbandoned()))
      .when(approve(kJack, "technical-lead"))
      .then_refused("release-ended");
}

TEST(DecideRevocation, TakesBackWhatWasSigned) {
  given(tested().signed_off())
      .when(revoke(kJack, "technical-lead"))
      .then({{"ApprovalRevoked",
              {{"by", kJack},
               {"role", "technical-lead"},
               {"commit", commit('a')},
               {"candidate", 1},
               {"attempt", 1},
               {"reason", "saw a problem"}}}});
}

TEST(DecideRevocation, WithoutARoleIsOfEachRole) {
  schema::Plan plan = small_plan();
  plan.approval->roles[0].members.emplace_back("Jack");
  seal(plan);
  given(Life()
            .started(plan)
            .tested()
            .approved(kJack, "technical-lead")
            .approved(kJack, "release-manager"))
      .when(revoke(kJack))
      .then({{"ApprovalRevoked", {{"role", "technical-lead"}}},
             {"ApprovalRevoked", {{"role", "release-manager"}}}});
}

TEST(DecideRevocation, TakesEarlierStaleOnesAlong) {
  given(tested()
            .approved(kJack, "technical-lead")
            .measured("smoke", 42'000)
            .approved(kJack, "technical-lead"))
      .when(revoke(kJack))
      .then({{"ApprovalRevoked", {{"attempt", 2}}}});
}

// Else the earlier one would count again as soon as its evidence returned.
TEST(DecideRevocation, TakesThoseOfEverySpellingAlong) {
  given(tested()
            .approved("Jack <JACK@x.org>", "technical-lead")
            .measured("smoke", 42'000)
            .approved(kJack, "technical-lead"))
      .when(revoke(kJack))
      .then({{"ApprovalRevoked", {{"by", "Jack <JACK@x.org>"}}},
             {"ApprovalRevoked", {{"by", kJack}}}});
}

TEST(DecideRevocation, IsRefusedWhereNothingWasSigned) {
  given(tested().approved(kRobb, "release-manager"))
      .when(revoke(kJack))
      .then_refused("no-such-approval");
  given(tested().approved(kJack, "technical-lead"))
      .when(revoke(kJack, "release-manager"))
      .then_refused("no-such-approval");
  given(tested().signed_off().candidate('b'))
      .when(revoke(kJack))
      .then_refused("no-such-approval");
  given(Life().started()).when(revoke(kJack)).then_refused("no-such-approval");
}

TEST(DecideRevocation, IsRefusedOnceTheReleaseIsOut) {
  given(tested().signed_off().notes().published())
      .when(revoke(kJack))
      .then_refused("already-published");
}

TEST(DecideWaiver, IsOfOneFinishedResult) {
  given(confirmed().measured("smoke", 1))
      .when(waive("smoke"))
      .then({{"WaiverGranted",
              {{"check", "smoke"},
               {"candidate", 1},
               {"commit", commit('a')},
               {"attempt", 1},
               {"by", kAnn},
               {"reason", "known"},
               {"outcome", "failed"},
               {"result_attempt", 1},
               {"digest", small_plan().validations[0].digest}}}});
}

TEST(DecideWaiver, IsGivenAgainForALaterResult) {
  given(confirmed().measured("smoke", 1).waived("smoke").measured("smoke", 2))
      .when(waive("smoke"))
      .then({{"WaiverGranted", {{"attempt", 2}, {"result_attempt", 2}}}});
}

TEST(DecideWaiver, IsGivenOnceWhoeverAsksNext) {
  given(confirmed().measured("smoke", 1).waived("smoke"))
      .when(waive("smoke", kJack))
      .then_nothing();
}

TEST(DecideWaiver, NamesChecksThatFailed) {
  const Life life = confirmed().result(with_checks({false, true, false}));
  given(life)
      .when(waive("smoke/sps_max"))
      .then({{"WaiverGranted", {{"check", "smoke/sps_max"}}}});
  given(life)
      .when(waive("smoke/sps_max#3"))
      .then({{"WaiverGranted", {{"check", "smoke/sps_max#3"}}}});
  for (const char* check : {"smoke/sps_max#2",
                            "smoke/sps_max#4",
                            "smoke/sps_max#",
                            "smoke/sps_max#x",
                            "smoke/loss",
                            "smoke/"}) {
    const When refused = given(life).when(waive(check));
    refused.then_refused("no-such-check");
    EXPECT_THAT(refused.hint(), HasSubstr("smoke/sps_max, smoke/sps_max#3"));
  }
}

// "#1" is how one may call it; the record has one name for one check.
TEST(DecideWaiver, OfTheFirstCheckHasOneName) {
  const Life life = confirmed().result(with_checks({false, false}));
  given(life)
      .when(waive("smoke/sps_max#1"))
      .then({{"WaiverGranted", {{"check", "smoke/sps_max"}}}});
  given(Life(life).waived("smoke/sps_max"))
      .when(waive("smoke/sps_max#1"))
      .then_nothing();
}

TEST(DecideWaiver, NumbersManyChecksOfAKey) {
  const Life life =
      confirmed().result(with_checks(std::vector<bool>(12, false)));
  given(life)
      .when(waive("smoke/sps_max#12"))
      .then({{"WaiverGranted", {{"check", "smoke/sps_max#12"}}}});
}

TEST(DecideWaiver, OfAChecksIsRefusedWhereTheyDidNotDecide) {
  const When refused = given(confirmed().result(with_checks({false}, 3)))
                           .when(waive("smoke/sps_max"));
  refused.then_refused("not-by-a-check");
  EXPECT_THAT(refused.hint(), HasSubstr("smoke itself"));
}

TEST(DecideWaiver, NeedsAResultThatDidNotPass) {
  for (const Life& life : std::vector<Life>{
           confirmed(),
           confirmed().running("smoke"),
           confirmed().skipped("smoke", "no data"),
           confirmed().measured("smoke", 1).skipped("smoke", "no data"),
           confirmed().measured("smoke", 1).plan_changed(plan_with_bound(5)),
           tested()}) {
    given(life).when(waive("smoke")).then_refused("nothing-to-waive");
  }
}

TEST(DecideWaiver, CanBeOfEveryEndThatIsNoPass) {
  for (const Outcome outcome : {Outcome::errored,
                                Outcome::timed_out,
                                Outcome::cancelled,
                                Outcome::inconclusive,
                                Outcome::missing,
                                Outcome::unknown}) {
    given(confirmed().ended("smoke", outcome, 1))
        .when(waive("smoke"))
        .then({{"WaiverGranted", {{"outcome", schema::word(outcome)}}}});
  }
}

TEST(DecideWaiver, NeedsAKnownCheck) {
  const When refused =
      given(confirmed().measured("smoke", 1)).when(waive("smok"));
  refused.then_refused("no-such-check");
  EXPECT_THAT(refused.message(), HasSubstr("did you mean smoke?"));
  EXPECT_EQ(refused.hint(), "its checks: bug-check, smoke");
  given(confirmed().measured("smoke", 1))
      .when(waive("long"))
      .then_refused("no-such-check");
}

TEST(DecideWaiver, OfTheBugCheckIsOfBugsThatWereFound) {
  given(Life().started().candidate('a').bugs_found(2))
      .when(waive("bug-check"))
      .then({{"WaiverGranted",
              {{"check", "bug-check"},
               {"outcome", "failed"},
               {"result_attempt", 1}}}});
  given(Life()
            .started()
            .candidate('a')
            .bugs_found(2)
            .waived("bug-check")
            .bugs_found(3))
      .when(waive("bug-check"))
      .then({{"WaiverGranted", {{"attempt", 2}, {"result_attempt", 2}}}});
  given(Life().started().candidate('a').bugs_doubted())
      .when(waive("bug-check"))
      .then_refused("nothing-to-waive");
  given(tested()).when(waive("bug-check")).then_refused("nothing-to-waive");
}

TEST(DecideWaiver, NeedsSomethingToHold) {
  given(Life())
      .when(waive("smoke"))
      .then_refused("no-such-release", ErrorCode::kNotFound);
  given(Life().started()).when(waive("smoke")).then_refused("nothing-to-waive");
  given(confirmed().measured("smoke", 1).waived("smoke").notes().published())
      .when(waive("smoke"))
      .then_refused("nothing-to-waive");
}

}  // namespace
}  // namespace commands::decide::sign_off_test
