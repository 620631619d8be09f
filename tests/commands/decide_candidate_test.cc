// A candidate's branch and the bug check.

#include <gmock/gmock.h>

#include "tests/commands/decide_fixture.h"

namespace commands::decide::candidate_test {
namespace {

using ::testing::HasSubstr;

PlanBranch branch(std::uint32_t candidate, char letter) {
  return {fmt::format("staging/v1.4.0-rc{}", candidate),
          commit(letter),
          candidate,
          "origin"};
}

Decider intend(const PlanBranch& command) {
  return [command](const ReleaseRecord& record) {
    return plan_branch(record, command);
  };
}

Decider observe(const PlanBranch& command, bool adopted = false) {
  return [command, adopted](const ReleaseRecord& record) {
    return observe_branch(record, command, adopted);
  };
}

Decider doubt(const std::string& reason = "no tracker is configured") {
  return [reason](const ReleaseRecord& record) {
    return doubt_bug_check(record, reason, {});
  };
}

Decider confirm() {
  return [](const ReleaseRecord& record) {
    return confirm_bugs(record, {kAnn, "looked"});
  };
}

Life abandoned() {
  return Life().started().tested().add(schema::ReleaseAbandoned());
}

TEST(DecideBranch, IsIntendedBeforeItIsMade) {
  given(Life().started())
      .when(intend(branch(1, 'a')))
      .then({{"BranchCreationStarted",
              {{"branch", "staging/v1.4.0-rc1"},
               {"commit", commit('a')},
               {"candidate", 1},
               {"remote", "origin"}}}});
}

TEST(DecideBranch, IsObservedOnce) {
  given(Life().started().branch_intended('a'))
      .when(observe(branch(1, 'a')))
      .then({{"BranchCreated",
              {{"branch", "staging/v1.4.0-rc1"},
               {"commit", commit('a')},
               {"candidate", 1},
               {"adopted", false}}}});
  given(Life().started())
      .when(observe(branch(1, 'a'), true))
      .then({{"BranchCreated", {{"adopted", true}}}});
}

TEST(DecideBranch, CanBeTheNextCandidates) {
  given(Life().started().tested())
      .when(intend(branch(2, 'b')))
      .then({{"BranchCreationStarted", {{"candidate", 2}}}});
  given(Life().started().tested().branch_intended('b'))
      .when(observe(branch(2, 'b')))
      .then({{"BranchCreated", {{"candidate", 2}}}});
}

TEST(DecideBranch, OfAReplacedCandidateIsNoNews) {
  given(Life().started().candidate('a').candidate('b'))
      .when(observe(branch(1, 'a')))
      .then_nothing();
}

TEST(DecideBranch, IsRefusedOnceTheReleaseIsBeingPublished) {
  given(Life().started().tested().notes().publishing())
      .when(intend(branch(2, 'b')))
      .then_refused("already-published");
  given(Life().started().tested().notes().published())
      .when(intend(branch(2, 'b')))
      .then_refused("already-published");
}

TEST(DecideBranch, IsRefusedForWhatIsNotInProgress) {
  given(Life())
      .when(intend(branch(1, 'a')))
      .then_refused("no-such-release", ErrorCode::kNotFound);
  given(Life())
      .when(observe(branch(1, 'a')))
      .then_refused("no-such-release", ErrorCode::kNotFound);
  given(abandoned()).when(intend(branch(2, 'b'))).then_refused("release-ended");
}

TEST(DecideEnded, SaysHow) {
  EXPECT_THAT(given(abandoned()).when(checks(require_unfinished)).message(),
              HasSubstr("1.4.0 is abandoned"));
  const Life done =
      Life().started().tested().notes().published().announced().completed();
  EXPECT_THAT(given(done).when(checks(require_unfinished)).message(),
              HasSubstr("is released"));
  EXPECT_THAT(given(Life(done).add(schema::ReleaseYanked()))
                  .when(checks(require_unfinished))
                  .message(),
              HasSubstr("is yanked"));
}

TEST(DecideBugCheck, ADoubtIsOnRecordOncePerReason) {
  given(Life().started().candidate('a'))
      .when(doubt())
      .then({{"BugCheckInconclusive",
              {{"candidate", 1},
               {"commit", commit('a')},
               {"attempt", 1},
               {"reason", "no tracker is configured"}}}});
  given(Life().started().candidate('a').bugs_doubted())
      .when(doubt("the tracker is unreachable"))
      .then({{"BugCheckInconclusive", {{"attempt", 2}}}});
}

TEST(DecideBugCheck, ADoubtTakesNothingBack) {
  given(Life().started().candidate('a').bugs_found(1))
      .when(doubt())
      .then_nothing();
  given(Life().started().candidate('a').bugs_confirmed())
      .when(doubt())
      .then_nothing();
}

// The tracker's answers.
const BugQuestion kQuestion{"Asana", "open tasks of project 42"};

Decider find_bug(const std::string& title) {
  return [title](const ReleaseRecord& record) {
    schema::Bug bug;
    bug.title = title;
    return find_bugs(record, kQuestion, {bug});
  };
}

Decider clear() {
  return [](const ReleaseRecord& record) {
    return clear_bugs(record, kQuestion, "none is open");
  };
}

TEST(DecideBugCheck, IsAnsweredByATracker) {
  given(Life().started().candidate('a'))
      .when(clear())
      .then({{"BugCheckPassed",
              {{"candidate", 1},
               {"commit", commit('a')},
               {"attempt", 1},
               {"source", "Asana"},
               {"query", "open tasks of project 42"},
               {"detail", "none is open"}}}});
  given(Life().started().candidate('a').bugs_doubted())
      .when(find_bug("it crashes"))
      .then({{"BugCheckFailed", {{"attempt", 2}, {"source", "Asana"}}}});
}

TEST(DecideBugCheck, IsAnsweredAgainOnlyWhereTheAnswerIsAnother) {
  given(Life().started().candidate('a').bugs_found(1))
      .when(find_bug("another one"))
      .then({{"BugCheckFailed", {{"attempt", 2}}}});
  given(Life().started().candidate('a').bugs_found(2))
      .when(clear())
      .then({{"BugCheckPassed", {{"attempt", 2}}}});
  given(Life().started().candidate('a').bugs_confirmed())
      .when(clear())
      .then_nothing();
}

TEST(DecideSending, IsDoneOnceForTheSameValues) {
  Life life = Life().started().candidate('a');
  const Decision intent = start_sending(life.record(), "datadog", "d1");
  ASSERT_TRUE(intent);
  life.add(intent->front());
  EXPECT_FALSE(is_sent(life.record(), "datadog", "d1"));
  const Decision failed =
      observe_not_sent(life.record(), "datadog", "service-failed", "503");
  life.add(failed->front());
  EXPECT_FALSE(is_sent(life.record(), "datadog", "d1"));
  const Decision again = start_sending(life.record(), "datadog", "d1");
  life.add(again->front());
  EXPECT_EQ(std::get<schema::MetricsSendingStarted>(again->front()).attempt,
            2U);
  const Decision sent = observe_sent(life.record(), "datadog", 3);
  life.add(sent->front());
  EXPECT_TRUE(is_sent(life.record(), "datadog", "d1"));
  EXPECT_FALSE(is_sent(life.record(), "datadog", "d2"));
  EXPECT_FALSE(is_sent(life.record(), "prometheus", "d1"));
}

TEST(DecideBugCheck, IsAnsweredByAPerson) {
  given(Life().started().candidate('a').bugs_doubted())
      .when(confirm())
      .then({{"ManualConfirmationGiven",
              {{"step", "bug-check"},
               {"candidate", 1},
               {"commit", commit('a')},
               {"attempt", 1},
               {"by", kAnn},
               {"reason", "looked"}}},
             {"BugCheckPassed",
              {{"attempt", 2},
               {"source", "manual confirmation"},
               {"detail", "confirmed: looked"}}}});
}

TEST(DecideBugCheck, IsAskedAnewForEachCandidate) {
  given(Life().started().tested().candidate('b'))
      .when(confirm())
      .then({{"ManualConfirmationGiven", {{"candidate", 2}, {"attempt", 1}}},
             {"BugCheckPassed", {{"candidate", 2}, {"attempt", 1}}}});
}

TEST(DecideBugCheck, AConfirmationDoesNotOverrideBugsThatWereFound) {
  const When found =
      given(Life().started().candidate('a').bugs_found(3)).when(confirm());
  found.then_refused("bugs-open");
  EXPECT_THAT(found.message(), HasSubstr("3 blocking bugs"));
  EXPECT_THAT(found.hint(), HasSubstr("waive 1.4.0 bug-check"));
}

TEST(DecideBugCheck, HasNothingToAskOnceItIsWaived) {
  given(Life().started().candidate('a').bugs_found(3).waived("bug-check"))
      .when(confirm())
      .then_nothing();
}

TEST(DecideBugCheck, NeedsACandidate) {
  given(Life().started()).when(doubt()).then_refused("no-candidate");
  given(Life().started()).when(confirm()).then_refused("no-candidate");
  given(Life()).when(confirm()).then_refused("no-such-release",
                                             ErrorCode::kNotFound);
  given(abandoned()).when(confirm()).then_refused("release-ended");
}

}  // namespace
}  // namespace commands::decide::candidate_test
