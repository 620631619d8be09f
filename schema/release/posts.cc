#include "schema/release/posts.h"

#include <algorithm>

namespace schema {

std::vector<std::string> announcement_channels(const ReleaseRecord& record) {
  std::vector<std::string> names;
  if (record.plan) {
    for (const Channel& channel : record.plan->channels) {
      names.push_back(channel.name);
    }
  }
  return names.empty() ? std::vector{std::string(kByHand)} : names;
}

const PostRecord* find_post(const ReleaseRecord& record,
                            std::string_view channel,
                            std::string_view notice) {
  const auto it =
      std::ranges::find_if(record.posts, [&](const PostRecord& post) {
        return post.channel == channel && post.notice == notice;
      });
  return it == record.posts.end() ? nullptr : &*it;
}

bool is_out(const PostRecord& post) {
  return post.posted && post.posted->attempt >= post.attempts;
}

bool is_open(const PostRecord& post) {
  return post.prepared && !post.prepared->kind.empty() && !is_out(post) &&
         !post.refused && !post.doubted;
}

std::string_view post_word(const PostRecord& post) {
  return is_out(post)    ? "posted"
         : post.refused  ? "refused"
         : post.doubted  ? "doubted"
         : is_open(post) ? "open"
                         : "by-hand";
}

std::string post_detail(const PostRecord& post) {
  return is_out(post)   ? post.posted->reason
         : post.refused ? post.refused->detail
         : post.doubted ? post.doubted->detail
                        : "";
}

bool waits_for_hand(const PostRecord& post) {
  return post.prepared && post.prepared->kind.empty() && !is_out(post);
}

}  // namespace schema
