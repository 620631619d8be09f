#include "commands/steps/post.h"

#include <algorithm>
#include <vector>

#include "commands/decide/decide.h"
#include "commands/notes/announcement.h"
#include "commands/services/http.h"
#include "ledger/digest.h"

namespace commands::steps {
namespace {

using services::ChannelAnswer;
using services::ChannelKind;
using End = Posting::End;

class Post {
 public:
  Post(StepContext& context,
       const schema::Channel& channel,
       const std::string& notice,
       const std::string& text)
      : context_(context),
        channel_(channel),
        kind_(*services::parse_channel_kind(channel.kind)),
        name_{channel.name, notice} {
    address_.channel = channel.name;
    address_.variable = services::url_variable(channel);
    address_.url = context.environment.variable(address_.variable);
    if (kind_ == ChannelKind::kWebhook) {
      secret_variable_ = services::secret_variable(channel);
      address_.secret = context.environment.variable(secret_variable_);
    }
    posting_.channel = channel.name;
    posting_.text = text;
  }

  Result<Posting> run() {
    const schema::PostRecord* post = record();
    if (name_.notice.empty() && post != nullptr && post->posted) {
      return posting_;
    }
    if (post != nullptr && schema::is_open(*post)) {
      RL_TRY(go_on(*post));
    } else {
      RL_TRY(begin());
    }
    return std::move(posting_);
  }

 private:
  const schema::PostRecord* record() const {
    return schema::find_post(context_.record(), name_.channel, name_.notice);
  }

  bool is_reachable() const { return !address_.url.empty(); }

  // A run died between the intent and its answer.
  Status go_on(const schema::PostRecord& post) {
    posting_.text = post.prepared->text;
    if (services::takes_repeats(kind_)) {
      return is_reachable() ? send() : by_hand();
    }
    if (context_.is_rehearsal()) {
      end(End::kDoubted, "a run died while it was posting", "");
      return {};
    }
    return doubt("interrupted", "a run died while it was posting");
  }

  Status begin() {
    const decide::PreparePost command{name_.channel,
                                      is_reachable() ? channel_.kind : "",
                                      name_.notice,
                                      posting_.text};
    RL_TRY(context_.release.execute([&](const schema::ReleaseRecord& record) {
      return decide::prepare_announcement(record, command);
    }));
    const schema::PostRecord* post = record();
    if (post == nullptr || schema::is_out(*post)) {
      return {};
    }
    if (post->doubted) {
      end(End::kDoubted, post->doubted->detail, "");
      return {};
    }
    return is_reachable() && schema::is_open(*post) ? send() : by_hand();
  }

  Status by_hand() {
    end(End::kByHand,
        fmt::format("{} is not set", address_.variable),
        fmt::format("set {} to the URL of its webhook", address_.variable));
    return {};
  }

  services::ChannelMessage message() const {
    const schema::ReleaseRecord& release = context_.record();
    const schema::PostRecord& post = *record();
    services::ChannelMessage message;
    message.text = posting_.text;
    message.id =
        "rl_" + ledger::to_hex(
                    ledger::sha256({fmt::format("{}\n{}\n{}\n{}\n{}",
                                                context_.release.head().origin,
                                                release.name,
                                                name_.channel,
                                                name_.notice,
                                                post.attempts)}))
                    .substr(0, 32);
    message.release = release.name;
    message.tag = release.tag_pushed ? release.tag_pushed->tag : "";
    message.notice = name_.notice;
    message.made_at_ms = post.mark ? post.mark->at_ms : 0;
    message.sent_at_ms = context_.environment.clock->now_ms();
    return message;
  }

  Status send() {
    const auto request = services::channel_request(kind_, message(), address_);
    if (!request) {
      const std::string why =
          fmt::format("{} holds no key to sign with", secret_variable_);
      return refuse(
          "no-key",
          why,
          fmt::format("set {} to the secret of the webhook", secret_variable_));
    }
    if (context_.is_rehearsal()) {
      context_.say(schema::Step::kAnnounce,
                   "would send:\n" + services::rehearsed(*request));
      return {};
    }
    const auto response = context_.environment.http->send(*request);
    if (!response) {
      return take_failure(response.error());
    }
    const ChannelAnswer answer =
        services::read_channel_answer(kind_, response->status, response->body);
    switch (answer.kind) {
      case ChannelAnswer::Kind::kPosted:
        return observe(answer);
      case ChannelAnswer::Kind::kRefused:
        return refuse(answer.reason, answer.detail, answer.hint);
      case ChannelAnswer::Kind::kUnclear:
        break;
    }
    return unclear(answer.reason, answer.detail);
  }

  Status take_failure(const Error& error) {
    const bool may_be_there = error.reason == services::kOutcomeUnknown ||
                              (services::takes_repeats(kind_) &&
                               (error.reason == "service-timed-out" ||
                                error.reason == "service-failed"));
    if (may_be_there) {
      return unclear(error.reason, error.message);
    }
    RL_TRY(refuse(error.reason, error.message, error.hint));
    return error.code == ErrorCode::kInterrupted
               ? Status(std::unexpected(error))
               : Status();
  }

  Status unclear(const std::string& reason, const std::string& detail) {
    if (services::takes_repeats(kind_)) {
      end(End::kOpen, detail, "type the command again: it is told by one id");
      return {};
    }
    return doubt(reason, detail);
  }

  Status observe(const ChannelAnswer& answer) {
    schema::AnnouncementPosted posted;
    posted.message = answer.message;
    return context_.release.execute([&](const schema::ReleaseRecord& record) {
      return decide::observe_post(record, name_, posted);
    });
  }

  Status refuse(const std::string& reason,
                const std::string& detail,
                const std::string& hint) {
    end(End::kRefused, detail, hint);
    schema::AnnouncementRefused refused;
    refused.reason = reason;
    refused.detail = detail;
    return context_.release.execute([&](const schema::ReleaseRecord& record) {
      return decide::refuse_post(record, name_, refused);
    });
  }

  Status doubt(const std::string& reason, const std::string& detail) {
    end(End::kDoubted, detail, "");
    schema::AnnouncementDoubted doubted;
    doubted.reason = reason;
    doubted.detail = detail;
    return context_.release.execute([&](const schema::ReleaseRecord& record) {
      return decide::doubt_post(record, name_, doubted);
    });
  }

  void end(End how, std::string words, std::string hint) {
    posting_.end = how;
    posting_.words = std::move(words);
    posting_.hint = std::move(hint);
  }

  StepContext& context_;
  const schema::Channel& channel_;
  ChannelKind kind_;
  decide::PostName name_;
  services::ChannelAddress address_;
  std::string secret_variable_;
  Posting posting_;
};

}  // namespace

Result<Posting> post_text(StepContext& context,
                          const schema::Channel& channel,
                          const std::string& notice,
                          const std::string& text) {
  return Post(context, channel, notice, text).run();
}

bool is_reachable(const StepContext& context, const schema::Channel& channel) {
  return !context.environment.variable(services::url_variable(channel)).empty();
}

Status require_postable(const schema::ReleaseRecord& record) {
  for (const schema::Channel& channel : record.plan->channels) {
    const auto kind = services::parse_channel_kind(channel.kind);
    const schema::PostRecord* post =
        schema::find_post(record, channel.name, "");
    if (!kind || (post != nullptr && post->posted)) {
      continue;
    }
    const auto problem = services::text_problem(
        *kind, notes::announcement(record, channel.text));
    if (problem) {
      return fail(ErrorCode::kUsage,
                  "announcement-too-long",
                  fmt::format("channel {}: {}", channel.name, *problem),
                  "shorten its text in the plan; nothing was sent");
    }
  }
  return {};
}

namespace {

// Posts a notice; why it is not out, or nothing.
std::string trouble_of_notice(StepContext& context,
                              const schema::Channel& channel,
                              const std::string& word,
                              const std::string& text) {
  const auto posting = post_text(context, channel, word, text);
  if (!posting) {
    return posting.error().message;
  }
  return posting->end == End::kOut ? "" : posting->words;
}

}  // namespace

void tell_channels(StepContext& context, const Error& error) {
  const std::string word = error.code == ErrorCode::kWaiting    ? "waiting"
                           : error.code == ErrorCode::kRejected ? "failed"
                                                                : "";
  if (word.empty() || error.reason.starts_with("announcement-") ||
      !schema::is_unfinished(context.record())) {
    return;
  }
  const std::string text =
      notes::notice(context.record(), word, error.message, error.hint);
  // The plan is folded anew by each event.
  const std::vector<schema::Channel> channels = context.plan().channels;
  for (const schema::Channel& channel : channels) {
    if (std::ranges::find(channel.notices, word) == channel.notices.end()) {
      continue;
    }
    const std::string trouble = trouble_of_notice(context, channel, word, text);
    if (!trouble.empty()) {
      context.environment.reporter->progress(
          fmt::format("{} was not told that the release is {}: {}",
                      channel.name,
                      word,
                      trouble));
    }
  }
}

}  // namespace commands::steps
