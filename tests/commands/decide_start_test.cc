// Beginning a release, its plan and mode, its announcement and its ends.

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/commands/decide_fixture.h"

namespace commands::decide::start_test {
namespace {

using ::testing::HasSubstr;

Decider start(schema::Mode mode = schema::Mode::quick) {
  return [mode](const ReleaseRecord& record) {
    return start_release(record, {"1.4.0", mode, small_plan()});
  };
}

Decider adopt(const schema::Plan& plan) {
  return [plan](const ReleaseRecord& record) {
    return adopt_plan(record, plan, {});
  };
}

Decider raise(schema::Mode mode) {
  return
      [mode](const ReleaseRecord& record) { return raise_mode(record, mode); };
}

Decider announce() {
  return [](const ReleaseRecord& record) {
    return prepare_announcement(record, {"manual", "", "", "Released 🎉"});
  };
}

Decider confirm() {
  return [](const ReleaseRecord& record) {
    return confirm_announcement(record, {kAnn, "posted"});
  };
}

Decider abandon_it() {
  return
      [](const ReleaseRecord& record) { return abandon(record, "superseded"); };
}

Decider yank_it() {
  return [](const ReleaseRecord& record) { return yank(record, "broken"); };
}

Life released() {
  return Life().started().tested().notes().published();
}

Life announced() {
  return released().announced().completed();
}

Life abandoned() {
  schema::ReleaseAbandoned event;
  event.reason = "superseded";
  return Life().started().tested().add(event);
}

Life yanked(Life life) {
  schema::ReleaseYanked event;
  event.reason = "broken";
  return life.add(event);
}

schema::Plan plan_with_command(const std::string& command) {
  schema::Plan plan = small_plan();
  plan.validations[0].command = {command};
  seal(plan);
  return plan;
}

TEST(DecideStart, RecordsTheModeAndThePlan) {
  given(Life()).when(start()).then_once(
      {{"ReleaseStarted", {{"version", "1.4.0"}, {"mode", "quick"}}},
       {"PlanRecorded",
        {{"digest", small_plan().digest},
         {"attempt", 1},
         {"changed", nlohmann::json::array()}}}},
      "name-used");
}

TEST(DecideStart, RefusesANameThatWasUsed) {
  const When again = given(Life().started()).when(start());
  again.then_refused("name-used", ErrorCode::kConflict);
  EXPECT_THAT(again.message(), HasSubstr("by " + kAnn));
  given(abandoned())
      .when(start())
      .then_refused("name-used", ErrorCode::kConflict);
}

TEST(DecidePlan, IsNotRecordedAgainUnchanged) {
  given(Life().started()).when(adopt(small_plan())).then_nothing();
}

TEST(DecidePlan, IsRecordedWithWhatChanged) {
  given(Life().started())
      .when(adopt(plan_with_bound(25'000)))
      .then({{"PlanRecorded",
              {{"attempt", 2},
               {"digest", plan_with_bound(25'000).digest},
               {"changed",
                {"validation smoke: sps_max >= 30000 is now >= 25000"}}}}});
}

TEST(DecidePlan, IsNumberedOnWhenAnEarlierOneReturns) {
  given(Life().started().plan_changed(plan_with_bound(10)))
      .when(adopt(small_plan()))
      .then({{"PlanRecorded", {{"attempt", 3}}}});
}

TEST(DecidePlan, JudgesAgainWhereOnlyABoundMoved) {
  given(Life().started().candidate('a').measured("smoke", 26'000))
      .when(adopt(plan_with_bound(25'000)))
      .then({{"PlanRecorded", {{"attempt", 2}}},
             {"ValidationRejudged",
              {{"name", "smoke"},
               {"attempt", 1},
               {"candidate", 1},
               {"commit", commit('a')},
               {"outcome", "passed"},
               {"judgement", 1},
               {"previous_digest", small_plan().validations[0].digest},
               {"digest", plan_with_bound(25'000).validations[0].digest}}}});
}

TEST(DecidePlan, JudgesAPassAgainToo) {
  given(Life().started().tested())
      .when(adopt(plan_with_bound(50'000)))
      .then({{"PlanRecorded", {}},
             {"ValidationRejudged", {{"outcome", "failed"}}}});
}

TEST(DecidePlan, NumbersTheJudgementsOfAnAttempt) {
  given(Life()
            .started()
            .tested()
            .plan_changed(plan_with_bound(10))
            .rejudged("smoke"))
      .when(adopt(plan_with_bound(20)))
      .then({{"PlanRecorded", {{"attempt", 3}}},
             {"ValidationRejudged", {{"attempt", 1}, {"judgement", 2}}}});
}

TEST(DecidePlan, JudgesWhatAnEarlierRunWasKilledBefore) {
  given(Life().started().tested().plan_changed(plan_with_bound(10)))
      .when(adopt(plan_with_bound(10)))
      .then({{"ValidationRejudged", {{"outcome", "passed"}}}});
}

TEST(DecidePlan, DoesNotJudgeWhatWouldRunDifferently) {
  given(Life().started().tested())
      .when(adopt(plan_with_command("./other")))
      .then({{"PlanRecorded", {}}});
}

TEST(DecidePlan, DoesNotJudgeWhatDidNotEndByItself) {
  for (const schema::Outcome outcome : {schema::Outcome::errored,
                                        schema::Outcome::timed_out,
                                        schema::Outcome::cancelled,
                                        schema::Outcome::inconclusive}) {
    given(Life().started().candidate('a').ended("smoke", outcome, 0))
        .when(adopt(plan_with_bound(0)))
        .then({{"PlanRecorded", {}}});
  }
}

TEST(DecidePlan, DoesNotJudgeWhileAnAttemptIsOpen) {
  given(Life().started().tested().running("smoke"))
      .when(adopt(plan_with_bound(10)))
      .then({{"PlanRecorded", {}}});
}

TEST(DecidePlan, NeverPassesABadExitCode) {
  given(Life().started().candidate('a').ended(
            "smoke", schema::Outcome::failed, 3))
      .when(adopt(plan_with_bound(10)))
      .then({{"PlanRecorded", {}},
             {"ValidationRejudged", {{"outcome", "failed"}}}});
}

TEST(DecidePlan, DoesNotJudgeForAnEarlierCandidate) {
  given(Life().started().tested().candidate('b'))
      .when(adopt(plan_with_bound(10)))
      .then({{"PlanRecorded", {}}});
}

TEST(DecidePlan, StandsStillOnceTheReleaseIsBeingPublished) {
  for (const Life& life :
       std::vector<Life>{Life().started().tested().notes().publishing(),
                         released(),
                         announced(),
                         abandoned()}) {
    given(life).when(adopt(plan_with_bound(10))).then_nothing();
  }
}

TEST(DecideMode, IsRaisedOnceAndNeverLowered) {
  given(Life().started())
      .when(raise(schema::Mode::comprehensive))
      .then({{"ModeRaised", {{"mode", "comprehensive"}}}});
  given(Life().started()).when(raise(schema::Mode::quick)).then_nothing();
  given(Life().started().raised())
      .when(raise(schema::Mode::quick))
      .then_nothing();
}

TEST(DecideMode, StandsStillOnceTheReleaseIsBeingPublished) {
  for (const Life& life :
       std::vector<Life>{Life().started().tested().notes().publishing(),
                         released(),
                         announced(),
                         abandoned()}) {
    given(life).when(raise(schema::Mode::comprehensive)).then_nothing();
  }
}

TEST(DecideAnnouncement, NeedsAPushedTag) {
  given(Life().started().tested().notes().publishing())
      .when(announce())
      .then_refused("not-released");
  given(Life().started().tested()).when(confirm()).then_refused("not-released");
  given(Life())
      .when(announce())
      .then_refused("no-such-release", ErrorCode::kNotFound);
  given(released())
      .when(announce())
      .then({{"AnnouncementPrepared",
              {{"channel", "manual"}, {"text", "Released 🎉"}}}});
}

TEST(DecideAnnouncement, CompletesTheReleaseOnAPersonsWord) {
  given(released().announced())
      .when(confirm())
      .then({{"AnnouncementPosted",
              {{"channel", "manual"}, {"reason", "posted"}}},
             {"ReleaseCompleted",
              {{"tag", "v1.4.0"},
               {"commit", commit('a')},
               {"merge_commit", commit('8')}}}});
}

TEST(DecideAnnouncement, HappensOnce) {
  given(released().announced()).when(announce()).then_nothing();
  given(announced()).when(announce()).then_nothing();
  given(announced()).when(confirm()).then_nothing();
}

TEST(DecideAnnouncement, IsRefusedForWhatWasYanked) {
  given(yanked(released())).when(announce()).then_refused("release-ended");
  given(yanked(released().announced()))
      .when(confirm())
      .then_refused("release-ended");
  given(yanked(announced())).when(announce()).then_refused("release-ended");
}

TEST(DecideAbandon, EndsWhatIsNotPublished) {
  given(Life().started())
      .when(abandon_it())
      .then({{"ReleaseAbandoned", {{"reason", "superseded"}}}});
  given(Life().started().tested().notes().publishing().refused())
      .when(abandon_it())
      .then({{"ReleaseAbandoned", {}}});
}

TEST(DecideAbandon, IsRefusedWhereATagMayBeOut) {
  given(Life().started().tested().notes().publishing())
      .when(abandon_it())
      .then_refused("already-published");
  const When out = given(released()).when(abandon_it());
  out.then_refused("already-published");
  EXPECT_THAT(out.hint(), HasSubstr("yank"));
}

TEST(DecideAbandon, IsRefusedForWhatHasEnded) {
  given(Life())
      .when(abandon_it())
      .then_refused("no-such-release", ErrorCode::kNotFound);
  given(announced()).when(abandon_it()).then_refused("already-published");
  given(yanked(released())).when(abandon_it()).then_refused("release-ended");
  given(abandoned()).when(abandon_it()).then_nothing();
}

TEST(DecideYank, MarksWhatIsPublished) {
  given(released())
      .when(yank_it())
      .then({{"ReleaseYanked", {{"reason", "broken"}}}});
  given(announced()).when(yank_it()).then({{"ReleaseYanked", {}}});
  given(yanked(announced())).when(yank_it()).then_nothing();
}

TEST(DecideYank, IsRefusedForWhatIsNotPublished) {
  given(Life()).when(yank_it()).then_refused("no-such-release",
                                             ErrorCode::kNotFound);
  const When not_out = given(Life().started().tested()).when(yank_it());
  not_out.then_refused("not-released");
  EXPECT_THAT(not_out.hint(), HasSubstr("abandon"));
  given(abandoned()).when(yank_it()).then_refused("not-released");
}

}  // namespace
}  // namespace commands::decide::start_test
