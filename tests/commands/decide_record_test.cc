// Results of what ran elsewhere: bound to the candidate, judged by the plan,
// numbered as attempts, recorded once.

#include <nlohmann/json.hpp>

#include "tests/commands/decide_fixture.h"

namespace commands::decide::record_test {
namespace {

using schema::Outcome;

RecordValidation elsewhere(double sps) {
  RecordValidation command;
  command.result.name = "smoke";
  command.result.outcome = Outcome::passed;
  command.result.exit_code = 0;
  command.result.url = "https://ci.x.org/7";
  command.run_digest = small_plan().validations[0].run_digest;
  schema::Metric& metric = command.extraction.metrics.emplace_back();
  metric.key = "sps_max";
  metric.value = sps;
  return command;
}

Decider record(const RecordValidation& command) {
  return [command](const ReleaseRecord& release) {
    return record_validation(release, command);
  };
}

Life ready() {
  return Life().started().candidate('a').bugs_confirmed();
}

TEST(DecideRecord, JudgesItByThePlanAsAnAttempt) {
  given(ready())
      .when(record(elsewhere(41'000)))
      .then({{"ValidationCompleted",
              {{"name", "smoke"},
               {"attempt", 1},
               {"candidate", 1},
               {"commit", commit('a')},
               {"outcome", "passed"},
               {"recorded", true},
               {"url", "https://ci.x.org/7"},
               {"exit_code", 0},
               {"log", nullptr},
               {"run_digest", small_plan().validations[0].run_digest},
               {"digest", small_plan().validations[0].digest}}}});
  given(ready())
      .when(record(elsewhere(1)))
      .then({{"ValidationCompleted",
              {{"outcome", "failed"}, {"reason", "check-failed"}}}});
}

TEST(DecideRecord, NumbersItAfterWhatRanHere) {
  given(ready().measured("smoke", 1))
      .when(record(elsewhere(41'000)))
      .then({{"ValidationCompleted", {{"attempt", 2}}}});
  given(ready().measured("smoke", 1).candidate('b'))
      .when(record(elsewhere(41'000)))
      .then({{"ValidationCompleted", {{"attempt", 1}, {"candidate", 2}}}});
}

TEST(DecideRecord, ARunHereGoesOnBehindIt) {
  Life life = ready();
  const auto events = record_validation(life.record(), elsewhere(41'000));
  ASSERT_TRUE(events.has_value());
  life.add(events->front()).running("smoke");
  EXPECT_EQ(life.newest().validations[0].started->attempt, 2U);
}

TEST(DecideRecord, TypedAgainItIsTheSameFact) {
  Life life = ready();
  life.add(record_validation(life.record(), elsewhere(1))->front());
  given(life).when(record(elsewhere(1))).then_nothing();
  RecordValidation other = elsewhere(1);
  other.result.url = "https://ci.x.org/8";
  given(life)
      .when(record(other))
      .then({{"ValidationCompleted", {{"attempt", 2}}}});
}

TEST(DecideRecord, OneRunCannotConfirmItself) {
  schema::Plan plan = small_plan();
  plan.validations[0].acceptance[0].confirm_passes = 2;
  plan.validations[0].acceptance[0].confirm_runs = 3;
  Life life = Life().started(plan).candidate('a').bugs_confirmed();
  life.add(record_validation(life.record(), elsewhere(41'000))->front());
  EXPECT_EQ(life.newest().validations[0].result->reason, "check-unconfirmed");
  given(life).when(record(elsewhere(41'000))).then_nothing();
  RecordValidation other = elsewhere(41'000);
  other.result.url = "https://ci.x.org/8";
  given(life)
      .when(record(other))
      .then({{"ValidationCompleted", {{"attempt", 2}, {"outcome", "passed"}}}});
}

TEST(DecideRecord, BelongsToTheCandidatesCommitAlone) {
  RecordValidation command = elsewhere(41'000);
  command.commit = std::string(7, 'a');
  given(ready()).when(record(command)).then({{"ValidationCompleted", {}}});
  command.commit = commit('b');
  given(ready()).when(record(command)).then_refused("not-the-candidate");
  given(ready().candidate('b'))
      .when(record(command))
      .then({{"ValidationCompleted", {{"candidate", 2}}}});
}

TEST(DecideRecord, NeedsAReleaseACandidateAndAPlannedValidation) {
  given(Life())
      .when(record(elsewhere(1)))
      .then_refused("no-such-release", ErrorCode::kNotFound);
  given(Life().started())
      .when(record(elsewhere(1)))
      .then_refused("no-candidate");
  RecordValidation unknown = elsewhere(1);
  unknown.result.name = "smoky";
  given(ready()).when(record(unknown)).then_refused("no-such-validation");
  EXPECT_NE(given(ready())
                .when(record(unknown))
                .message()
                .find("did you mean smoke?"),
            std::string::npos);
  given(ready().add(schema::ReleaseAbandoned()))
      .when(record(elsewhere(1)))
      .then_refused("release-ended");
  given(Life().started().tested().signed_off().notes().publishing())
      .when(record(elsewhere(1)))
      .then_refused("already-published");
}

TEST(DecideRecord, WaitsForARunOfTheSame) {
  given(ready().running("smoke"))
      .when(record(elsewhere(1)))
      .then_refused("validation-running", ErrorCode::kConflict);
}

TEST(DecideRecord, IsReadByThePlanItIsJudgedBy) {
  RecordValidation command = elsewhere(1);
  command.run_digest = "another";
  given(ready())
      .when(record(command))
      .then_refused("plan-changed", ErrorCode::kConflict);
}

TEST(DecideRecord, SomethingHasToSpeakForIt) {
  schema::Plan plan = small_plan();
  plan.validations[0].acceptance.clear();
  const Life life = Life().started(plan).candidate('a');
  RecordValidation command = elsewhere(1);
  given(life)
      .when(record(command))
      .then({{"ValidationCompleted", {{"outcome", "passed"}}}});
  command.result.exit_code = flatbuffers::nullopt;
  given(life)
      .when(record(command))
      .then_refused("nothing-to-judge", ErrorCode::kUsage);
  command.has_report = true;
  given(life)
      .when(record(command))
      .then({{"ValidationCompleted", {{"outcome", "passed"}}}});
}

TEST(DecideRecord, AnEndThatWasNotGoodIsNoPassWhateverItMeasured) {
  RecordValidation command = elsewhere(41'000);
  command.result.outcome = Outcome::failed;
  command.result.reason = "exit-code";
  command.result.exit_code = 3;
  given(ready())
      .when(record(command))
      .then({{"ValidationCompleted",
              {{"outcome", "failed"}, {"reason", "exit-code"}}}});
}

TEST(DecideRecord, IsJudgedAgainWhenABoundMoves) {
  Life life = ready();
  RecordValidation command = elsewhere(20'000);
  command.result.exit_code = flatbuffers::nullopt;
  command.extraction.names_seen = {"SPS", "fps"};
  life.add(record_validation(life.record(), command)->front());
  given(life)
      .when([](const ReleaseRecord& release) {
        return adopt_plan(release, plan_with_bound(10'000), {});
      })
      .then({{"PlanRecorded", {}},
             {"ValidationRejudged",
              {{"outcome", "passed"}, {"reason", nullptr}}}});
}

}  // namespace
}  // namespace commands::decide::record_test
