// The announcement in channels: once in each, doubt, and a person's word.

#include <gmock/gmock.h>

#include "tests/commands/decide_fixture.h"

namespace commands::decide::announce_test {
namespace {

const PostName kRoom{"#room", ""};
const PostName kHook{"hook", ""};

Life released() {
  schema::Plan plan = small_plan();
  plan.channels.resize(2);
  plan.channels[0].name = "#room";
  plan.channels[0].kind = "discord";
  plan.channels[1].name = "hook";
  plan.channels[1].kind = "webhook";
  return Life().started(plan).tested().notes().signed_off().published();
}

Decider prepare(const std::string& channel, const std::string& kind) {
  return [=](const ReleaseRecord& record) {
    return prepare_announcement(record, {channel, kind, "", "Released"});
  };
}

Decider observe(const PostName& name) {
  return [=](const ReleaseRecord& record) {
    schema::AnnouncementPosted posted;
    posted.message = "1370";
    return observe_post(record, name, posted);
  };
}

Decider refuse(const PostName& name) {
  return [=](const ReleaseRecord& record) {
    schema::AnnouncementRefused refused;
    refused.reason = "channel-gone";
    return refuse_post(record, name, refused);
  };
}

Decider doubt(const PostName& name) {
  return [=](const ReleaseRecord& record) {
    schema::AnnouncementDoubted doubted;
    doubted.reason = "interrupted";
    return doubt_post(record, name, doubted);
  };
}

Decider settle(bool posted) {
  return [=](const ReleaseRecord& record) {
    return settle_post(record, {"#room", posted, kJack, "I looked"});
  };
}

Decider confirm() {
  return [](const ReleaseRecord& record) {
    return confirm_announcement(record, {kAnn, "I posted it"});
  };
}

Life sending() {
  return and_then(released(), prepare("#room", "discord"));
}

TEST(DecidePost, IntendsItOnceForEachChannel) {
  given(released())
      .when(prepare("#room", "discord"))
      .then({{"AnnouncementPrepared",
              {{"channel", "#room"}, {"kind", "discord"}, {"attempt", 1}}}});
  given(sending()).when(prepare("#room", "discord")).then_nothing();
  given(sending())
      .when(prepare("hook", "webhook"))
      .then({{"AnnouncementPrepared", {{"channel", "hook"}}}});
}

TEST(DecidePost, CompletesTheReleaseWithTheLastChannel) {
  given(sending())
      .when(observe(kRoom))
      .then({{"AnnouncementPosted",
              {{"channel", "#room"}, {"message", "1370"}, {"attempt", 1}}}});
  const Life half =
      and_then(and_then(sending(), observe(kRoom)), prepare("hook", "webhook"));
  given(half)
      .when(observe(kHook))
      .then({{"AnnouncementPosted", {{"channel", "hook"}}},
             {"ReleaseCompleted", {{"tag", "v1.4.0"}}}});
  given(half).when(prepare("#room", "discord")).then_nothing();
}

TEST(DecidePost, TriesAgainAfterARefusal) {
  const Life refused = and_then(sending(), refuse(kRoom));
  given(refused)
      .when(prepare("#room", "discord"))
      .then({{"AnnouncementPrepared", {{"attempt", 2}}}});
}

TEST(DecidePost, AsksAPersonAfterADoubt) {
  const Life doubted = and_then(sending(), doubt(kRoom));
  given(doubted).when(prepare("#room", "discord")).then_nothing();
  given(doubted).when(observe(kRoom)).then_nothing();
  given(doubted)
      .when(settle(true))
      .then_once({{"AnnouncementSettled",
                   {{"channel", "#room"}, {"posted", true}, {"by", kJack}}}},
                 "nothing-to-settle");
  const Life again = and_then(doubted, settle(false));
  given(again)
      .when(prepare("#room", "discord"))
      .then({{"AnnouncementPrepared", {{"attempt", 2}}}});
  given(released()).when(settle(true)).then_refused("nothing-to-settle");
}

TEST(DecidePost, IsPostedWhereAUrlTurnsUpAfterItWasPrinted) {
  const Life printed = and_then(released(), prepare("#room", ""));
  given(printed).when(prepare("#room", "")).then_nothing();
  given(printed)
      .when(prepare("#room", "discord"))
      .then({{"AnnouncementPrepared", {{"kind", "discord"}, {"attempt", 2}}}});
}

TEST(DecidePost, TakesAPersonsWordForAllThatIsNotOut) {
  const Life life =
      and_then(and_then(sending(), doubt(kRoom)), prepare("hook", "webhook"));
  given(life).when(confirm()).then(
      {{"AnnouncementSettled", {{"channel", "#room"}, {"posted", true}}},
       {"AnnouncementPosted", {{"channel", "hook"}, {"reason", "I posted it"}}},
       {"ReleaseCompleted", {}}});
}

TEST(DecideNotice, IsToldAnewWhenItSaysSomethingElse) {
  const auto notice = [](const std::string& text) -> Decider {
    return [=](const ReleaseRecord& record) {
      return prepare_announcement(record,
                                  {"#room", "discord", "waiting", text});
    };
  };
  const PostName name{"#room", "waiting"};
  Life life = and_then(Life().started(), notice("for Jack"));
  given(life).when(notice("for Kim")).then_nothing();  // the first is open
  life = and_then(life, observe(name));
  given(life).when(notice("for Jack")).then_nothing();
  given(life)
      .when(notice("for Kim"))
      .then({{"AnnouncementPrepared",
              {{"notice", "waiting"}, {"attempt", 2}, {"text", "for Kim"}}}});
}

}  // namespace
}  // namespace commands::decide::announce_test
