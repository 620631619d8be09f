// What a waiver covers: one concrete finished result, and no other.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema/release/assess.h"
#include "tests/schema/life.h"

namespace schema_tests {
namespace {

using schema::Outcome;

Life confirmed() {
  return Life().started().candidate('a').bugs_confirmed();
}

bool is_waived(const Life& life) {
  return schema::assess_validations(life.record()).front().waived;
}

// Smoke with these checks of sps_max, each passed or not.
schema::ValidationCompleted with_checks(const std::vector<bool>& passed) {
  schema::ValidationCompleted result;
  result.name = "smoke";
  result.exit_code = 0;
  result.outcome = Outcome::failed;
  for (const bool each : passed) {
    schema::Check& check = result.checks.emplace_back();
    check.key = "sps_max";
    check.passed = each;
  }
  return result;
}

TEST(Waiver, LetsAFailedValidationPassAndSaysSo) {
  const Life life = confirmed().measured("smoke", 1).waived("smoke");
  const auto all = schema::assess_validations(life.record());
  EXPECT_TRUE(all.front().waived);
  EXPECT_EQ(all.front().outcome, Outcome::failed);
  EXPECT_EQ(all.front().note, "waived");
  EXPECT_FALSE(all.front().is_open_gate());
  EXPECT_TRUE(schema::open_gates(life.record()).empty());
  const auto assessment = schema::assess(life.record(), "");
  EXPECT_EQ(assessment.steps[2].state, schema::StepState::kDone);
  EXPECT_EQ(assessment.steps[2].detail, "0 of 1 passed, 1 waived");
}

TEST(Waiver, CoversOneAttempt) {
  Life life = confirmed().measured("smoke", 1).waived("smoke");
  life.running("smoke");
  EXPECT_FALSE(is_waived(life));
  life.measured("smoke", 1);
  EXPECT_FALSE(is_waived(life));
  EXPECT_TRUE(is_waived(life.waived("smoke")));
}

TEST(Waiver, CoversOnePlan) {
  Life life = confirmed().measured("smoke", 1).waived("smoke");
  life.plan_changed(plan_with_bound(20));
  EXPECT_FALSE(is_waived(life));
  life.rejudged("smoke");
  EXPECT_FALSE(is_waived(life));
}

TEST(Waiver, CoversOneCandidate) {
  Life life = confirmed().measured("smoke", 1).waived("smoke");
  life.candidate('b').bugs_confirmed().measured("smoke", 1);
  EXPECT_FALSE(is_waived(life));
}

TEST(Waiver, IsNoneOfAPass) {
  Life life = confirmed().measured("smoke", 1).waived("smoke");
  life.measured("smoke", 41'000);
  EXPECT_FALSE(is_waived(life));
  EXPECT_TRUE(schema::open_gates(life.record()).empty());
}

TEST(Waiver, OfEachFailedCheckIsEnough) {
  Life life = confirmed().result(with_checks({false, true, false}));
  EXPECT_FALSE(is_waived(life.waived("smoke/sps_max")));
  EXPECT_TRUE(is_waived(life.waived("smoke/sps_max#3")));
}

TEST(Waiver, OfACheckThatPassedIsForNothing) {
  Life life = confirmed().result(with_checks({true, false}));
  EXPECT_FALSE(is_waived(life.waived("smoke/sps_max")));
  EXPECT_TRUE(is_waived(life.waived("smoke/sps_max#2")));
}

TEST(Waiver, OfChecksCannotMakeUpForAnEndThatWasNotGood) {
  schema::ValidationCompleted exited = with_checks({false});
  exited.exit_code = 3;
  Life life = confirmed().result(exited).waived("smoke/sps_max");
  EXPECT_FALSE(is_waived(life));
  EXPECT_TRUE(is_waived(life.waived("smoke")));

  schema::ValidationCompleted killed = with_checks({false});
  killed.exit_code = flatbuffers::nullopt;
  killed.outcome = Outcome::timed_out;
  EXPECT_FALSE(is_waived(confirmed().result(killed).waived("smoke/sps_max")));
}

TEST(Waiver, OfChecksNeedsAFailedCheck) {
  EXPECT_FALSE(
      is_waived(confirmed().result(with_checks({})).waived("smoke/sps_max")));
}

std::string staleness(const Life& life) {
  const schema::CandidateRecord& candidate = life.record().candidates.front();
  return schema::waiver_staleness(
      life.record(), candidate, candidate.waivers.front());
}

TEST(Waiver, SaysWhyItLetsNothingPass) {
  const Life waived = confirmed().measured("smoke", 1).waived("smoke");
  EXPECT_EQ(staleness(waived), "");
  const std::string another = "given for another result";
  EXPECT_EQ(staleness(Life(waived).measured("smoke", 1)), another);
  EXPECT_EQ(staleness(Life(waived).running("smoke")), another);
  EXPECT_EQ(staleness(Life(waived).skipped("smoke", "no data")), another);
  EXPECT_EQ(staleness(Life(waived).plan_changed(plan_with_bound(20))), another);
  EXPECT_EQ(staleness(Life(waived).candidate('b')), "given for candidate 1");
  schema::Plan without = small_plan();
  without.validations.erase(without.validations.begin());
  EXPECT_EQ(staleness(Life(waived).plan_changed(without)),
            "the plan has no such validation now");
  const Life found =
      Life().started().candidate('a').bugs_found(1).waived("bug-check");
  EXPECT_EQ(staleness(found), "");
  EXPECT_EQ(staleness(Life(found).bugs_found(2)),
            "the bug-check was made again since");
}

TEST(Waiver, NamesTheSecondCheckOfAKeyByItsNumber) {
  schema::ValidationCompleted result = with_checks({false, false});
  result.checks.emplace_back().key = "loss";
  EXPECT_EQ(schema::check_name(result, 0), "smoke/sps_max");
  EXPECT_EQ(schema::check_name(result, 1), "smoke/sps_max#2");
  EXPECT_EQ(schema::check_name(result, 2), "smoke/loss");
}

TEST(Waiver, OfTheBugCheckCoversWhatWasFoundThen) {
  Life life = Life()
                  .started()
                  .candidate('a')
                  .measured("smoke", 41'000)
                  .bugs_found(1)
                  .waived("bug-check");
  EXPECT_TRUE(schema::bug_check_waived(life.record()));
  EXPECT_TRUE(schema::open_gates(life.record()).empty());
  life.bugs_found(2);
  EXPECT_FALSE(schema::bug_check_waived(life.record()));
  EXPECT_FALSE(schema::bug_check_passed(life.record()));
}

TEST(Waiver, OfTheBugCheckDoesNotAnswerADoubt) {
  const Life life =
      Life().started().candidate('a').bugs_doubted().waived("bug-check");
  EXPECT_FALSE(schema::bug_check_passed(life.record()));
}

TEST(Waiver, MakesUpForACheckThatCannotBeTold) {
  schema::ValidationCompleted result = with_checks({true, false});
  result.outcome = Outcome::inconclusive;
  result.reason = schema::kCheckInconclusive;
  result.checks[1].outcome = Outcome::inconclusive;
  EXPECT_FALSE(is_waived(confirmed().result(result)));
  EXPECT_TRUE(is_waived(confirmed().result(result).waived("smoke/sps_max#2")));
  EXPECT_TRUE(is_waived(confirmed().result(result).waived("smoke")));
  // One that could not run at all is not made up for check by check.
  result.reason = "remote-unavailable";
  EXPECT_FALSE(is_waived(confirmed().result(result).waived("smoke/sps_max#2")));
}

}  // namespace
}  // namespace schema_tests
