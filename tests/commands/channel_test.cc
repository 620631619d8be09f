// How channels take a text: lengths, requests, answers.

#include "commands/services/channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "ledger/digest.h"

namespace commands::services {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr ChannelKind kAll[] = {
    ChannelKind::kDiscord, ChannelKind::kSlack, ChannelKind::kWebhook};

ChannelMessage message(const std::string& text) {
  ChannelMessage result;
  result.text = text;
  result.id = "rl_1";
  result.release = "1.4.0";
  result.tag = "v1.4.0";
  result.made_at_ms = 1'759'397'400'000;
  result.sent_at_ms = 1'759'397'460'500;
  return result;
}

HttpRequest request(ChannelKind kind,
                    const std::string& url,
                    const std::string& text = "Released",
                    const std::string& secret = "key") {
  const auto made =
      channel_request(kind, message(text), {"#releases", "URL", url, secret});
  EXPECT_TRUE(made);
  return made.value_or(HttpRequest{});
}

std::string header(const HttpRequest& request, std::string_view name) {
  for (const HttpHeader& header : request.headers) {
    if (header.name == name) {
      return header.value;
    }
  }
  return "";
}

TEST(ChannelText, IsCountedAsTheServiceCounts) {
  std::string party;
  for (int i = 0; i < 2000; ++i) {
    party += "🎉";
  }
  EXPECT_FALSE(text_problem(ChannelKind::kDiscord, party));
  EXPECT_EQ(text_problem(ChannelKind::kDiscord, party + "!"),
            "the text has 2001 characters, and one message holds 2000");
  const std::string ands(1000, '&');  // five characters each at Slack
  EXPECT_FALSE(text_problem(ChannelKind::kSlack, ands.substr(0, 800)));
  EXPECT_THAT(*text_problem(ChannelKind::kSlack, ands), HasSubstr("5000"));
  EXPECT_FALSE(text_problem(ChannelKind::kWebhook, party));
  EXPECT_TRUE(text_problem(ChannelKind::kWebhook, std::string(20'000, 'x')));
}

TEST(ChannelText, IsNeverEmpty) {
  for (const ChannelKind kind : kAll) {
    EXPECT_EQ(text_problem(kind, " \n"), "the text is empty");
    EXPECT_FALSE(text_problem(kind, "Released"));
  }
}

TEST(ChannelRequest, AsksDiscordForTheMessageAndMentionsNobody) {
  const HttpRequest made = request(ChannelKind::kDiscord,
                                   "https://discord.com/api/webhooks/1/token",
                                   "@everyone");
  EXPECT_EQ(made.url, "https://discord.com/api/v10/webhooks/1/token?wait=true");
  const json body = json::parse(made.body);
  EXPECT_EQ(body["content"], "@everyone");
  EXPECT_EQ(body["allowed_mentions"], json({{"parse", json::array()}}));
  EXPECT_EQ(made.effect, Effect::kOnce);
}

TEST(ChannelRequest, LeavesOtherHostsAndQueriesAsTheyAre) {
  EXPECT_EQ(
      request(ChannelKind::kDiscord, "http://127.0.0.1:9/api/webhooks/1/t").url,
      "http://127.0.0.1:9/api/webhooks/1/t?wait=true");
  EXPECT_EQ(request(ChannelKind::kDiscord,
                    "https://discord.com/api/v9/webhooks/1/t?thread_id=5")
                .url,
            "https://discord.com/api/v9/webhooks/1/t?thread_id=5&wait=true");
}

TEST(ChannelRequest, EscapesWhatIsMarkupAtSlack) {
  const HttpRequest made = request(ChannelKind::kSlack,
                                   "https://hooks.slack.example/services/x",
                                   "<!channel> a & b");
  EXPECT_EQ(json::parse(made.body)["text"], "&lt;!channel&gt; a &amp; b");
  EXPECT_EQ(made.effect, Effect::kOnce);
}

TEST(ChannelRequest, SignsAWebhook) {
  const HttpRequest made = request(ChannelKind::kWebhook,
                                   "https://hooks.example/x",
                                   "Released",
                                   "whsec_" + ledger::to_base64("the key"));
  EXPECT_EQ(header(made, "webhook-id"), "rl_1");
  EXPECT_EQ(header(made, "webhook-timestamp"), "1759397460");
  EXPECT_EQ(header(made, "webhook-signature"),
            "v1," + ledger::to_base64(ledger::view(ledger::hmac_sha256(
                        "the key", {"rl_1.1759397460.", made.body}))));
  const json body = json::parse(made.body);
  EXPECT_EQ(body["type"], "release.announced");
  EXPECT_EQ(body["timestamp"], "2025-10-02T09:30:00.000Z");
  EXPECT_EQ(body["data"]["release"], "1.4.0");
  EXPECT_EQ(made.effect, Effect::kRepeatable);
}

TEST(ChannelRequest, NeedsAKeyToSignWith) {
  for (const char* secret : {"", "whsec_", "whsec_!"}) {
    EXPECT_FALSE(channel_request(ChannelKind::kWebhook,
                                 message("Released"),
                                 {"hook", "URL", "https://x.example", secret}))
        << secret;
  }
}

TEST(ChannelRequest, ShowsNoUrl) {
  for (const ChannelKind kind : kAll) {
    const HttpRequest made = request(kind, "https://x.example/s3cret");
    EXPECT_THAT(made.shown_url, Not(HasSubstr("s3cret")));
    EXPECT_FALSE(made.shown_url.empty());
    EXPECT_EQ(made.url_variable, "URL");
  }
}

TEST(ChannelAnswer, IsPostedWithTheMessagesId) {
  const ChannelAnswer made = read_channel_answer(
      ChannelKind::kDiscord, 200, R"({"id":"1370","content":"x"})");
  EXPECT_EQ(made.kind, ChannelAnswer::Kind::kPosted);
  EXPECT_EQ(made.message, "1370");
  const ChannelAnswer ok = read_channel_answer(ChannelKind::kSlack, 200, "ok");
  EXPECT_EQ(ok.kind, ChannelAnswer::Kind::kPosted);
  EXPECT_EQ(ok.message, "");
}

TEST(ChannelAnswer, TellsARefusalInTheServicesWords) {
  const ChannelAnswer form = read_channel_answer(
      ChannelKind::kDiscord,
      400,
      R"({"code":50035,"message":"Invalid Form Body","errors":{"content":)"
      R"({"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"Must be )"
      R"(2000 or fewer in length."}]}}})");
  EXPECT_EQ(form.kind, ChannelAnswer::Kind::kRefused);
  EXPECT_EQ(form.detail,
            "HTTP 400: Invalid Form Body (content: Must be 2000 or fewer in "
            "length.)");
  EXPECT_EQ(form.reason, "channel-refused");
  const ChannelAnswer gone =
      read_channel_answer(ChannelKind::kSlack, 410, "channel_is_archived");
  EXPECT_EQ(gone.detail, "HTTP 410: channel_is_archived");
  EXPECT_EQ(gone.reason, "channel-gone");
}

TEST(ChannelAnswer, DoesNotSayOfAnErrorThatNothingWasPosted) {
  for (const ChannelKind kind : kAll) {
    EXPECT_EQ(read_channel_answer(kind, 502, "<html>").kind,
              ChannelAnswer::Kind::kUnclear);
  }
}

}  // namespace
}  // namespace commands::services
