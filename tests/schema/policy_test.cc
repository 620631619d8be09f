#include "schema/release/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/schema/life.h"

namespace schema_tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

schema::Plan plan_with_people() {
  schema::Plan plan = small_plan();
  schema::Person& kim = plan.people.emplace_back();
  kim.name = "Kim";
  kim.emails = {"kim@x.org", "Kim@Home.example"};
  seal(plan);
  return plan;
}

schema::Tally tally(const Life& life) {
  return schema::tally(life.record(), evidence_digest(life.record()));
}

std::string staleness(const Life& life, std::size_t candidate) {
  const schema::CandidateRecord& of = life.record().candidates[candidate];
  return schema::staleness(
      life.record(), of, of.approvals[0], evidence_digest(life.record()));
}

TEST(Policy, TakesAPersonApart) {
  EXPECT_EQ(schema::split_person("Ann <ann@x.org>").name, "Ann");
  EXPECT_EQ(schema::split_person("Ann <ann@x.org>").email, "ann@x.org");
  EXPECT_EQ(schema::split_person("Ann").name, "Ann");
  EXPECT_EQ(schema::split_person("Ann").email, "");
  EXPECT_EQ(schema::split_person("<ann@x.org>").name, "");
  EXPECT_EQ(schema::split_person("A <b> c <d@x.org>").email, "d@x.org");
  EXPECT_EQ(schema::split_person("A <b> c").name, "A <b> c");
}

TEST(Policy, TellsPeopleApartByPersonThenEmailThenName) {
  const schema::Plan plan = plan_with_people();
  const auto key = [&](std::string_view by) {
    return schema::person_key(plan, by);
  };
  EXPECT_EQ(key("Kim <kim@x.org>"), key("K. <KIM@home.example>"));
  EXPECT_EQ(key("Kim <kim@x.org>"), key("Kim"));
  EXPECT_EQ(key("Jack <jack@x.org>"), key("J. Heart <Jack@X.org>"));
  EXPECT_NE(key("Jack <jack@x.org>"), key("Jack <jack@y.org>"));
  EXPECT_NE(key("Jack <jack@x.org>"), key("Jack"));
  EXPECT_NE(key("Kim <kim@x.org>"), key("Kim <stranger@y.org>"));
  EXPECT_NE(key("Jack"), key("jack"));
}

TEST(Policy, MatchesMembersExactlyByNameOrEmail) {
  schema::Plan plan = plan_with_people();
  plan.approval->roles[0].members = {"sam@x.org", "Kim"};
  const auto is_manager = [&](std::string_view by) {
    return schema::is_member(plan, "release-manager", by);
  };
  EXPECT_TRUE(is_manager("Somebody <sam@x.org>"));
  EXPECT_TRUE(is_manager("Kim"));
  EXPECT_TRUE(is_manager("K. <kim@home.example>"));
  EXPECT_FALSE(is_manager("Somebody <SAM@x.org>"));
  EXPECT_FALSE(is_manager("kim"));
  EXPECT_FALSE(is_manager("Kimberly <kimberly@x.org>"));
  EXPECT_FALSE(is_manager(""));
  EXPECT_FALSE(schema::is_member(plan, "no-such-role", "Kim"));
}

TEST(Policy, AsksForDistinctPeople) {
  Life life = Life().started().tested();
  EXPECT_THAT(tally(life).lacking, ElementsAre("0 of 2 approvals"));
  EXPECT_THAT(tally(life).open_roles,
              ElementsAre("release-manager", "technical-lead"));
  life.approved(kJack, "technical-lead");
  EXPECT_THAT(tally(life).lacking, ElementsAre("1 of 2 approvals"));
  life.approved(kRobb, "release-manager");
  EXPECT_THAT(tally(life).lacking, IsEmpty());
  EXPECT_THAT(tally(life).open_roles, IsEmpty());
  EXPECT_EQ(tally(life).people, 2U);
}

TEST(Policy, CountsOnePersonOnceHoweverSpelt) {
  Life life = Life().started(plan_with_people()).tested();
  life.approved("Kim <kim@x.org>", "technical-lead")
      .approved("K. <KIM@home.example>", "technical-lead");
  EXPECT_EQ(tally(life).people, 1U);
  life.approved("Jack <jack@x.org>", "technical-lead")
      .approved("Jack <JACK@x.org>", "technical-lead");
  EXPECT_EQ(tally(life).people, 2U);
}

TEST(Policy, CountsOnePersonOnceInTwoRoles) {
  schema::Plan plan = small_plan();
  plan.approval->roles[0].members.emplace_back("Jack");
  seal(plan);
  const Life life = Life()
                        .started(plan)
                        .tested()
                        .approved(kJack, "technical-lead")
                        .approved(kJack, "release-manager");
  EXPECT_EQ(tally(life).people, 1U);
  EXPECT_THAT(tally(life).lacking, ElementsAre("1 of 2 approvals"));
}

TEST(Policy, AsksForWhatEachRoleNeeds) {
  schema::Plan plan = small_plan();
  plan.approval->required = 1;
  plan.approval->roles[1].need = 2;
  seal(plan);
  Life life = Life().started(plan).tested().approved(kRobb, "release-manager");
  EXPECT_THAT(tally(life).lacking, ElementsAre("0 of 2 from technical-lead"));
  EXPECT_THAT(tally(life).open_roles, ElementsAre("technical-lead"));
  life.approved(kJack, "technical-lead");
  EXPECT_THAT(tally(life).lacking, ElementsAre("1 of 2 from technical-lead"));
  life.approved("Kim <kim@x.org>", "technical-lead");
  EXPECT_THAT(tally(life).lacking, IsEmpty());
}

TEST(Policy, DoesNotCountWhoStartedTheReleaseUnlessThePlanSaysSo) {
  schema::Plan plan = small_plan();
  plan.approval->roles[1].members.emplace_back("Ann");
  seal(plan);
  EXPECT_EQ(tally(Life().started(plan).tested().approved("Ann <ANN@x.org>",
                                                         "technical-lead"))
                .people,
            0U);
  plan.approval->allow_starter = true;
  seal(plan);
  EXPECT_EQ(tally(Life().started(plan).tested().approved("Ann <ANN@x.org>",
                                                         "technical-lead"))
                .people,
            1U);
}

TEST(Policy, DoesNotCountWhoIsNoMember) {
  EXPECT_EQ(tally(Life().started().tested().approved("Eve <eve@x.org>",
                                                     "technical-lead"))
                .people,
            0U);
  EXPECT_EQ(tally(Life().started().tested().approved(kJack, "release-manager"))
                .people,
            0U);
}

TEST(Policy, AsksForNobodyWhereThePlanDoesNot) {
  schema::Plan plan = small_plan();
  plan.approval->required = 0;
  seal(plan);
  EXPECT_THAT(tally(Life().started(plan).tested()).lacking, IsEmpty());
  EXPECT_THAT(tally(Life()).lacking, IsEmpty());
}

TEST(Policy, DoesNotCountWhatWasRevoked) {
  Life life = Life().started().tested().signed_off();
  life.revoked(kJack, "technical-lead");
  EXPECT_EQ(tally(life).people, 1U);
  EXPECT_EQ(staleness(life, 0), "");
  EXPECT_EQ(schema::staleness(life.record(),
                              life.newest(),
                              life.newest().approvals[1],
                              evidence_digest(life.record())),
            "revoked: saw a problem");
  life.approved(kJack, "technical-lead");
  EXPECT_EQ(tally(life).people, 2U);
}

TEST(Policy, CallsAnApprovalOfAnEarlierCandidateStale) {
  const Life life = Life().started().tested().signed_off().tested();
  EXPECT_EQ(staleness(life, 0), "given for candidate 1");
  EXPECT_EQ(tally(life).people, 0U);
}

TEST(Policy, CallsAnApprovalUnderAnotherPlanStale) {
  schema::Plan plan = small_plan();
  plan.approval->allow_starter = true;
  seal(plan);
  const Life life = Life().started().tested().signed_off().plan_changed(plan);
  EXPECT_EQ(staleness(life, 0), "the plan has changed since");
  EXPECT_EQ(tally(life).people, 0U);
}

TEST(Policy, CallsAnApprovalOnOtherEvidenceStale) {
  Life life = Life().started().tested().signed_off();
  life.measured("smoke", 42'000);
  EXPECT_EQ(staleness(life, 0), "the evidence has changed since");
  EXPECT_EQ(tally(life).people, 0U);
  life.measured("smoke", 41'000);
  EXPECT_EQ(staleness(life, 0), "");
  EXPECT_EQ(tally(life).people, 2U);
}

}  // namespace
}  // namespace schema_tests
