// Waivers with an end, by the people who may, and confirmed by a second one.

#include <gmock/gmock.h>

#include "schema/release/policy.h"
#include "tests/commands/decide_fixture.h"

namespace commands::decide::waiver_test {
namespace {

using ::testing::HasSubstr;

const std::string kKim = "Kim <kim@x.org>";

Decider waive(GrantWaiver command) {
  return [command](const ReleaseRecord& record) {
    return grant_waiver(record, command);
  };
}

Decider confirm(const std::string& check, const std::string& by) {
  return [check, by](const ReleaseRecord& record) {
    return confirm_waiver(record, {check, by, "seen"});
  };
}

schema::Plan policy(const std::vector<std::string>& roles, bool second_person) {
  schema::Plan plan = small_plan();
  plan.approval->waivers = std::make_unique<schema::WaiverPolicy>();
  plan.approval->waivers->roles = roles;
  plan.approval->waivers->second_person = second_person;
  return plan;
}

Life failed(const schema::Plan& plan = small_plan()) {
  return Life().started(plan).candidate('a').bugs_confirmed().measured("smoke",
                                                                       1);
}

bool is_waived(const Life& life) {
  return schema::assess_validations(life.record()).front().waived;
}

TEST(WaiverPolicy, RecordsTicketAndEnd) {
  given(failed())
      .when(waive({"smoke", kAnn, "known", "RL-7", 9'000'000}))
      .then({{"WaiverGranted",
              {{"check", "smoke"},
               {"ticket", "RL-7"},
               {"until_ms", 9'000'000}}}});
}

TEST(WaiverPolicy, RefusesAnEndThatIsPast) {
  given(failed())
      .when(waive({"smoke", kAnn, "known", "", 1}))
      .then_refused("until-past");
}

TEST(WaiverPolicy, LetsAnEndedOneBeGivenAgain) {
  Life life = and_then(failed(), waive({"smoke", kAnn, "known", "", 60'000}));
  EXPECT_TRUE(is_waived(life));
  schema::ReleaseRecord later = life.record();
  later.judged_at_ms = 60'000;
  EXPECT_FALSE(schema::assess_validations(later).front().waived);
  const auto& candidate = later.candidates.front();
  EXPECT_EQ(
      schema::waiver_staleness(later, candidate, candidate.waivers.front()),
      "it ended at 1970-01-01T00:01:00Z");
  const auto again = grant_waiver(later, {"smoke", kAnn, "known", "", 120'000});
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->size(), 1U);
}

TEST(WaiverPolicy, LetsOnlyMembersWaive) {
  const Life life = failed(policy({"technical-lead"}, false));
  const When refused = given(life).when(waive({"smoke", kAnn, "known"}));
  refused.then_refused("may-not-waive");
  EXPECT_THAT(refused.message(), HasSubstr("technical-lead"));
  given(life)
      .when(waive({"smoke", kJack, "known"}))
      .then({{"WaiverGranted", {{"by", kJack}}}});
}

TEST(WaiverPolicy, WantsASecondPerson) {
  const Life granted = and_then(failed(policy({"technical-lead"}, true)),
                                waive({"smoke", kJack, "known"}));
  EXPECT_FALSE(is_waived(granted));
  given(granted).when(waive({"smoke", kJack, "known"})).then_nothing();
  given(granted).when(confirm("smoke", kJack)).then_refused("same-person");
  given(granted)
      .when(confirm("smoke", "Jack <JACK@x.org>"))
      .then_refused("same-person");
  given(granted).when(confirm("smoke", kRobb)).then_refused("may-not-waive");
  given(granted)
      .when(confirm("smoke", kKim))
      .then({{"WaiverConfirmed",
              {{"check", "smoke"},
               {"by", kKim},
               {"attempt", 1},
               {"candidate", 1},
               {"note", "seen"}}}});
  EXPECT_TRUE(is_waived(and_then(granted, confirm("smoke", kKim))));
}

TEST(WaiverPolicy, ConfirmsOnlyWhatWasWaivedAndStands) {
  const Life life = failed(policy({}, true));
  given(life).when(confirm("smoke", kKim)).then_refused("no-such-waiver");
  Life granted = and_then(life, waive({"smoke", kJack, "known"}));
  granted.measured("smoke", 2);
  given(granted).when(confirm("smoke", kKim)).then_refused("no-such-waiver");
}

TEST(WaiverPolicy, WantsASecondPersonForTheBugCheckToo) {
  Life life = Life()
                  .started(policy({}, true))
                  .candidate('a')
                  .bugs_found(1)
                  .waived("bug-check");
  EXPECT_FALSE(schema::bug_check_waived(life.record()));
  EXPECT_TRUE(schema::bug_check_waived(
      and_then(life, confirm("bug-check", kJack)).record()));
}

// --- approvals that end, or are signed ---

schema::Plan with_expiry(double seconds) {
  schema::Plan plan = small_plan();
  plan.approval->expires_s = seconds;
  return plan;
}

TEST(ApprovalPolicy, GivesAnApprovalItsEnd) {
  const GrantApproval command{kJack, "technical-lead", "", 10'500};
  const auto decider = [command](const ReleaseRecord& record) {
    return grant_approval(record, command);
  };
  const Life life = Life().started(with_expiry(3600)).tested();
  given(life).when(decider).then(
      {{"ApprovalGranted", {{"expires_at_ms", 3'610'000}}}});
  schema::ReleaseRecord record = and_then(life, decider).record();
  const auto why_not = [&](std::int64_t at_ms) {
    record.judged_at_ms = at_ms;
    const auto& candidate = record.candidates.front();
    return schema::staleness(record,
                             candidate,
                             candidate.approvals.front(),
                             evidence_digest(record));
  };
  EXPECT_EQ(why_not(3'609'999), "");
  EXPECT_EQ(why_not(3'610'000), "expired at 1970-01-01T01:00:10Z");
  EXPECT_EQ(grant_approval(record, command)->size(), 1U);
}

TEST(ApprovalPolicy, OfAPublicationIsJudgedAtItsDecision) {
  const Life life = Life()
                        .started(with_expiry(3600))
                        .tested()
                        .approved(kJack, "technical-lead");
  schema::ReleaseRecord record = Life(life)
                                     .approved(kRobb, "release-manager")
                                     .notes()
                                     .publishing()
                                     .record();
  for (auto& approval : record.candidates.front().approvals) {
    approval.granted->expires_at_ms = 1'000'000;
  }
  record.judged_at_ms = 2'000'000;
  EXPECT_EQ(schema::tally(record, evidence_digest(record)).people, 2U);
}

TEST(ApprovalPolicy, MayWantASignature) {
  schema::Plan plan = small_plan();
  plan.approval->signed_ = true;
  Life life = Life().started(plan).tested().approved(kJack, "technical-lead");
  EXPECT_EQ(schema::tally(life.record(), evidence_digest(life.record())).people,
            0U);
  GrantApproval command{kJack, "technical-lead", ""};
  command.is_signed = true;
  command.signature = "signature";
  command.signed_text = "text";
  command.key = "key";
  const auto decider = [command](const ReleaseRecord& record) {
    return grant_approval(record, command);
  };
  given(life).when(decider).then(
      {{"ApprovalGranted",
        {{"signature", "signature"}, {"key", "key"}, {"attempt", 2}}}});
  const Life signed_one = and_then(life, decider);
  EXPECT_EQ(
      schema::tally(signed_one.record(), evidence_digest(signed_one.record()))
          .people,
      1U);
}

TEST(ApprovalPolicy, LetsAClaimedOneBeSignedLater) {
  const Life life = Life().started().tested().approved(kJack, "technical-lead");
  GrantApproval command{kJack, "technical-lead", ""};
  command.is_signed = true;
  const auto events = grant_approval(life.record(), command);
  ASSERT_TRUE(events.has_value());
  EXPECT_EQ(events->size(), 1U);
}

}  // namespace
}  // namespace commands::decide::waiver_test
