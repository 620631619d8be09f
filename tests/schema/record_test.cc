#include "schema/release/record.h"

#include <gtest/gtest.h>

#include "tests/schema/life.h"
#include "tests/schema/sample_events.h"

namespace schema_tests {
namespace {

using schema::Outcome;
using schema::ReleaseRecord;
using schema::ValidationRecord;

const ValidationRecord& smoke(const Life& life) {
  return *schema::find_validation(life.newest(), "smoke");
}

TEST(Record, KnowsWhoStartedItWhenAndHow) {
  const Life life = Life().started();
  const ReleaseRecord& record = life.record();
  EXPECT_EQ(record.name, "1.4.0");
  EXPECT_EQ(record.mode, schema::Mode::quick);
  EXPECT_EQ(record.started->by, kAnn);
  EXPECT_EQ(record.started->at_ms, 0);
  EXPECT_EQ(record.started->position, 0U);
  EXPECT_EQ(record.plans, 1U);
  EXPECT_TRUE(*record.plan == small_plan());
  EXPECT_TRUE(schema::is_started(record));
  EXPECT_FALSE(schema::is_ended(record));
}

TEST(Record, CountsEveryEventAndMarksTheNewest) {
  const Life life = Life().started().by(kJack).raised();
  EXPECT_EQ(life.record().events, 3U);
  EXPECT_EQ(life.record().newest->by, kJack);
  EXPECT_EQ(life.record().newest->at_ms, 2000);
  EXPECT_EQ(life.record().newest->position, 2U);
  EXPECT_EQ(life.record().mode, schema::Mode::comprehensive);
}

TEST(Record, KeepsTheNewestPlan) {
  const Life life = Life().started().plan_changed(plan_with_bound(10));
  EXPECT_EQ(life.record().plans, 2U);
  EXPECT_EQ(life.record().plan->digest, plan_with_bound(10).digest);
}

TEST(Record, HoldsABranchIntentUntilTheBranchIsSeen) {
  Life life = Life().started().branch_intended('a');
  EXPECT_EQ(life.record().branch_intent->commit, commit('a'));
  EXPECT_EQ(schema::current_candidate(life.record()), nullptr);
  life.candidate('a');
  EXPECT_EQ(life.record().branch_intent, nullptr);
  EXPECT_EQ(life.newest().commit, commit('a'));
  EXPECT_EQ(life.newest().branch, "staging/v1.4.0-rc1");
  EXPECT_FALSE(life.newest().adopted);
}

TEST(Record, KeepsEveryCandidateAndItsEvidence) {
  const Life life = Life().started().tested().candidate('b');
  ASSERT_EQ(life.record().candidates.size(), 2U);
  EXPECT_EQ(life.record().candidates[0].validations.size(), 1U);
  EXPECT_EQ(life.newest().number, 2U);
  EXPECT_TRUE(life.newest().validations.empty());
  EXPECT_EQ(life.newest().bug_check, Outcome::unset);
}

TEST(Record, KeepsTheNewestBugCheckAndItsBugs) {
  Life life = Life().started().candidate('a').bugs_doubted();
  EXPECT_EQ(life.newest().bug_check, Outcome::inconclusive);
  EXPECT_EQ(life.newest().bug_detail, "no tracker is configured");
  life.bugs_found(2);
  EXPECT_EQ(life.newest().bug_check, Outcome::failed);
  EXPECT_EQ(life.newest().bugs.size(), 2U);
  life.by(kJack).bugs_confirmed();
  EXPECT_EQ(life.newest().bug_check, Outcome::passed);
  EXPECT_EQ(life.newest().bug_attempts, 3U);
  EXPECT_EQ(life.newest().bug_mark->by, kJack);
  EXPECT_EQ(life.newest().confirmations, 1U);
  EXPECT_TRUE(life.newest().bugs.empty());
}

TEST(Record, HasAnOpenAttemptFromItsStartToItsResult) {
  Life life = Life().started().candidate('a').running("smoke");
  EXPECT_TRUE(schema::is_open(smoke(life)));
  life.measured("smoke", 41'000);
  EXPECT_FALSE(schema::is_open(smoke(life)));
  EXPECT_EQ(smoke(life).result->outcome, Outcome::passed);
  EXPECT_EQ(smoke(life).result_mark->position, life.record().events - 1);
  life.running("smoke");
  EXPECT_TRUE(schema::is_open(smoke(life)));
  EXPECT_EQ(smoke(life).attempts, 2U);
  EXPECT_EQ(smoke(life).result->attempt, 1U);
}

TEST(Record, LeavesAResultWithTheCandidateItIsFor) {
  Life life = Life().started().candidate('a').running("smoke");
  schema::ValidationCompleted late;
  late.name = "smoke";
  late.attempt = 1;
  late.candidate = 1;
  late.outcome = Outcome::passed;
  life.candidate('b').add(late);
  EXPECT_EQ(life.record().candidates[0].validations[0].result->outcome,
            Outcome::passed);
  EXPECT_EQ(schema::find_validation(life.newest(), "smoke"), nullptr);
}

TEST(Record, IgnoresWhatIsForNoCandidateItKnows) {
  Life life = Life().started().candidate('a');
  schema::ValidationCompleted stray;
  stray.name = "smoke";
  stray.candidate = 7;
  life.add(stray);
  EXPECT_TRUE(life.newest().validations.empty());
  EXPECT_EQ(life.record().candidates.size(), 1U);
}

TEST(Record, TakesANewVerdictOnRecordedMetrics) {
  Life life = Life().started().candidate('a').measured("smoke", 20'000);
  EXPECT_EQ(smoke(life).result->reason, "check-failed");
  life.plan_changed(plan_with_bound(15'000)).by(kJack).rejudged("smoke");
  EXPECT_EQ(smoke(life).result->outcome, Outcome::passed);
  EXPECT_EQ(smoke(life).result->reason, "");
  EXPECT_EQ(smoke(life).result->checks[0].expected, 15'000);
  EXPECT_EQ(smoke(life).result->metrics[0].value, 20'000);
  EXPECT_EQ(smoke(life).result->digest,
            plan_with_bound(15'000).validations[0].digest);
  EXPECT_EQ(smoke(life).judged_from, small_plan().validations[0].digest);
  EXPECT_EQ(smoke(life).judgements, 1U);
  EXPECT_EQ(smoke(life).result_mark->by, kJack);
  EXPECT_EQ(smoke(life).attempts, 1U);
}

TEST(Record, SaysThatAChecksFailedWhenANewVerdictSaysNo) {
  const Life life = Life()
                        .started()
                        .candidate('a')
                        .measured("smoke", 41'000)
                        .plan_changed(plan_with_bound(50'000))
                        .rejudged("smoke");
  EXPECT_EQ(smoke(life).result->outcome, Outcome::failed);
  EXPECT_EQ(smoke(life).result->reason, "check-failed");
}

TEST(Record, IgnoresAVerdictOnAnotherAttempt) {
  Life life = Life().started().candidate('a').measured("smoke", 41'000);
  schema::ValidationRejudged verdict;
  verdict.name = "smoke";
  verdict.attempt = 2;
  verdict.candidate = 1;
  verdict.outcome = Outcome::failed;
  life.add(verdict);
  EXPECT_EQ(smoke(life).result->outcome, Outcome::passed);
  EXPECT_EQ(smoke(life).judgements, 0U);
}

TEST(Record, ForgetsEarlierVerdictsWhenItIsMeasuredAnew) {
  const Life life = Life()
                        .started()
                        .candidate('a')
                        .measured("smoke", 20'000)
                        .plan_changed(plan_with_bound(25'000))
                        .rejudged("smoke")
                        .measured("smoke", 41'000);
  EXPECT_EQ(smoke(life).judgements, 0U);
  EXPECT_TRUE(smoke(life).judged_from.empty());
  EXPECT_EQ(smoke(life).attempts, 2U);
}

// A bound has moved while it ran, and it was judged by the new one.
TEST(Record, SaysWhereAResultWasJudgedByAnotherBoundThanItStartedWith) {
  Life life = Life().started().candidate('a').running("smoke");
  const schema::ValidationStarted started = *smoke(life).started;
  schema::ValidationCompleted completed;
  completed.name = "smoke";
  completed.attempt = started.attempt;
  completed.candidate = started.candidate;
  completed.outcome = Outcome::passed;
  completed.digest = plan_with_bound(15'000).validations[0].digest;
  life.plan_changed(plan_with_bound(15'000)).add(completed);
  EXPECT_EQ(smoke(life).judged_from, started.digest);
}

// `record` puts results beside those that ran here.
TEST(Record, KeepsAnAttemptThatAnotherFromElsewhereReplaces) {
  Life life = Life().started().candidate('a').measured("smoke", 20'000);
  schema::ValidationCompleted recorded;
  recorded.name = "smoke";
  recorded.attempt = 2;
  recorded.candidate = 1;
  recorded.outcome = Outcome::passed;
  recorded.recorded = true;
  life.add(recorded);
  ASSERT_EQ(smoke(life).earlier.size(), 1U);
  EXPECT_EQ(smoke(life).earlier[0].attempt, 1U);
  EXPECT_EQ(smoke(life).earlier[0].outcome, Outcome::failed);
  EXPECT_EQ(smoke(life).result->attempt, 2U);
  life.measured("smoke", 41'000);
  ASSERT_EQ(smoke(life).earlier.size(), 2U);
  EXPECT_EQ(smoke(life).earlier[1].attempt, 2U);
}

TEST(Record, KeepsWhyAValidationWasSkippedUntilItRuns) {
  Life life = Life().started().candidate('a').skipped("smoke", "no data");
  EXPECT_EQ(smoke(life).skipped, "no data");
  EXPECT_EQ(smoke(life).skips, 1U);
  EXPECT_EQ(smoke(life).attempts, 0U);
  EXPECT_FALSE(schema::is_open(smoke(life)));
  life.running("smoke");
  EXPECT_TRUE(smoke(life).skipped.empty());
  EXPECT_EQ(smoke(life).skips, 1U);
  EXPECT_EQ(smoke(life).attempts, 1U);
}

TEST(Record, RevokesWhatThePersonSignedInThatRole) {
  const Life life = Life()
                        .started()
                        .tested()
                        .approved(kJack, "technical-lead")
                        .approved(kJack, "release-manager")
                        .approved(kRobb, "technical-lead")
                        .revoked(kJack, "technical-lead");
  const auto& approvals = life.newest().approvals;
  EXPECT_EQ(approvals[0].revoked, "saw a problem");
  EXPECT_EQ(approvals[1].revoked, "");
  EXPECT_EQ(approvals[2].revoked, "");
}

TEST(Record, KnowsARevocationWithoutAReason) {
  Life life = Life().started().tested().approved(kJack, "technical-lead");
  schema::ApprovalRevoked revoked;
  revoked.by = kJack;
  revoked.role = "technical-lead";
  revoked.candidate = 1;
  life.add(revoked);
  EXPECT_EQ(life.newest().approvals[0].revoked, "revoked");
}

TEST(Record, HoldsAPublicationUntilItIsRefused) {
  Life life = Life().started().tested().notes().publishing();
  EXPECT_EQ(life.record().publication->attempt, 1U);
  life.refused();
  EXPECT_EQ(life.record().publication, nullptr);
  EXPECT_EQ(life.record().publications, 1U);
  life.published();
  EXPECT_EQ(life.record().publications, 2U);
  EXPECT_EQ(life.record().merged->commit, commit('8'));
  EXPECT_EQ(life.record().tag_created->object, commit('9'));
  EXPECT_EQ(life.record().tag_pushed->tag, "v1.4.0");
  EXPECT_EQ(life.record().tag_mark->position, life.record().events - 1);
}

TEST(Record, ForgetsAStepsFailureWhenTheStepGoesOn) {
  Life life = Life().started().tested().notes();
  schema::StepFailed failed;
  failed.step = "release";
  failed.candidate = 1;
  failed.attempt = 1;
  life.by(kJack).add(failed);
  EXPECT_EQ(life.record().step_failure->step, "release");
  EXPECT_EQ(life.record().step_failures, 1U);
  EXPECT_EQ(life.record().effect_mark->by, kJack);
  life.publishing();
  EXPECT_EQ(life.record().step_failure, nullptr);
  EXPECT_EQ(life.record().step_failures, 1U);
}

TEST(Record, EndsInEachOfThreeWays) {
  const Life done =
      Life().started().tested().notes().published().announced().completed();
  EXPECT_TRUE(schema::is_ended(done.record()));
  EXPECT_EQ(done.record().posted->reason, "posted in the channel");

  schema::ReleaseAbandoned abandoned;
  abandoned.reason = "superseded";
  const Life left = Life().started().add(abandoned);
  EXPECT_TRUE(schema::is_ended(left.record()));
  EXPECT_EQ(left.record().end_reason, "superseded");

  schema::ReleaseYanked yanked;
  yanked.reason = "broken";
  const Life pulled = Life(done).add(yanked);
  EXPECT_NE(pulled.record().yanked, nullptr);
  EXPECT_NE(pulled.record().completed, nullptr);
  EXPECT_EQ(pulled.record().end_reason, "broken");
}

// A record to which every sample event has something to say.
ReleaseRecord ready_for_samples() {
  Life life = Life()
                  .started(plan_with_bound(1))
                  .candidate('a')
                  .measured("smoke", 20'000);
  for (const schema::Event& event : sample_events()) {
    if (const auto* verdict = std::get_if<schema::ValidationRejudged>(&event)) {
      while (smoke(life).result->attempt < verdict->attempt) {
        life.measured("smoke", 20'000);
      }
    }
    if (const auto* revoked = std::get_if<schema::ApprovalRevoked>(&event)) {
      life.approved(revoked->by, revoked->role);
    }
    if (const auto* waiver = std::get_if<schema::WaiverConfirmed>(&event)) {
      life.waived(waiver->check);
    }
  }
  return life.publishing().record();
}

bool is_of_a_job(const schema::Event& event) {
  return std::holds_alternative<schema::ValidationSubmitted>(event) ||
         std::holds_alternative<schema::ValidationJobRunning>(event) ||
         std::holds_alternative<schema::ValidationDoubted>(event) ||
         std::holds_alternative<schema::ValidationSettled>(event) ||
         std::holds_alternative<schema::ValidationCancelRequested>(event);
}

bool is_of_the_ledger(const schema::Event& event) {
  return std::holds_alternative<schema::LedgerCreated>(event) ||
         std::holds_alternative<schema::WriterKeyAdded>(event) ||
         std::holds_alternative<schema::LedgerRecovered>(event) ||
         std::holds_alternative<schema::LedgerRestored>(event) ||
         std::holds_alternative<schema::PayloadRedacted>(event) ||
         std::holds_alternative<schema::NewLedgerAccepted>(event);
}

TEST(Record, IsChangedByEveryEventOfAReleaseAndByNoneOfTheLedger) {
  const ReleaseRecord ready = ready_for_samples();
  const ReleaseRecord running = Life()
                                    .started(plan_with_bound(1))
                                    .candidate('a')
                                    .running("smoke")
                                    .record();
  for (const schema::Event& event : sample_events()) {
    const ReleaseRecord& before = is_of_a_job(event) ? running : ready;
    ReleaseRecord after = before;
    schema::evolve(after, event, {kRobb, 1, 99});
    EXPECT_EQ(after.events, before.events + 1) << schema::type_name(event);
    EXPECT_EQ(after.newest->position, 99U) << schema::type_name(event);
    after.events = before.events;
    after.newest = std::make_unique<schema::Mark>(*before.newest);
    EXPECT_EQ(after == before, is_of_the_ledger(event))
        << schema::type_name(event);
  }
}

TEST(Record, CountsAnUnknownEventAndChangesNothingElse) {
  const Life life = Life().started().tested();
  ReleaseRecord record = life.record();
  schema::evolve_unknown(record, {kRobb, 5, 42});
  EXPECT_EQ(record.unknown_events, 1U);
  EXPECT_EQ(record.events, life.record().events + 1);
  EXPECT_EQ(record.newest->position, 42U);
  record.unknown_events = 0;
  record.events = life.record().events;
  record.newest = std::make_unique<schema::Mark>(*life.record().newest);
  EXPECT_TRUE(record == life.record());
}

TEST(Record, SurvivesPackingAtEveryMomentOfItsLife) {
  const Life whole = Life()
                         .started()
                         .tested()
                         .signed_off()
                         .bugs_found(1)
                         .waived("bug-check")
                         .notes()
                         .published()
                         .announced()
                         .completed();
  Life life;
  for (const schema::Event& event : whole.events()) {
    life.add(event);
    const auto read = schema::unpack_record(schema::pack(life.record()));
    ASSERT_TRUE(read.has_value());
    EXPECT_TRUE(*read == life.record()) << schema::type_name(event);
  }
}

TEST(Record, IsNotReadFromBytesThatAreNone) {
  EXPECT_FALSE(schema::unpack_record(""));
  EXPECT_FALSE(schema::unpack_record("not a record at all"));
  const std::string packed = schema::pack(Life().started().tested().record());
  for (std::size_t size = 0; size + 8 < packed.size(); size += 7) {
    EXPECT_FALSE(schema::unpack_record(packed.substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace schema_tests
