// Runs die at every moment of what they do at GitHub; typed again they find
// what was done and do the rest.

#include <signal.h>

#include "tests/e2e/github_fixture.h"

namespace e2e {
namespace {

using ::testing::HasSubstr;

// What is done, and which request and events are its own.
struct Effect {
  std::string method;
  std::string path;
  int intent;  // the nth event of the run
};

// In one run from notes to page. Nothing but the two reviews comes before
// those that follow.
const std::vector<Effect> kEffects = {
    {"POST", "/repos/acme/sim/pulls", 3},
    {"PUT", "/repos/acme/sim/pulls/412/merge", 3},
    {"POST", "/repos/acme/sim/releases", 9}};

enum Moment {
  kBeforeTheRequest,
  kAfterItWasSent,
  kBeforeItWasAnswered,
  kBeforeTheAppend,
  kAfterTheAppend,
  kMoments
};

class DeathAtGitHub : public GitHubTest,
                      public ::testing::WithParamInterface<int> {
 protected:
  const Effect& effect() const {
    return kEffects[static_cast<std::size_t>(GetParam() / kMoments)];
  }
  Moment moment() const { return static_cast<Moment>(GetParam() % kMoments); }

  // To where the effect is the next thing that a run does.
  void reach() const {
    if (effect().path.ends_with("/pulls")) {
      reach_tested();
      return;
    }
    reach_opened();
    both_approve();
  }

  void die_at_append(const std::string& variable, int nth) const {
    const Ended ended = release({}, {{variable, std::to_string(nth)}});
    EXPECT_EQ(ended.signal, SIGKILL) << shown(ended);
  }

  void die() const {
    switch (moment()) {
      case kBeforeTheRequest:
        return die_at_append("RELEASE_LEDGER_TEST_KILL_AFTER_EVENT",
                             effect().intent);
      case kAfterItWasSent:
        return die_while_it_answers(effect().method, effect().path, false);
      case kBeforeItWasAnswered:
        return die_while_it_answers(effect().method, effect().path, true);
      case kBeforeTheAppend:
        return die_at_append("RELEASE_LEDGER_TEST_KILL_BEFORE_EVENT",
                             effect().intent + 1);
      case kAfterTheAppend:
        return die_at_append("RELEASE_LEDGER_TEST_KILL_AFTER_EVENT",
                             effect().intent + 1);
      case kMoments:
        break;
    }
  }
};

TEST_P(DeathAtGitHub, LeavesOneOfEachWhenItIsTypedAgain) {
  reach();
  die();
  Ended ended = release();
  if (effect().path.ends_with("/pulls")) {
    EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
    both_approve();
    ended = release();
  }
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  expect_released_once();
  const auto opened = support::of_type(history(), "PullRequestOpened");
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_EQ(opened[0]["data"]["adopted"], false);
}

INSTANTIATE_TEST_SUITE_P(EveryMoment,
                         DeathAtGitHub,
                         ::testing::Range(0, 3 * int{kMoments}));

// The text of what is open is written anew when there is other evidence.
class DeathWhileEditing : public GitHubTest,
                          public ::testing::WithParamInterface<bool> {};

TEST_P(DeathWhileEditing, LeavesTheNewTextWhenItIsTypedAgain) {
  reach_opened();
  record_other_evidence();
  die_while_it_answers("PATCH", "/repos/acme/sim/pulls/412", GetParam());
  EXPECT_EQ(release().exit_code, kWaiting);
  EXPECT_THAT(pull()["body"].get<std::string>(), HasSubstr("42123"));
  both_approve();
  EXPECT_EQ(release().exit_code, kDone);
  expect_released_once();
}

INSTANTIATE_TEST_SUITE_P(BeforeAndAfterItWasDone,
                         DeathWhileEditing,
                         ::testing::Bool());

class LostAtGitHub : public GitHubTest,
                     public ::testing::WithParamInterface<int> {};

// Nobody died, but an answer did not come: looked up, not asked again.
TEST_P(LostAtGitHub, IsLookedUp) {
  const Effect& effect = kEffects[static_cast<std::size_t>(GetParam())];
  reach_tested();
  fake_.set_rules(json::array({{{"method", effect.method},
                                {"path", effect.path},
                                {"times", json::array({1})},
                                {"after", true},
                                {"fault", "drop"}}}));
  EXPECT_EQ(release().exit_code, kWaiting);
  both_approve();
  const Ended ended = release();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  expect_released_once();
  EXPECT_EQ(fake_.requests(effect.method, effect.path).size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(EveryEffect, LostAtGitHub, ::testing::Range(0, 3));

}  // namespace
}  // namespace e2e
