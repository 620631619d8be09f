// Attempts of validations: their numbers, ends, interruptions and skips.

#include "tests/commands/decide_fixture.h"

namespace commands::decide::validation_test {
namespace {

using schema::Outcome;

Decider start(char letter = 'a') {
  schema::ValidationStarted intent;
  intent.name = "smoke";
  intent.commit = commit(letter);
  intent.log = "logs/x.log";
  intent.command = {"./run"};
  return [intent](const ReleaseRecord& record) {
    return start_validation(record, intent);
  };
}

Decider complete(std::uint32_t attempt, std::uint32_t candidate = 1) {
  schema::ValidationCompleted result;
  result.name = "smoke";
  result.attempt = attempt;
  result.candidate = candidate;
  result.outcome = Outcome::passed;
  result.exit_code = 0;
  result.log = "somewhere else";
  return [result](const ReleaseRecord& record) {
    return complete_validation(record, result);
  };
}

Decider skip(const std::string& reason) {
  return [reason](const ReleaseRecord& record) {
    return skip_validation(record, "smoke", reason);
  };
}

Life ready() {
  return Life().started().candidate('a').bugs_confirmed();
}

TEST(DecideValidation, StartsTheFirstAttemptWithWhatThePlanSays) {
  given(ready()).when(start()).then(
      {{"ValidationStarted",
        {{"name", "smoke"},
         {"attempt", 1},
         {"candidate", 1},
         {"commit", commit('a')},
         {"location", "local"},
         {"timeout_s", 600.0},
         {"log", "logs/x.log"},
         {"command", {"./run"}},
         {"run_digest", small_plan().validations[0].run_digest},
         {"digest", small_plan().validations[0].digest}}}});
}

TEST(DecideValidation, NumbersAttemptsOn) {
  given(ready().measured("smoke", 1))
      .when(start())
      .then({{"ValidationStarted", {{"attempt", 2}}}});
  given(ready().skipped("smoke", "no data"))
      .when(start())
      .then({{"ValidationStarted", {{"attempt", 1}}}});
  given(ready().measured("smoke", 1).candidate('b'))
      .when(start('b'))
      .then({{"ValidationStarted", {{"attempt", 1}, {"candidate", 2}}}});
}

TEST(DecideValidation, GoesOnWithAnOpenAttempt) {
  given(ready().running("smoke")).when(start()).then_nothing();
}

TEST(DecideValidation, IsOvertakenByANewCandidate) {
  given(ready().candidate('b'))
      .when(start('a'))
      .then_refused("candidate-replaced", ErrorCode::kConflict);
}

TEST(DecideValidation, NeedsAReleaseInProgressAndACandidate) {
  given(Life()).when(start()).then_refused("no-such-release",
                                           ErrorCode::kNotFound);
  given(Life().started()).when(start()).then_refused("no-candidate");
  given(ready().add(schema::ReleaseAbandoned()))
      .when(start())
      .then_refused("release-ended");
}

TEST(DecideValidation, EndsTheAttemptThatWasIntended) {
  given(ready().running("smoke"))
      .when(complete(1))
      .then({{"ValidationCompleted",
              {{"name", "smoke"},
               {"attempt", 1},
               {"candidate", 1},
               {"commit", commit('a')},
               {"outcome", "passed"},
               {"exit_code", 0},
               {"log", "logs/1.4.0/smoke-1-1.log"},
               {"run_digest", small_plan().validations[0].run_digest},
               {"digest", small_plan().validations[0].digest}}}});
}

TEST(DecideValidation, EndsAnAttemptOnce) {
  given(ready().measured("smoke", 41'000)).when(complete(1)).then_nothing();
  given(ready().measured("smoke", 1).running("smoke"))
      .when(complete(1))
      .then_nothing();
}

TEST(DecideValidation, RecordsAResultWhateverElseHasHappened) {
  given(ready().running("smoke").candidate('b'))
      .when(complete(1))
      .then({{"ValidationCompleted",
              {{"candidate", 1}, {"commit", commit('a')}}}});
  given(ready().running("smoke").add(schema::ReleaseAbandoned()))
      .when(complete(1))
      .then({{"ValidationCompleted", {{"attempt", 1}}}});
}

TEST(DecideValidation, KeepsTheDigestItWasStartedUnder) {
  given(ready().running("smoke").plan_changed(plan_with_bound(10)))
      .when(complete(1))
      .then({{"ValidationCompleted",
              {{"digest", small_plan().validations[0].digest}}}});
}

TEST(DecideInterrupted, ClosesEveryOpenAttemptOfEveryCandidate) {
  given(ready().running("smoke").candidate('b').raised().running("long"))
      .when(close_interrupted)
      .then({{"ValidationCompleted",
              {{"name", "smoke"},
               {"attempt", 1},
               {"candidate", 1},
               {"commit", commit('a')},
               {"outcome", "errored"},
               {"exit_code", nullptr},
               {"reason", "interrupted"},
               {"log", "logs/1.4.0/smoke-1-1.log"}}},
             {"ValidationCompleted",
              {{"name", "long"}, {"candidate", 2}, {"commit", commit('b')}}}});
}

TEST(DecideInterrupted, HasNothingToCloseInARestingRelease) {
  given(Life()).when(close_interrupted).then_nothing();
  given(Life().started().tested()).when(close_interrupted).then_nothing();
  given(ready().skipped("smoke", "no data"))
      .when(close_interrupted)
      .then_nothing();
}

TEST(DecideSkip, SaysWhyOnce) {
  given(ready())
      .when(skip("depends on data"))
      .then({{"ValidationSkipped",
              {{"name", "smoke"},
               {"candidate", 1},
               {"commit", commit('a')},
               {"attempt", 1},
               {"reason", "depends on data"},
               {"digest", small_plan().validations[0].digest}}}});
  given(ready().skipped("smoke", "depends on data"))
      .when(skip("depends on code"))
      .then({{"ValidationSkipped", {{"attempt", 2}}}});
  given(ready().measured("smoke", 1))
      .when(skip("depends on code"))
      .then({{"ValidationSkipped", {{"attempt", 1}}}});
}

TEST(DecideSkip, NeedsACandidate) {
  given(Life().started()).when(skip("x")).then_refused("no-candidate");
}

}  // namespace
}  // namespace commands::decide::validation_test
