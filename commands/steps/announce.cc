// announce: once the tag is out, the text into each channel of the plan, and
// a person's word where none can be posted to, or nobody can tell whether it
// was.

#include <algorithm>
#include <vector>

#include <fmt/ranges.h>

#include "commands/decide/decide.h"
#include "commands/notes/announcement.h"
#include "commands/steps/post.h"
#include "commands/steps/step.h"
#include "schema/release/next.h"

namespace commands::steps {
namespace {

using End = Posting::End;

// Where the plan has no channel: the text for a person to post.
Result<Posting> prepare_by_hand(StepContext& context) {
  Posting posting;
  posting.channel = std::string(schema::kByHand);
  posting.end = End::kByHand;
  posting.text = notes::announcement(context.record(), "");
  const decide::PreparePost command{posting.channel, "", "", posting.text};
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::prepare_announcement(record, command);
  }));
  return posting;
}

// Those that cannot be reached from here are for a person to post to.
enum class Channels { kAll, kUnreachable };

Result<std::vector<Posting>> post_into(StepContext& context, Channels which) {
  std::vector<Posting> postings;
  // The plan is folded anew by each event.
  const std::vector<schema::Channel> channels = context.plan().channels;
  for (const schema::Channel& channel : channels) {
    if (which == Channels::kUnreachable && is_reachable(context, channel)) {
      continue;
    }
    RL_ASSIGN(Posting posting,
              post_text(context,
                        channel,
                        "",
                        notes::announcement(context.record(), channel.text)));
    if (which == Channels::kAll && posting.end == End::kOut &&
        !context.is_rehearsal()) {
      context.say(schema::Step::kAnnounce, "posted in " + channel.name);
    }
    postings.push_back(std::move(posting));
  }
  if (channels.empty()) {
    RL_ASSIGN(Posting posting, prepare_by_hand(context));
    postings.push_back(std::move(posting));
  }
  return postings;
}

// Each text once, however many channels it is for.
void print_for_hand(StepContext& context,
                    const std::vector<Posting>& postings) {
  std::vector<std::string> printed;
  for (const Posting& posting : postings) {
    if (posting.end != End::kByHand ||
        std::ranges::find(printed, posting.text) != printed.end()) {
      continue;
    }
    printed.push_back(posting.text);
    if (context.is_rehearsal()) {
      context.say(schema::Step::kAnnounce,
                  "would print the announcement:\n" + posting.text);
    } else {
      context.environment.reporter->result(posting.text);
    }
  }
}

const Posting* find_end(const std::vector<Posting>& postings, End end) {
  const auto it = std::ranges::find(postings, end, &Posting::end);
  return it == postings.end() ? nullptr : &*it;
}

// What keeps the release from being complete; a doubt first, for a person has
// to look before anything is typed again.
Status require_out(const StepContext& context,
                   const std::vector<Posting>& postings) {
  const std::string& name = context.record().name;
  if (const Posting* doubted = find_end(postings, End::kDoubted)) {
    return fail(
        ErrorCode::kWaiting,
        "announcement-in-doubt",
        fmt::format("it cannot be told whether {} was announced in {}: {}",
                    name,
                    doubted->channel,
                    doubted->words),
        "look there, then: " +
            schema::settle_post_command(name, doubted->channel));
  }
  for (const End end : {End::kRefused, End::kOpen}) {
    if (const Posting* refused = find_end(postings, end)) {
      return fail(ErrorCode::kUpstream,
                  "announcement-refused",
                  fmt::format("{} was not announced in {}: {}",
                              name,
                              refused->channel,
                              refused->words),
                  refused->hint);
    }
  }
  if (const Posting* waiting = find_end(postings, End::kByHand)) {
    return fail(
        ErrorCode::kWaiting,
        "announcement-unconfirmed",
        fmt::format(
            "{} waits for somebody to post the announcement{}",
            name,
            waiting->words.empty()
                ? ""
                : fmt::format(" in {}: {}", waiting->channel, waiting->words)),
        fmt::format("{}then: release-ledger --step announce "
                    "--confirm-announced \"REASON\"",
                    waiting->hint.empty() ? ""
                                          : waiting->hint + ", or post "
                                                            "it and "));
  }
  return {};
}

Status confirm_all(StepContext& context, const std::string& reason) {
  const decide::ConfirmPosts command{context.actor(), reason};
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::confirm_announcement(record, command);
  }));
  context.say(schema::Step::kAnnounce,
              context.is_rehearsal() ? "would complete the release"
                                     : "the release is complete");
  return {};
}

// A person answers for all of it: nothing is sent. The texts that only a
// person can post are shown.
Status confirm_shown(StepContext& context, const std::string& reason) {
  RL_ASSIGN(const std::vector<Posting> postings,
            post_into(context, Channels::kUnreachable));
  print_for_hand(context, postings);
  return confirm_all(context, reason);
}

}  // namespace

Status announce(StepContext& context) {
  if (context.skip_if_done(schema::Step::kAnnounce)) {
    return {};
  }
  RL_TRY(decide::require_announceable(context.record()));
  if (context.confirm_announced) {
    return confirm_shown(context, *context.confirm_announced);
  }
  RL_TRY(require_postable(context.record()));
  RL_ASSIGN(const std::vector<Posting> postings,
            post_into(context, Channels::kAll));
  print_for_hand(context, postings);
  const Status out = require_out(context, postings);
  if (out) {
    context.say(schema::Step::kAnnounce,
                context.is_rehearsal() ? "would complete the release"
                                       : "the release is complete");
    return {};
  }
  if (out.error().reason == "announcement-unconfirmed" &&
      !context.is_rehearsal() &&
      context.environment.reporter
          ->confirm("Has this announcement been posted?")
          .value_or(false)) {
    return confirm_all(context, "confirmed at the terminal");
  }
  return out;
}

}  // namespace commands::steps
