// How each kind of channel takes a text: how long it may be, the request that
// posts it, and what the answer means. The URL of a channel is a secret: it is
// in the request alone. Pure and thread-safe.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "commands/services/http_message.h"
#include "schema/event.h"

namespace commands::services {

enum class ChannelKind { kDiscord, kSlack, kWebhook };

// By the plan's word; nothing for another.
std::optional<ChannelKind> parse_channel_kind(std::string_view word);
// The variable of the environment where the plan names none.
std::string_view default_url_variable(ChannelKind kind);
// The variables of a channel whose kind is known: those that the plan names,
// or those of its kind. No secret's where the kind is not signed.
std::string url_variable(const schema::Channel& channel);
std::string secret_variable(const schema::Channel& channel);

// How long a text may be, in the unit the service counts in.
std::size_t text_length_max(ChannelKind kind);
// Why the service would not take it as one message, or nothing.
std::optional<std::string> text_problem(ChannelKind kind,
                                        std::string_view text);

// What is posted, beside the text for those that take more than text.
struct ChannelMessage {
  std::string text;
  std::string id;  // the same whenever this message is sent again
  std::string release;
  std::string tag;
  std::string notice;  // empty: the release
  std::int64_t made_at_ms = 0;
  std::int64_t sent_at_ms = 0;
};

// Where it goes. `url` and `secret` are secrets; `variable` is where the URL
// was said.
struct ChannelAddress {
  std::string channel;
  std::string variable;
  std::string url;
  std::string secret;  // of a signed webhook
};

// Nothing where the secret of a webhook cannot be a key.
std::optional<HttpRequest> channel_request(ChannelKind kind,
                                           const ChannelMessage& message,
                                           const ChannelAddress& address);

// Asks Discord what the webhook is; nothing is posted.
HttpRequest webhook_request(const ChannelAddress& address);
// Asks Discord for a message that it has posted.
HttpRequest message_request(const ChannelAddress& address,
                            std::string_view message);

// Whether the same message may be sent again without a second one appearing.
bool takes_repeats(ChannelKind kind);

struct ChannelAnswer {
  enum class Kind { kPosted, kRefused, kUnclear };
  Kind kind = Kind::kUnclear;
  std::string message;  // the service's id of it, if it says one
  std::string reason;   // a stable word, unless posted
  std::string detail;   // the service's words
  std::string hint;     // what to do about a refusal
};
ChannelAnswer read_channel_answer(ChannelKind kind,
                                  int status,
                                  std::string_view body);

}  // namespace commands::services
