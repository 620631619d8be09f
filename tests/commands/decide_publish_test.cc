// The release step: its gates, notes and publication.

#include <gmock/gmock.h>

#include "tests/commands/decide_fixture.h"

namespace commands::decide::publish_test {
namespace {

using ::testing::HasSubstr;

Decider prepare_the_notes() {
  schema::ReleaseNotesPrepared intent;
  intent.commit = commit('7');
  intent.parent = commit('a');
  intent.path = "release-notes/v1.4.0.md";
  intent.digest = "of the text";
  return [intent](const ReleaseRecord& record) {
    return prepare_notes(record, intent);
  };
}

Decider prepare_the_publication() {
  schema::PublicationPrepared intent;
  intent.stable_branch = "stable";
  intent.stable_before = commit('0');
  intent.merge_commit = commit('8');
  intent.tag = "v1.4.0";
  intent.tag_object = commit('9');
  intent.remote = "origin";
  return [intent](const ReleaseRecord& record) {
    return prepare_publication(record, intent);
  };
}

Decider refuse(const std::string& reason = "stable-moved") {
  return [reason](const ReleaseRecord& record) {
    return refuse_publication(record, reason, "it moved");
  };
}

Decider fail_release(const std::string& reason) {
  return [reason](const ReleaseRecord& record) {
    return fail_step(record, schema::Step::kRelease, reason, "detail");
  };
}

Life tested() {
  return Life().started().tested();
}

Life signed_off() {
  return tested().notes().signed_off();
}

TEST(DecideGates, NameEveryOpenOne) {
  const When held = given(Life().started()).when(checks(require_gates));
  held.then_refused("gate-not-passed");
  EXPECT_THAT(held.message(), HasSubstr("3 open gates"));
  EXPECT_THAT(held.message(), HasSubstr("bug-check"));
  EXPECT_THAT(held.message(), HasSubstr("smoke is pending"));
  EXPECT_THAT(held.hint(), HasSubstr("explain 1.4.0"));
  given(tested()).when(checks(require_gates)).then_nothing();
}

TEST(DecideApprovals, SayWhoIsStillMissing) {
  const When held = given(tested().approved(kJack, "technical-lead"))
                        .when(checks(require_approvals));
  held.then_refused("approvals-missing", ErrorCode::kWaiting);
  EXPECT_THAT(held.message(), HasSubstr("1 of 2 approvals"));
  EXPECT_THAT(held.hint(),
              HasSubstr("--role release-manager, or: release-ledger approve"));
  given(signed_off()).when(checks(require_approvals)).then_nothing();
}

// Notes of the evidence as it is, pushed but not yet seen.
Life with_open_notes(Life life) {
  schema::ReleaseNotesPrepared prepared;
  prepared.candidate = 1;
  prepared.commit = commit('7');
  prepared.path = "n.md";
  prepared.branch = "staging/v1.4.0-rc1";
  prepared.digest = "of the text";
  prepared.attempt = life.newest().notes ? life.newest().notes->attempt + 1 : 1;
  prepared.evidence_digest = evidence_digest(life.record());
  return life.add(prepared);
}

TEST(DecideNotes, AreIntendedForTheEvidenceAsItIs) {
  given(tested())
      .when(prepare_the_notes())
      .then({{"ReleaseNotesPrepared",
              {{"candidate", 1},
               {"commit", commit('7')},
               {"parent", commit('a')},
               {"path", "release-notes/v1.4.0.md"},
               {"branch", "staging/v1.4.0-rc1"},
               {"digest", "of the text"},
               {"attempt", 1},
               {"evidence_digest", evidence_digest(tested().record())}}}});
}

TEST(DecideNotes, AreSeenOnce) {
  given(with_open_notes(tested()))
      .when(observe_notes)
      .then({{"ReleaseNotesWritten",
              {{"candidate", 1},
               {"commit", commit('7')},
               {"path", "n.md"},
               {"branch", "staging/v1.4.0-rc1"},
               {"digest", "of the text"},
               {"adopted", false},
               {"attempt", 1},
               {"evidence_digest", evidence_digest(tested().record())}}}});
  given(tested().notes()).when(observe_notes).then_nothing();
}

TEST(DecideNotes, AreWrittenAnewWhenTheEvidenceHasChanged) {
  const Life changed = tested().notes().measured("smoke", 42'000);
  EXPECT_TRUE(notes_are_current(tested().notes().record()));
  EXPECT_TRUE(notes_are_current(tested().notes().signed_off().record()));
  EXPECT_FALSE(notes_are_current(changed.record()));
  EXPECT_FALSE(notes_are_current(tested().record()));
  given(tested().notes()).when(prepare_the_notes()).then_nothing();
  given(changed)
      .when(prepare_the_notes())
      .then({{"ReleaseNotesPrepared",
              {{"attempt", 2},
               {"evidence_digest", evidence_digest(changed.record())}}}});
  given(with_open_notes(changed))
      .when(observe_notes)
      .then({{"ReleaseNotesWritten", {{"attempt", 2}}}});
}

// Else a killed run would leave two commits on the staging branch.
TEST(DecideNotes, ThatWereIntendedAreSeenBeforeOthersAreMade) {
  const Life open = with_open_notes(tested());
  EXPECT_TRUE(notes_are_open(open.newest()));
  EXPECT_FALSE(notes_are_open(tested().notes().newest()));
  given(Life(open).measured("smoke", 42'000))
      .when(prepare_the_notes())
      .then_nothing();
}

TEST(DecideNotes, NeedTheGates) {
  given(Life().started().candidate('a'))
      .when(prepare_the_notes())
      .then_refused("gate-not-passed");
  given(tested().add(schema::ReleaseAbandoned()))
      .when(prepare_the_notes())
      .then_refused("release-ended");
  given(Life())
      .when(prepare_the_notes())
      .then_refused("no-such-release", ErrorCode::kNotFound);
}

TEST(DecidePublication, IsIntendedWithTheIdsOfWhatIsPushed) {
  given(signed_off())
      .when(prepare_the_publication())
      .then({{"PublicationPrepared",
              {{"candidate", 1},
               {"attempt", 1},
               {"stable_branch", "stable"},
               {"stable_before", commit('0')},
               {"merge_commit", commit('8')},
               {"tag", "v1.4.0"},
               {"tag_object", commit('9')},
               {"remote", "origin"}}}});
}

TEST(DecidePublication, NeedsGatesAndApprovals) {
  given(Life().started().candidate('a'))
      .when(prepare_the_publication())
      .then_refused("gate-not-passed");
  given(tested().notes())
      .when(prepare_the_publication())
      .then_refused("approvals-missing", ErrorCode::kWaiting);
}

// What happened beside the run is decided on again before anything is pushed.
TEST(DecidePublication, IsRefusedWhenEvidenceOrSignaturesFellAway) {
  given(signed_off().measured("smoke", 1))
      .when(prepare_the_publication())
      .then_refused("gate-not-passed");
  given(signed_off().measured("smoke", 42'000))
      .when(prepare_the_publication())
      .then_refused("approvals-missing", ErrorCode::kWaiting);
  given(signed_off().revoked(kJack, "technical-lead"))
      .when(prepare_the_publication())
      .then_refused("approvals-missing", ErrorCode::kWaiting);
  given(signed_off().add(schema::ReleaseAbandoned()))
      .when(prepare_the_publication())
      .then_refused("release-ended");
}

TEST(DecidePublication, ThatWasRefusedIsNumberedOn) {
  given(signed_off().publishing())
      .when(refuse())
      .then({{"PublicationRefused",
              {{"candidate", 1},
               {"attempt", 1},
               {"reason", "stable-moved"},
               {"detail", "it moved"}}}});
  given(signed_off().publishing().refused())
      .when(prepare_the_publication())
      .then({{"PublicationPrepared", {{"attempt", 2}}}});
  given(signed_off()).when(refuse()).then_nothing();
}

TEST(DecidePublication, IsSeenAsMergeTagAndPushTogether) {
  given(signed_off().publishing())
      .when(observe_publication)
      .then({{"StableMerged",
              {{"candidate", 1},
               {"branch", "stable"},
               {"commit", commit('8')},
               {"previous", commit('0')},
               {"adopted", false}}},
             {"TagCreated",
              {{"tag", "v1.4.0"},
               {"object", commit('9')},
               {"commit", commit('8')}}},
             {"TagPushed",
              {{"tag", "v1.4.0"},
               {"object", commit('9')},
               {"remote", "origin"}}}});
  given(signed_off().published()).when(observe_publication).then_nothing();
}

TEST(DecideFailure, IsOnRecordOncePerReason) {
  given(signed_off())
      .when(fail_release("tag-exists"))
      .then({{"StepFailed",
              {{"step", "release"},
               {"candidate", 1},
               {"attempt", 1},
               {"reason", "tag-exists"},
               {"detail", "detail"}}}});
  schema::StepFailed failed;
  failed.step = "release";
  failed.candidate = 1;
  failed.attempt = 1;
  failed.reason = "tag-exists";
  failed.detail = "detail";
  given(signed_off().add(failed))
      .when(fail_release("stable-diverged"))
      .then({{"StepFailed", {{"attempt", 2}}}});
  given(signed_off().add(failed).candidate('b'))
      .when(fail_release("tag-exists"))
      .then({{"StepFailed", {{"attempt", 2}, {"candidate", 2}}}});
}

}  // namespace
}  // namespace commands::decide::publish_test
