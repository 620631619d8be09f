// What a record means: states of the release and its steps, and what is next.

#include "schema/release/assess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/schema/life.h"

namespace schema_tests {
namespace {

using schema::Assessment;
using schema::Step;
using schema::StepState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Assessment assess(const Life& life) {
  return schema::assess(life.record(), evidence_digest(life.record()));
}

const schema::StepAssessment& step(const Assessment& assessment, Step which) {
  return assessment.steps[static_cast<std::size_t>(which)];
}

// The five states, in words.
std::vector<std::string> states(const Life& life) {
  std::vector<std::string> result;
  for (const schema::StepAssessment& s : assess(life).steps) {
    result.emplace_back(schema::word(s.state));
  }
  return result;
}

Life& fail_release(Life& life) {
  schema::StepFailed failed;
  failed.step = "release";
  failed.candidate = life.newest().number;
  failed.attempt = life.record().step_failures + 1;
  failed.reason = "stable-diverged";
  failed.detail = "stable holds other changes";
  return life.add(failed);
}

TEST(Assess, WordsOfStepsRoundTrip) {
  for (const Step each : schema::kSteps) {
    EXPECT_EQ(schema::parse_step(schema::word(each)), each);
  }
  EXPECT_FALSE(schema::parse_step("prepare"));
  EXPECT_FALSE(schema::parse_step(""));
}

TEST(Assess, ARecordOfNothingHasNothingDone) {
  const Assessment assessment = assess(Life());
  EXPECT_EQ(assessment.state, "in_progress");
  EXPECT_THAT(
      states(Life()),
      ElementsAre("pending", "pending", "pending", "pending", "pending"));
  EXPECT_THAT(assessment.validations, IsEmpty());
}

TEST(Assess, WalksThroughALife) {
  Life life = Life().started();
  EXPECT_EQ(assess(life).next, "release-ledger --step prepare-branch");
  life.branch_intended('a');
  EXPECT_THAT(
      states(life),
      ElementsAre("running", "pending", "pending", "pending", "pending"));
  life.candidate('a');
  EXPECT_EQ(assess(life).next, "release-ledger --step bug-check");
  life.bugs_confirmed();
  EXPECT_EQ(assess(life).next, "release-ledger --step workflow-tests");
  life.running("smoke");
  EXPECT_THAT(states(life),
              ElementsAre("done", "done", "running", "pending", "pending"));
  life.measured("smoke", 41'000);
  EXPECT_EQ(assess(life).next, "release-ledger --step release");
  EXPECT_EQ(assess(life).state, "in_progress");
  life.notes();
  EXPECT_THAT(states(life),
              ElementsAre("done", "done", "done", "waiting", "pending"));
  EXPECT_EQ(assess(life).state, "waiting");
  life.signed_off();
  EXPECT_THAT(states(life),
              ElementsAre("done", "done", "done", "pending", "pending"));
  EXPECT_EQ(assess(life).state, "in_progress");
  life.publishing();
  EXPECT_THAT(states(life),
              ElementsAre("done", "done", "done", "running", "pending"));
  life.published();
  EXPECT_EQ(assess(life).next, "release-ledger --step announce");
  life.announced();
  EXPECT_EQ(assess(life).state, "waiting");
  life.completed();
  EXPECT_THAT(states(life),
              ElementsAre("done", "done", "done", "done", "done"));
  EXPECT_EQ(assess(life).state, "released");
  EXPECT_EQ(assess(life).next, "");
}

TEST(Assess, WaitsForAWordOnBugs) {
  const Assessment a = assess(Life().started().candidate('a').bugs_doubted());
  EXPECT_EQ(a.state, "waiting");
  ASSERT_EQ(a.waiting_for.size(), 1U);
  EXPECT_EQ(a.waiting_for[0].gate, "bug-check");
  EXPECT_EQ(a.waiting_for[0].what, "no tracker is configured");
  EXPECT_EQ(a.next, a.waiting_for[0].command);
  EXPECT_THAT(a.next, HasSubstr("--confirm-bugs"));
}

TEST(Assess, WaitsForTheApproversWhoCanStillHelp) {
  Life life = Life().started().tested().notes();
  Assessment a = assess(life);
  ASSERT_EQ(a.waiting_for.size(), 1U);
  EXPECT_EQ(a.waiting_for[0].gate, "approvals");
  EXPECT_EQ(a.waiting_for[0].what, "0 of 2 approvals");
  EXPECT_EQ(a.waiting_for[0].who,
            "release-manager: Robb, Sam; technical-lead: Jack, Kim");
  EXPECT_EQ(a.next, "release-ledger approve 1.4.0 --role release-manager");
}

TEST(Assess, WaitsForAWordOnTheAnnouncement) {
  const Assessment a =
      assess(Life().started().tested().notes().published().announced());
  ASSERT_EQ(a.waiting_for.size(), 1U);
  EXPECT_EQ(a.waiting_for[0].gate, "announce");
  EXPECT_THAT(a.next, HasSubstr("--confirm-announced"));
}

TEST(Assess, FailsWhereAGateSaidNo) {
  EXPECT_EQ(assess(Life().started().candidate('a').bugs_found(2)).state,
            "failed");
  EXPECT_EQ(assess(Life().started().candidate('a').bugs_confirmed().measured(
                       "smoke", 1))
                .state,
            "failed");
  Life refused = Life().started().tested().notes();
  fail_release(refused);
  EXPECT_EQ(assess(refused).state, "failed");
  EXPECT_EQ(step(assess(refused), Step::kRelease).detail,
            "stable holds other changes");
  // The step alone would be refused again.
  EXPECT_THAT(assess(refused).next,
              testing::Ne("release-ledger --step release"));
}

TEST(Assess, KeepsWhoFailedAStepWhateverFollows) {
  Life life = Life().started().tested().notes();
  life.by(kRobb);
  fail_release(life).by(kJack).approved(kJack, "technical-lead");
  const Assessment a = assess(life);
  EXPECT_EQ(step(a, Step::kRelease).mark->by, kRobb);
}

TEST(Assess, AFailureEndsWithItsCandidate) {
  Life life = Life().started().tested().notes();
  fail_release(life).candidate('b');
  EXPECT_EQ(step(assess(life), Step::kRelease).state, StepState::kPending);
  EXPECT_EQ(assess(life).state, "in_progress");
}

TEST(Assess, ANewCandidateBeginsAfterItsBranch) {
  Life life = Life().started().tested().signed_off();
  life.branch_intended('b');
  EXPECT_EQ(assess(life).next, "release-ledger --step prepare-branch");
  life.candidate('b');
  EXPECT_THAT(states(life),
              ElementsAre("done", "pending", "pending", "pending", "pending"));
}

TEST(Assess, SaysWhenAndByWhomAStepWasDone) {
  const Life life = Life()
                        .started()
                        .by(kJack)
                        .candidate('a')
                        .by(kRobb)
                        .bugs_confirmed()
                        .by(kAnn)
                        .measured("smoke", 41'000);
  const Assessment a = assess(life);
  EXPECT_EQ(step(a, Step::kPrepareBranch).mark->by, kJack);
  EXPECT_EQ(step(a, Step::kPrepareBranch).detail,
            "staging/v1.4.0-rc1 at aaaaaaaaaaaa");
  EXPECT_EQ(step(a, Step::kBugCheck).mark->by, kRobb);
  EXPECT_EQ(step(a, Step::kWorkflowTests).mark->position,
            life.record().events - 1);
  EXPECT_EQ(step(a, Step::kWorkflowTests).detail, "1 of 1 passed");
}

TEST(Assess, EndsAsItWasEnded) {
  schema::ReleaseAbandoned abandoned;
  abandoned.reason = "superseded";
  Life left = Life().started().tested().notes().add(abandoned);
  EXPECT_EQ(assess(left).state, "abandoned");
  EXPECT_EQ(assess(left).next, "");
  EXPECT_THAT(assess(left).waiting_for, IsEmpty());

  schema::ReleaseYanked yanked;
  yanked.reason = "broken";
  Life pulled =
      Life().started().tested().notes().published().announced().completed();
  EXPECT_EQ(assess(pulled.add(yanked)).state, "yanked");
}

TEST(Assess, SaysWhatMakesAPassLessPlain) {
  const auto note = [](const schema::ValidationCompleted& result) {
    return schema::assess_validations(
               Life().started().candidate('a').result(result).record())
        .front()
        .note;
  };
  schema::ValidationCompleted result;
  result.name = "smoke";
  result.outcome = schema::Outcome::passed;
  EXPECT_EQ(note(result), "");
  result.checks.resize(2);
  result.checks[0].warned = true;
  EXPECT_EQ(note(result), "1 warning");
  result.checks[1].warned = true;
  result.recorded = true;
  EXPECT_EQ(note(result), "ran elsewhere, 2 warnings");
}

TEST(Assess, EvidenceNamesTheBaselineOfAVerdict) {
  schema::ValidationCompleted result;
  result.name = "smoke";
  result.outcome = schema::Outcome::passed;
  schema::Check& check = result.checks.emplace_back();
  check.key = "sps_max";
  check.op = ">=";
  check.actual = 5;
  check.passed = true;
  const auto evidence = [&] {
    return schema::evidence_text(
        Life().started().candidate('a').result(result).record());
  };
  EXPECT_NE(evidence().find("check sps_max >= 5 passed\n"), std::string::npos);
  result.checks[0].baseline_value = 4;
  EXPECT_NE(evidence().find("check sps_max >= 5 passed baseline 4\n"),
            std::string::npos);
}

}  // namespace
}  // namespace schema_tests
