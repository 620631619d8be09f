// What is put on the ledger about a remote job, and attempts ended on purpose.

#include "tests/commands/decide_fixture.h"

namespace commands::decide::job_test {
namespace {

using schema::Outcome;

const AttemptName kFirst{"smoke", 1, 1};

Life running() {
  return Life().started().candidate('a').bugs_confirmed().running("smoke");
}
Decider submit(const std::string& id, AttemptName attempt = kFirst) {
  return [=](const ReleaseRecord& record) {
    return submit_validation(record, attempt, id);
  };
}
Decider doubt() {
  return [](const ReleaseRecord& record) {
    return doubt_validation(record, kFirst, "launch-unanswered", "who knows");
  };
}
Decider settle(const std::string& id) {
  return [=](const ReleaseRecord& record) {
    return settle_validation(record, {"smoke", id, kAnn, "I looked"});
  };
}
Decider cancel(const std::string& validation = "") {
  return [=](const ReleaseRecord& record) {
    return cancel_validation(record, {validation, kJack, "wrong recipe"});
  };
}

TEST(DecideJob, IsSubmittedThenKnownByItsId) {
  given(running())
      .when(submit(""))
      .then(
          {{"ValidationSubmitted", {{"name", "smoke"}, {"job_id", nullptr}}}});
  const Life pending = and_then(running(), submit(""));
  given(pending).when(submit("")).then_nothing();
  given(pending)
      .when(submit("41"))
      .then({{"ValidationSubmitted", {{"job_id", "41"}, {"attempt", 1}}}});
  given(and_then(pending, submit("41"))).when(submit("42")).then_nothing();
}

TEST(DecideJob, SaysNothingOfAnAttemptThatHasEnded) {
  const Life ended = running().measured("smoke", 1);
  given(ended).when(submit("41")).then_nothing();
  given(ended).when(doubt()).then_nothing();
  given(running()).when(submit("41", {"smoke", 1, 2})).then_nothing();
  given(running()).when(submit("41", {"other", 1, 1})).then_nothing();
}

TEST(DecideJob, IsSeenToRunOnce) {
  const Decider observe = [](const ReleaseRecord& record) {
    return observe_running(record, kFirst);
  };
  const Life submitted = and_then(running(), submit("41"));
  given(submitted).when(observe).then(
      {{"ValidationJobRunning", {{"job_id", "41"}}}});
}

TEST(DecideJob, InDoubtIsSettledByAPerson) {
  const Life doubted = and_then(running(), doubt());
  given(doubted).when(doubt()).then_nothing();
  EXPECT_EQ(
      schema::assess_validation(doubted.record(), small_plan().validations[0])
          .outcome,
      Outcome::unknown);
  given(doubted)
      .when(settle("41"))
      .then_once({{"ValidationSettled",
                   {{"job_id", "41"}, {"by", kAnn}, {"reason", "I looked"}}}},
                 "nothing-to-settle");
  given(doubted)
      .when(settle(""))
      .then_once({{"ValidationSettled", {{"job_id", nullptr}}},
                  {"ValidationCompleted",
                   {{"outcome", "errored"}, {"reason", "not-launched"}}}},
                 "nothing-to-settle");
}

TEST(DecideJob, SettledGoesOnAsThatJob) {
  const Life settled = and_then(and_then(running(), doubt()), settle("41"));
  const auto* record = schema::find_validation(settled.newest(), "smoke");
  EXPECT_TRUE(schema::is_open(*record));
  EXPECT_EQ(record->doubt, nullptr);
  EXPECT_EQ(record->submitted->job_id, "41");
}

TEST(DecideJob, MayBeDoubtedAgain) {
  const Life again = and_then(and_then(running(), doubt()), submit("41"));
  given(again).when(doubt()).then({{"ValidationDoubted", {{"doubt", 2}}}});
}

TEST(DecideJob, IsSettledOnlyInDoubt) {
  given(running()).when(settle("41")).then_refused("nothing-to-settle");
  given(Life())
      .when(settle("41"))
      .then_refused("no-such-release", ErrorCode::kNotFound);
}

TEST(DecideCancel, AsksForTheEndOfWhatRuns) {
  given(running()).when(cancel()).then(
      {{"ValidationCancelRequested",
        {{"name", "smoke"}, {"by", kJack}, {"reason", "wrong recipe"}}}});
  given(running())
      .when(cancel("smoke"))
      .then({{"ValidationCancelRequested", {{"attempt", 1}}}});
}

TEST(DecideCancel, RefusesWhereNothingRuns) {
  given(running()).when(cancel("other")).then_refused("nothing-runs");
  given(running().measured("smoke", 1))
      .when(cancel())
      .then_refused("nothing-runs");
  given(Life()).when(cancel()).then_refused("no-such-release",
                                            ErrorCode::kNotFound);
}

TEST(DecideCancel, RefusesAJobInDoubt) {
  given(and_then(running(), doubt()))
      .when(cancel())
      .then_refused("job-unknown");
}

TEST(DecideCancel, OfAKilledRunsAttemptIsNoInterruption) {
  given(and_then(running(), cancel()))
      .when(close_interrupted)
      .then({{"ValidationCompleted",
              {{"outcome", "cancelled"}, {"reason", "cancelled"}}}});
}

TEST(DecideJob, IsNotClosedByTheNextRun) {
  schema::Plan plan = small_plan();
  plan.validations[0].location = schema::Location::remote;
  Life life = Life().started(plan).candidate('a').bugs_confirmed();
  schema::ValidationStarted started;
  started.name = "smoke";
  started.attempt = 1;
  started.candidate = 1;
  started.commit = commit('a');
  started.location = schema::Location::remote;
  given(life.add(started)).when(close_interrupted).then_nothing();
}

}  // namespace
}  // namespace commands::decide::job_test
