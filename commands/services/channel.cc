#include "commands/services/channel.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "ledger/clock.h"
#include "ledger/digest.h"

namespace commands::services {
namespace {

using nlohmann::json;
using Answer = ChannelAnswer::Kind;

// Discord counts code points. Slack takes 40,000 but may split a text near
// 4,000, and what is split is two messages. A webhook's whole body should stay
// below 20 kB; the rest of it is small.
constexpr std::size_t kDiscordCharactersMax = 2000;
constexpr std::size_t kSlackCharactersMax = 4000;
constexpr std::size_t kWebhookBytesMax = 16 * 1024;
constexpr std::size_t kDetailBytesMax = 300;
constexpr int kSuppressEmbeds = 4;  // no preview of the links

constexpr std::string_view kSecretPrefix = "whsec_";

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

// Slack's three characters; all else is as it is.
std::string slack_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string body_text(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// A URL without a version is answered by an old one, whose errors are of
// another shape. What is not Discord's own host is left as it is given.
std::string versioned_url(std::string_view given) {
  constexpr std::array kHosts = {
      std::string_view("https://discord.com"),
      std::string_view("https://discordapp.com"),
      std::string_view("https://ptb.discord.com"),
      std::string_view("https://canary.discord.com")};
  constexpr std::string_view kOld = "/api/webhooks/";
  std::string url(given);
  for (const std::string_view host : kHosts) {
    if (given.starts_with(host) &&
        given.substr(host.size()).starts_with(kOld)) {
      url.insert(host.size() + std::string_view("/api").size(), "/v10");
      break;
    }
  }
  return url;
}

std::string discord_url(std::string_view given) {
  const std::string url = versioned_url(given);
  return url + (url.find('?') == std::string::npos ? "?" : "&") + "wait=true";
}

json discord_body(const ChannelMessage& message) {
  return {{"content", message.text},
          {"allowed_mentions", {{"parse", json::array()}}},
          {"flags", kSuppressEmbeds}};
}

json slack_body(const ChannelMessage& message) {
  return {{"text", slack_text(message.text)},
          {"unfurl_links", false},
          {"unfurl_media", false}};
}

json webhook_body(const ChannelMessage& message) {
  return {{"type",
           message.notice.empty() ? "release.announced"
                                  : "release." + message.notice},
          {"timestamp", ledger::rfc3339(message.made_at_ms)},
          {"data",
           {{"release", message.release},
            {"tag", message.tag.empty() ? json() : json(message.tag)},
            {"text", message.text}}}};
}

std::optional<std::string> webhook_key(std::string_view secret) {
  if (secret.starts_with(kSecretPrefix)) {
    return ledger::from_base64(secret.substr(kSecretPrefix.size()));
  }
  return secret.empty() ? std::nullopt
                        : std::optional<std::string>(std::string(secret));
}

// As the Standard Webhooks specification says; false without a usable key.
bool sign(const ChannelMessage& message,
          std::string_view secret,
          HttpRequest& request) {
  const auto key = webhook_key(secret);
  if (!key || key->empty()) {
    return false;
  }
  const std::string at = std::to_string(message.sent_at_ms / 1000);
  const std::string signature = ledger::to_base64(ledger::view(
      ledger::hmac_sha256(*key, {message.id, ".", at, ".", request.body})));
  request.headers.push_back({"webhook-id", message.id});
  request.headers.push_back({"webhook-timestamp", at});
  request.headers.push_back({"webhook-signature", "v1," + signature});
  return true;
}

std::string channel_words(std::string_view text) {
  std::string result(text.substr(0, kDetailBytesMax));
  std::ranges::replace_if(
      result, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return result;
}

// The first leaf of Discord's nested form errors, with its path.
std::string first_form_error(const json& errors, const std::string& path) {
  if (!errors.is_object()) {
    return "";
  }
  if (const auto leaf = errors.find("_errors");
      leaf != errors.end() && leaf->is_array() && !leaf->empty() &&
      (*leaf)[0].is_object()) {
    return fmt::format("{}: {}", path, (*leaf)[0].value("message", ""));
  }
  for (const auto& [key, value] : errors.items()) {
    std::string found =
        first_form_error(value, path.empty() ? key : path + "." + key);
    if (!found.empty()) {
      return found;
    }
  }
  return "";
}

// What the service says, whether it says it in JSON or in a word.
std::string service_words(std::string_view body) {
  const json parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object()) {
    return channel_words(body);
  }
  std::string words;
  if (const auto it = parsed.find("message");
      it != parsed.end() && it->is_string()) {
    words = it->get<std::string>();
  }
  if (const auto it = parsed.find("errors"); it != parsed.end()) {
    const std::string form = first_form_error(*it, "");
    words += form.empty() ? "" : " (" + form + ")";
  }
  return channel_words(words.empty() ? body : std::string_view(words));
}

ChannelAnswer refusal(int status, std::string_view body) {
  ChannelAnswer answer;
  answer.kind = Answer::kRefused;
  answer.detail = fmt::format("HTTP {}: {}", status, service_words(body));
  if (status == 401 || status == 403 || status == 404 || status == 410) {
    answer.reason = "channel-gone";
    answer.hint =
        "the webhook is deleted, disabled or not the right one: make a new "
        "one and set the variable to its URL";
  } else if (status == 429) {
    answer.reason = "channel-throttled";
    answer.hint = "type the command again later";
  } else {
    answer.reason = "channel-refused";
    answer.hint = "change the channel's text in the plan, or its webhook";
  }
  return answer;
}

std::string message_id(std::string_view body) {
  const json parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object()) {
    return "";
  }
  const auto it = parsed.find("id");
  return it != parsed.end() && it->is_string() ? it->get<std::string>() : "";
}

}  // namespace

std::optional<ChannelKind> parse_channel_kind(std::string_view word) {
  if (word == "discord") {
    return ChannelKind::kDiscord;
  }
  if (word == "slack") {
    return ChannelKind::kSlack;
  }
  return word == "webhook" ? std::optional(ChannelKind::kWebhook)
                           : std::nullopt;
}

std::string_view default_url_variable(ChannelKind kind) {
  switch (kind) {
    case ChannelKind::kDiscord:
      return "DISCORD_WEBHOOK_URL";
    case ChannelKind::kSlack:
      return "SLACK_WEBHOOK_URL";
    case ChannelKind::kWebhook:
      break;
  }
  return "RELEASE_WEBHOOK_URL";
}

std::string url_variable(const schema::Channel& channel) {
  return channel.url_env.empty() ? std::string(default_url_variable(
                                       *parse_channel_kind(channel.kind)))
                                 : channel.url_env;
}

std::string secret_variable(const schema::Channel& channel) {
  if (!channel.secret_env.empty()) {
    return channel.secret_env;
  }
  return parse_channel_kind(channel.kind) == ChannelKind::kWebhook
             ? "RELEASE_WEBHOOK_SECRET"
             : "";
}

std::size_t text_length_max(ChannelKind kind) {
  switch (kind) {
    case ChannelKind::kDiscord:
      return kDiscordCharactersMax;
    case ChannelKind::kSlack:
      return kSlackCharactersMax;
    case ChannelKind::kWebhook:
      break;
  }
  return kWebhookBytesMax;
}

std::optional<std::string> text_problem(ChannelKind kind,
                                        std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return "the text is empty";
  }
  const std::size_t length = kind == ChannelKind::kDiscord ? code_points(text)
                             : kind == ChannelKind::kSlack
                                 ? code_points(slack_text(text))
                                 : text.size();
  const std::size_t most = text_length_max(kind);
  if (length <= most) {
    return std::nullopt;
  }
  return fmt::format("the text has {} {}, and one message holds {}",
                     length,
                     kind == ChannelKind::kWebhook ? "bytes" : "characters",
                     most);
}

std::optional<HttpRequest> channel_request(ChannelKind kind,
                                           const ChannelMessage& message,
                                           const ChannelAddress& address) {
  HttpRequest request;
  request.service = address.channel;
  request.method = "POST";
  request.url =
      kind == ChannelKind::kDiscord ? discord_url(address.url) : address.url;
  request.shown_url = "the webhook of " + address.channel;
  request.url_variable = address.variable;
  request.headers = {{"Content-Type", "application/json"}};
  request.effect = takes_repeats(kind) ? Effect::kRepeatable : Effect::kOnce;
  switch (kind) {
    case ChannelKind::kDiscord:
      request.body = body_text(discord_body(message));
      return request;
    case ChannelKind::kSlack:
      request.body = body_text(slack_body(message));
      return request;
    case ChannelKind::kWebhook:
      break;
  }
  request.body = body_text(webhook_body(message));
  if (!sign(message, address.secret, request)) {
    return std::nullopt;
  }
  return request;
}

HttpRequest webhook_request(const ChannelAddress& address) {
  HttpRequest request;
  request.service = address.channel;
  request.url = versioned_url(address.url);
  request.shown_url = "the webhook of " + address.channel;
  request.url_variable = address.variable;
  return request;
}

HttpRequest message_request(const ChannelAddress& address,
                            std::string_view message) {
  HttpRequest request = webhook_request(address);
  const auto query = request.url.find('?');
  request.url.insert(query == std::string::npos ? request.url.size() : query,
                     fmt::format("/messages/{}", percent_encoded(message)));
  return request;
}

// Discord and Slack make a message of each request. A receiver of signed
// webhooks knows a repeat by its id.
bool takes_repeats(ChannelKind kind) {
  return kind == ChannelKind::kWebhook;
}

ChannelAnswer read_channel_answer(ChannelKind kind,
                                  int status,
                                  std::string_view body) {
  ChannelAnswer answer;
  if (status >= 200 && status < 300) {
    answer.kind = Answer::kPosted;
    answer.message = kind == ChannelKind::kSlack ? "" : message_id(body);
    return answer;
  }
  if (status >= 300 && status < 500) {
    return refusal(status, body);
  }
  answer.reason = "channel-error";
  answer.detail = fmt::format("HTTP {}: {}", status, service_words(body));
  return answer;
}

}  // namespace commands::services
