// The announcement and notices: posted into each channel once, or a person's
// word for it.

#include <algorithm>

#include "commands/decide/decide.h"

namespace commands::decide {
namespace {

using schema::PostRecord;
using Events = std::vector<schema::Event>;

bool is_final(const ReleaseRecord& record) {
  return record.completed && !record.yanked;
}

bool is_posted(const ReleaseRecord& record, const std::string& channel) {
  const PostRecord* post = schema::find_post(record, channel, "");
  return post != nullptr && post->posted != nullptr;
}

// With what is about to be recorded: is the announcement out everywhere?
void complete_if_posted(const ReleaseRecord& record,
                        const std::vector<std::string>& now_posted,
                        Events& events) {
  for (const std::string& channel : schema::announcement_channels(record)) {
    if (!is_posted(record, channel) &&
        std::ranges::find(now_posted, channel) == now_posted.end()) {
      return;
    }
  }
  schema::ReleaseCompleted completed;
  completed.tag = record.tag_pushed->tag;
  completed.commit = schema::current_candidate(record)->commit;
  completed.merge_commit = record.merged->commit;
  events.emplace_back(completed);
}

template <class T>
Events end_of(const PostRecord& post, T event) {
  event.channel = post.channel;
  event.notice = post.notice;
  event.attempt = post.attempts;
  return {event};
}

}  // namespace

Status require_announceable(const ReleaseRecord& record) {
  RL_TRY(require_unfinished(record));
  if (record.tag_pushed) {
    return {};
  }
  return fail(ErrorCode::kRejected,
              "not-released",
              fmt::format("{} is not released: no tag was pushed", record.name),
              "release-ledger --step release");
}

Decision prepare_announcement(const ReleaseRecord& record,
                              const PreparePost& command) {
  if (is_final(record)) {
    return Events{};
  }
  if (command.notice.empty()) {
    RL_TRY(require_announceable(record));
  } else {
    RL_TRY(require_unfinished(record));
  }
  const PostRecord* post =
      schema::find_post(record, command.channel, command.notice);
  // Nobody is asked about a notice; the next one is told all the same.
  if (post != nullptr &&
      (schema::is_open(*post) || (post->doubted && command.notice.empty()))) {
    return Events{};
  }
  if (post != nullptr && command.notice.empty() && post->posted) {
    return Events{};
  }
  // It was printed for a person to post; or the same notice was told before.
  if (post != nullptr && post->prepared && !post->refused &&
      post->prepared->kind == command.kind &&
      (command.notice.empty() || post->prepared->text == command.text)) {
    return Events{};
  }
  schema::AnnouncementPrepared prepared;
  prepared.channel = command.channel;
  prepared.kind = command.kind;
  prepared.notice = command.notice;
  prepared.text = command.text;
  prepared.attempt = post == nullptr ? 1 : post->attempts + 1;
  return Events{prepared};
}

Decision observe_post(const ReleaseRecord& record,
                      const PostName& name,
                      schema::AnnouncementPosted posted) {
  const PostRecord* post = schema::find_post(record, name.channel, name.notice);
  if (post == nullptr || !schema::is_open(*post)) {
    return Events{};
  }
  Events events = end_of(*post, std::move(posted));
  if (name.notice.empty() && !is_final(record)) {
    complete_if_posted(record, {name.channel}, events);
  }
  return events;
}

Decision refuse_post(const ReleaseRecord& record,
                     const PostName& name,
                     schema::AnnouncementRefused refused) {
  const PostRecord* post = schema::find_post(record, name.channel, name.notice);
  return post == nullptr || !schema::is_open(*post)
             ? Events{}
             : end_of(*post, std::move(refused));
}

Decision doubt_post(const ReleaseRecord& record,
                    const PostName& name,
                    schema::AnnouncementDoubted doubted) {
  const PostRecord* post = schema::find_post(record, name.channel, name.notice);
  return post == nullptr || !schema::is_open(*post)
             ? Events{}
             : end_of(*post, std::move(doubted));
}

Decision settle_post(const ReleaseRecord& record, const SettlePost& command) {
  RL_TRY(require_unfinished(record));
  const PostRecord* post = schema::find_post(record, command.channel, "");
  if (post == nullptr || !post->doubted) {
    return fail(ErrorCode::kRejected,
                "nothing-to-settle",
                fmt::format("nothing is in doubt about what was posted in {}",
                            command.channel),
                fmt::format("release-ledger status {}", record.name));
  }
  schema::AnnouncementSettled settled;
  settled.posted = command.posted;
  settled.by = command.by;
  settled.reason = command.reason;
  Events events = end_of(*post, std::move(settled));
  if (command.posted) {
    complete_if_posted(record, {command.channel}, events);
  }
  return events;
}

// A person answers for all that is not out: also for what was refused, or is
// in doubt, or was never tried.
Decision confirm_announcement(const ReleaseRecord& record,
                              const ConfirmPosts& command) {
  Events events;
  if (is_final(record)) {
    return events;
  }
  RL_TRY(require_announceable(record));
  std::vector<std::string> confirmed;
  for (const std::string& channel : schema::announcement_channels(record)) {
    const PostRecord* post = schema::find_post(record, channel, "");
    if (post != nullptr && post->posted) {
      continue;
    }
    confirmed.push_back(channel);
    if (post != nullptr && post->doubted) {
      schema::AnnouncementSettled settled;
      settled.posted = true;
      settled.by = command.by;
      settled.reason = command.reason;
      events.push_back(end_of(*post, std::move(settled)).front());
      continue;
    }
    schema::AnnouncementPosted posted;
    posted.channel = channel;
    posted.reason = command.reason;
    posted.attempt = post == nullptr ? 0 : post->attempts;
    events.emplace_back(posted);
  }
  complete_if_posted(record, confirmed, events);
  return events;
}

}  // namespace commands::decide
