// Positive proof: what counts as a passed gate, and that nothing else does.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/release/assess.h"
#include "tests/schema/life.h"

namespace schema_tests {
namespace {

using schema::open_gates;
using schema::Outcome;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

schema::ValidationAssessment smoke(const Life& life) {
  return schema::assess_validations(life.record()).front();
}

Life confirmed() {
  return Life().started().candidate('a').bugs_confirmed();
}

TEST(Gates, AreAllOpenBeforeAnythingHappened) {
  EXPECT_THAT(open_gates(Life().started().record()),
              ElementsAre("prepare-branch is not done",
                          "bug-check has not been run",
                          "smoke is pending"));
}

TEST(Gates, AreClosedByProofAlone) {
  EXPECT_THAT(open_gates(Life().started().tested().record()), IsEmpty());
}

TEST(Gates, ARecordWithoutAPlanProvesNothing) {
  EXPECT_THAT(open_gates(schema::ReleaseRecord()), SizeIs(3));
}

TEST(Gates, NoValidationInTheSetIsNoPass) {
  schema::Plan plan = small_plan();
  plan.validations.erase(plan.validations.begin());
  seal(plan);
  const Life life = Life().started(plan).candidate('a').bugs_confirmed();
  EXPECT_THAT(open_gates(life.record()),
              ElementsAre("the plan has no validation in the quick set"));
  const auto assessment = schema::assess(life.record(), "");
  EXPECT_NE(assessment.steps[2].state, schema::StepState::kDone);
}

TEST(Gates, AreThoseOfTheRecordedMode) {
  Life life = Life().started().tested();
  life.raised();
  EXPECT_THAT(open_gates(life.record()), ElementsAre("long is pending"));
  life.ended("long", Outcome::passed, 0);
  EXPECT_THAT(open_gates(life.record()), IsEmpty());
}

TEST(Gates, NoOutcomeButPassedPasses) {
  for (const Outcome outcome : schema::fb::EnumValuesOutcome()) {
    const Life life = confirmed().ended("smoke", outcome, 0);
    EXPECT_EQ(open_gates(life.record()).empty(), outcome == Outcome::passed)
        << schema::word(outcome);
  }
  // A word of a newer program is not a pass either.
  EXPECT_THAT(
      open_gates(
          confirmed().ended("smoke", static_cast<Outcome>(77), 0).record()),
      SizeIs(1));
}

TEST(Gates, NoAnswerOnBugsButPassedPasses) {
  Life life = Life().started().candidate('a').measured("smoke", 41'000);
  EXPECT_THAT(open_gates(life.record()),
              ElementsAre("bug-check has not been run"));
  life.bugs_doubted();
  EXPECT_THAT(open_gates(life.record()),
              ElementsAre("bug-check is inconclusive"));
  life.bugs_found(1);
  EXPECT_THAT(open_gates(life.record()), ElementsAre("bug-check is failed"));
  life.bugs_confirmed();
  EXPECT_THAT(open_gates(life.record()), IsEmpty());
}

TEST(Gates, ARunningAttemptHidesAnEarlierPass) {
  Life life = Life().started().tested().running("smoke");
  EXPECT_EQ(smoke(life).outcome, Outcome::running);
  EXPECT_THAT(open_gates(life.record()), ElementsAre("smoke is running"));
}

TEST(Gates, ASkippedValidationIsNoPassEvenAfterOne) {
  Life life = Life().started().tested().skipped("smoke", "depends on data");
  EXPECT_EQ(smoke(life).outcome, Outcome::skipped);
  EXPECT_THAT(open_gates(life.record()),
              ElementsAre("smoke is skipped (depends on data)"));
}

TEST(Gates, AResultUnderAnotherPlanIsStale) {
  Life life = Life().started().tested().plan_changed(plan_with_bound(10));
  EXPECT_EQ(smoke(life).outcome, Outcome::pending);
  EXPECT_EQ(smoke(life).note, "stale: the plan for it has changed since");
  life.rejudged("smoke");
  EXPECT_EQ(smoke(life).outcome, Outcome::passed);
  EXPECT_EQ(smoke(life).note, "re-judged under a changed bound");
  EXPECT_THAT(open_gates(life.record()), IsEmpty());
}

TEST(Gates, AResultIsPlainAgainWhenItsOwnBoundReturns) {
  const Life life = Life()
                        .started()
                        .tested()
                        .plan_changed(plan_with_bound(10))
                        .rejudged("smoke")
                        .plan_changed(small_plan())
                        .rejudged("smoke");
  EXPECT_EQ(smoke(life).outcome, Outcome::passed);
  EXPECT_EQ(smoke(life).note, "");
}

TEST(Gates, NothingOfAnEarlierCandidateCounts) {
  EXPECT_THAT(open_gates(Life().started().tested().candidate('b').record()),
              ElementsAre("bug-check has not been run", "smoke is pending"));
}

TEST(Gates, ABranchInTheMakingIsAnOpenGate) {
  EXPECT_THAT(
      open_gates(Life().started().tested().branch_intended('b').record()),
      Contains("prepare-branch is not done"));
}

TEST(Gates, APassOnALaterAttemptIsNoPlainPass) {
  EXPECT_EQ(smoke(Life().started().tested()).note, "");
  EXPECT_EQ(smoke(confirmed()
                      .ended("smoke", Outcome::errored, 1)
                      .measured("smoke", 41'000))
                .note,
            "passed on attempt 2");
}

}  // namespace
}  // namespace schema_tests
