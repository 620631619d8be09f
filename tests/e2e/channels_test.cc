// Announcements in real channels: each once, whatever fails or dies; a person
// is asked where the service cannot be.

#include <signal.h>

#include "tests/e2e/release_test.h"
#include "tests/support/fake_server.h"

namespace e2e {
namespace {

using support::FakeServer;
using support::Running;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const std::string kRoom = R"([[channel]]
name = "#room"
kind = "discord"
)";
const std::string kTeam = R"([[channel]]
name = "team"
kind = "slack"
)";
const std::string kHook = R"([[channel]]
name = "hook"
kind = "webhook"
)";

const std::string kSecret = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtMjRi";

PlanText plan_with(const std::string& channels) {
  PlanText plan;
  plan.more = channels;
  return plan;
}

class Channels : public ReleaseTest {
 protected:
  explicit Channels(const std::string& channels = kRoom + kTeam + kHook)
      : ReleaseTest(plan_with(channels)),
        fake_("channels", scratch_.root() / "channels") {}

  Environment urls() const {
    return {
        {"DISCORD_WEBHOOK_URL", fake_.url() + "/api/webhooks/111/s3cret-token"},
        {"SLACK_WEBHOOK_URL", fake_.url() + "/services/T/B/s3cret-token"},
        {"RELEASE_WEBHOOK_URL", fake_.url() + "/hook"},
        {"RELEASE_WEBHOOK_SECRET", kSecret}};
  }

  Ended announce(const Arguments& more = {}, Environment with = {}) const {
    with.merge(urls());
    return step("announce", more, with);
  }

  Ended settle(const std::string& channel, const std::string& how) const {
    return rl({"settle", kVersion, channel, how, "--reason", "I looked"});
  }

  // How many messages the service has.
  std::size_t messages(const std::string& kind) const {
    const json state = fake_.state();
    return state.contains(kind) ? state[kind].size() : 0;
  }

  void expect_one_in_each() const {
    EXPECT_EQ(messages("discord"), 1U);
    EXPECT_EQ(messages("slack"), 1U);
    EXPECT_EQ(messages("hook"), 1U);
  }

  FakeServer fake_;
};

TEST_F(Channels, GetTheAnnouncementOnceEach) {
  reach_published();
  Ended ended = announce();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  expect_one_in_each();
  EXPECT_EQ(status()["state"], "released");
  EXPECT_EQ(count("AnnouncementPrepared"), 3U);
  EXPECT_EQ(count("AnnouncementPosted"), 3U);
  const json shown_posts = status()["announcements"];
  ASSERT_EQ(shown_posts.size(), 3U);
  EXPECT_EQ(shown_posts[0]["channel"], "#room");
  EXPECT_EQ(shown_posts[0]["state"], "posted");
  const json posted =
      support::of_type(history(), "AnnouncementPosted").front()["data"];
  EXPECT_EQ(posted["channel"], "#room");
  EXPECT_EQ(posted["message"], "1370000000000000001");
  EXPECT_THAT(fake_.state()["discord"][0]["content"].get<std::string>(),
              HasSubstr("Released stable version v" + kVersion));
  ended = announce();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  expect_one_in_each();
}

TEST_F(Channels, KeepTheirUrlsToThemselves) {
  reach_published();
  fake_.set_state({{"token", "another"},
                   {"secret", kSecret},
                   {"gone", json::array()},
                   {"discord", json::array()},
                   {"slack", json::array()},
                   {"hook", json::array()},
                   {"repeats", 0}});
  const Ended ended = announce({"--verbose"});
  EXPECT_EQ(ended.exit_code, kUpstream) << shown(ended);
  EXPECT_THAT(ended.err, HasSubstr("Invalid Webhook Token"));
  const Ended whole = rl({"export"});
  for (const std::string& text : {ended.out, ended.err, whole.out}) {
    EXPECT_THAT(text, Not(HasSubstr("s3cret-token")));
    EXPECT_THAT(text, Not(HasSubstr("c2VjcmV0")));
  }
}

TEST_F(Channels, AreNotPostedToTwiceWhenOneOfThemRefuses) {
  reach_published();
  fake_.set_rules(json::array({{{"method", "POST"},
                                {"path", "/services/.*"},
                                {"times", json::array({1})},
                                {"status", 403},
                                {"body", "action_prohibited"}}}));
  Ended ended = announce();
  expect_refusal(ended, kUpstream);
  EXPECT_THAT(ended.err, HasSubstr("team: HTTP 403: action_prohibited"));
  EXPECT_EQ(newest("AnnouncementRefused")["channel"], "team");
  EXPECT_EQ(step_state("announce"), "failed");
  ended = announce();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  expect_one_in_each();
}

TEST_F(Channels, AreAskedAboutWhereNobodyCanTell) {
  reach_published();
  fake_.set_rules(json::array({{{"method", "POST"},
                                {"path", "/api/.*"},
                                {"after", true},
                                {"fault", "drop"}}}));
  Ended ended = announce();
  expect_refusal(ended, kWaiting);
  EXPECT_THAT(ended.err, HasSubstr("settle"));
  EXPECT_EQ(newest("AnnouncementDoubted")["channel"], "#room");
  expect_one_in_each();
  ended = announce();
  expect_refusal(ended, kWaiting);
  expect_one_in_each();
  const json waiting = status()["waiting_for"][0];
  EXPECT_EQ(waiting["gate"], "announce");
  EXPECT_THAT(waiting["command"].get<std::string>(), HasSubstr("--posted"));
  ended = settle("#room", "--posted");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(status()["state"], "released");
  expect_refusal(settle("#room", "--posted"), kGateSaidNo);
}

TEST_F(Channels, AreSettledByAPersonsWordForAllOfThem) {
  reach_published();
  fake_.set_rules(json::array({{{"path", "/api/.*"}, {"fault", "drop"}}}));
  expect_refusal(announce(), kWaiting);
  const Ended ended = announce({"--confirm-announced", "posted by hand"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(status()["state"], "released");
  EXPECT_EQ(messages("discord"), 0U);
}

TEST_F(Channels, WithoutAUrlAreForAPersonToPostIn) {
  reach_published();
  Ended ended = step("announce");
  expect_refusal(ended, kWaiting);
  EXPECT_THAT(ended.out, HasSubstr("Released stable version"));
  EXPECT_THAT(ended.err, HasSubstr("DISCORD_WEBHOOK_URL"));
  EXPECT_THAT(fake_.journal(), IsEmpty());
  ended = announce();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  expect_one_in_each();
}

TEST_F(Channels, AreRehearsedWithoutAWordToThem) {
  reach_published();
  const auto before = history();
  const Ended ended = announce({"--check"});
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_THAT(ended.out, HasSubstr("POST the webhook of #room"));
  EXPECT_THAT(ended.out, HasSubstr("allowed_mentions"));
  EXPECT_THAT(ended.out, Not(HasSubstr("s3cret-token")));
  EXPECT_THAT(fake_.journal(), IsEmpty());
  EXPECT_EQ(history(), before);
}

class LongText : public Channels {
 protected:
  LongText()
      : Channels(kTeam + kRoom + "text = \"{version} " +
                 std::string(1999, 'x') + "\"\n") {}
};

TEST_F(LongText, IsFoundBeforeAnythingIsSentOrTagged) {
  reach_tested();
  const Ended ended = step("release", {}, urls());
  expect_refusal(ended, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("#room: the text has 2010 characters"));
  EXPECT_THAT(fake_.journal(), IsEmpty());
  EXPECT_EQ(count("PublicationPrepared"), 0U);
}

TEST_F(LongText, IsFoundByPlanCheckWhereverItIsSureToBeTooLong) {
  PlanText plan;
  plan.more = kRoom + "text = \"" + std::string(2001, 'x') + "\"\n";
  scratch_.write_plan(plan);
  const Ended ended = rl({"plan", "check"});
  expect_refusal(ended, kUsage);
  EXPECT_THAT(ended.err, HasSubstr("2001 characters"));
}

class Notices : public Channels {
 protected:
  Notices()
      : Channels(kRoom +
                 "notices = [\"waiting\", \"failed\"]\n"
                 "text = \"{version} for {tag}\"\n") {}
};

TEST_F(Notices, AreToldOnTheWay) {
  Ended ended = rl({"--all", "--version", kVersion}, urls());
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
  ASSERT_EQ(messages("discord"), 1U);
  EXPECT_THAT(fake_.state()["discord"][0]["content"].get<std::string>(),
              HasSubstr("waits for a person"));
  ended = rl({"--all", "--version", kVersion}, urls());
  EXPECT_EQ(messages("discord"), 1U) << "the same is not told twice";
  scratch_.behave("smoke", "exit 1");
  ended =
      rl({"--all", "--version", kVersion, "--confirm-bugs", "none"}, urls());
  EXPECT_EQ(ended.exit_code, kGateSaidNo) << shown(ended);
  ASSERT_EQ(messages("discord"), 2U);
  EXPECT_THAT(fake_.state()["discord"][1]["content"].get<std::string>(),
              HasSubstr("cannot go on"));
  scratch_.behave("smoke", "true");
  ended = rl({"--all", "--version", kVersion}, urls());
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(fake_.state()["discord"][2]["content"],
            kVersion + " for v" + kVersion);
}

TEST_F(Notices, AreRehearsedToo) {
  const Ended ended = rl({"--all", "--version", kVersion, "--check"}, urls());
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
  EXPECT_THAT(ended.out + ended.err, HasSubstr("waits for a person"));
  EXPECT_THAT(ended.out + ended.err, HasSubstr("POST the webhook of #room"));
  EXPECT_THAT(fake_.journal(), IsEmpty());
}

TEST_F(Notices, ChangeNothingWhereTheyCannotBeTold) {
  fake_.set_rules(json::array({{{"status", 404}, {"body", "gone"}}}));
  const Ended ended = rl({"--all", "--version", kVersion}, urls());
  EXPECT_EQ(ended.exit_code, kWaiting) << shown(ended);
  EXPECT_THAT(ended.err, HasSubstr("#room was not told"));
}

// One channel, and where the run dies: a moment of its own for each effect.
struct Death {
  std::string name;
  std::string variable;  // kill at an append: before or after the nth,
  std::string nth;
  json rule;           // or while the service holds its answer
  std::size_t posted;  // what the service has by then
};

std::vector<Death> deaths(const std::string& path) {
  const json held = {{"method", "POST"},
                     {"path", path},
                     {"times", json::array({1})},
                     {"delay_s", 60}};
  json unheard = held;
  unheard["fault"] = "drop";
  return {
      {"BeforeTheRequest", "RELEASE_LEDGER_TEST_KILL_AFTER_EVENT", "1", {}, 0},
      {"AfterItWasSent", "", "", unheard, 0},
      {"BeforeItWasAnswered", "", "", held, 1},
      {"BeforeTheAppend", "RELEASE_LEDGER_TEST_KILL_BEFORE_EVENT", "2", {}, 1},
      {"AfterTheAppend", "RELEASE_LEDGER_TEST_KILL_AFTER_EVENT", "2", {}, 1}};
}

class DeathWhilePosting : public Channels {
 protected:
  explicit DeathWhilePosting(const std::string& channel) : Channels(channel) {}

  void die(const Death& death) {
    fake_.set_rules(death.rule.is_null() ? json::array()
                                         : json::array({death.rule}));
    if (!death.variable.empty()) {
      const Ended ended = announce({}, {{death.variable, death.nth}});
      EXPECT_EQ(ended.signal, SIGKILL) << shown(ended);
      return;
    }
    Running running(
        invocation({"--step", "announce", "--version", kVersion}, urls()));
    EXPECT_TRUE(support::eventually([&] { return !fake_.journal().empty(); }));
    running.kill(SIGKILL);
    running.wait();
  }
};

class DeathAtDiscord : public DeathWhilePosting,
                       public ::testing::WithParamInterface<int> {
 protected:
  DeathAtDiscord() : DeathWhilePosting(kRoom) {}
};

TEST_P(DeathAtDiscord, PostsNothingTwice) {
  const Death death = deaths("/api/.*")[static_cast<std::size_t>(GetParam())];
  SCOPED_TRACE(death.name);
  reach_published();
  die(death);
  EXPECT_EQ(messages("discord"), death.posted);
  Ended ended = announce();
  if (death.name == "AfterTheAppend") {
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
    EXPECT_EQ(messages("discord"), 1U);
    return;
  }
  expect_refusal(ended, kWaiting);
  EXPECT_EQ(messages("discord"), death.posted);
  EXPECT_EQ(newest("AnnouncementDoubted")["reason"], "interrupted");
  ended = settle("#room", death.posted == 1 ? "--posted" : "--not-posted");
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  ended = announce();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(messages("discord"), 1U);
  EXPECT_EQ(status()["state"], "released");
}

INSTANTIATE_TEST_SUITE_P(EveryMoment, DeathAtDiscord, ::testing::Range(0, 5));

class DeathAtSlack : public DeathWhilePosting,
                     public ::testing::WithParamInterface<int> {
 protected:
  DeathAtSlack() : DeathWhilePosting(kTeam) {}
};

TEST_P(DeathAtSlack, PostsNothingTwice) {
  const Death death =
      deaths("/services/.*")[static_cast<std::size_t>(GetParam())];
  SCOPED_TRACE(death.name);
  reach_published();
  die(death);
  EXPECT_EQ(messages("slack"), death.posted);
  if (death.name != "AfterTheAppend") {
    expect_refusal(announce(), kWaiting);
    EXPECT_EQ(messages("slack"), death.posted);
    settle("team", death.posted == 1 ? "--posted" : "--not-posted");
  }
  const Ended ended = announce();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(messages("slack"), 1U);
}

INSTANTIATE_TEST_SUITE_P(EveryMoment, DeathAtSlack, ::testing::Range(0, 5));

class DeathAtAWebhook : public DeathWhilePosting,
                        public ::testing::WithParamInterface<int> {
 protected:
  DeathAtAWebhook() : DeathWhilePosting(kHook) {}
};

TEST_P(DeathAtAWebhook, TellsItAgainByTheSameId) {
  const Death death = deaths("/hook")[static_cast<std::size_t>(GetParam())];
  SCOPED_TRACE(death.name);
  reach_published();
  die(death);
  EXPECT_EQ(messages("hook"), death.posted);
  const Ended ended = announce();
  EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  EXPECT_EQ(messages("hook"), 1U);
  EXPECT_EQ(status()["state"], "released");
  EXPECT_THAT(support::of_type(history(), "AnnouncementPosted"), SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(EveryMoment, DeathAtAWebhook, ::testing::Range(0, 5));

}  // namespace
}  // namespace e2e
