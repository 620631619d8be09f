#include "commands/services/github_answers.h"

#include <algorithm>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace commands::services {
namespace {

using nlohmann::json;

constexpr std::size_t kWordsMax = 400;

const json* member(const json& value, const char* key) {
  if (!value.is_object()) {
    return nullptr;
  }
  const auto it = value.find(key);
  return it == value.end() || it->is_null() ? nullptr : &*it;
}

std::string text(const json& value, const char* key) {
  const json* found = member(value, key);
  return found != nullptr && found->is_string() ? found->get<std::string>()
                                                : "";
}

std::uint64_t whole(const json& value, const char* key) {
  const json* found = member(value, key);
  return found != nullptr && found->is_number_integer() && *found >= 0
             ? found->get<std::uint64_t>()
             : 0;
}

bool flag(const json& value, const char* key) {
  const json* found = member(value, key);
  return found != nullptr && found->is_boolean() && found->get<bool>();
}

bool is_commit(std::string_view id) {
  return id.size() == 40 && std::ranges::all_of(id, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string one_line(std::string words) {
  if (words.size() > kWordsMax) {
    words.resize(kWordsMax);
  }
  std::ranges::replace_if(
      words, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return words;
}

// An element of `errors`: a sentence, or a code about a field.
std::string words_of_error(const json& error) {
  if (error.is_string()) {
    return error.get<std::string>();
  }
  const std::string message = text(error, "message");
  if (!message.empty()) {
    return message;
  }
  return fmt::format("{} {} {}",
                     text(error, "resource"),
                     text(error, "field"),
                     text(error, "code"));
}

}  // namespace

std::string github_text(const json& value, const char* key) {
  return text(value, key);
}

std::optional<GitHubUser> user_of(const json& value) {
  if (whole(value, "id") == 0) {
    return std::nullopt;
  }
  return GitHubUser{
      whole(value, "id"), text(value, "login"), text(value, "type")};
}

std::optional<PullRequest> pull_request_of(const json& value) {
  PullRequest pull;
  pull.number = whole(value, "number");
  pull.url = text(value, "html_url");
  pull.state = text(value, "state");
  pull.draft = flag(value, "draft");
  pull.merged = flag(value, "merged") || member(value, "merged_at") != nullptr;
  pull.body = text(value, "body");
  if (const json* known = member(value, "mergeable");
      known != nullptr && known->is_boolean()) {
    pull.mergeable = known->get<bool>();
  }
  if (const json* head = member(value, "head")) {
    pull.head_branch = text(*head, "ref");
    pull.head_commit = text(*head, "sha");
  }
  if (const json* base = member(value, "base")) {
    pull.base_branch = text(*base, "ref");
  }
  // Before the merge this is a trial merge that will never be on the branch.
  if (pull.merged) {
    pull.merge_commit = text(value, "merge_commit_sha");
  }
  if (const json* user = member(value, "user")) {
    pull.author = user_of(*user).value_or(GitHubUser{});
  }
  if (pull.number == 0 || pull.state.empty() || !is_commit(pull.head_commit)) {
    return std::nullopt;
  }
  return pull;
}

std::optional<Review> review_of(const json& value) {
  Review review;
  review.id = whole(value, "id");
  if (const json* user = member(value, "user")) {
    review.user = user_of(*user);
  }
  review.state = text(value, "state");
  std::ranges::transform(review.state, review.state.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  review.at = text(value, "submitted_at");
  review.commit = text(value, "commit_id");
  review.url = text(value, "html_url");
  if (review.id == 0 || review.state.empty()) {
    return std::nullopt;
  }
  return review;
}

std::optional<ForgeCheck> check_run_of(const json& value) {
  ForgeCheck check;
  check.name = text(value, "name");
  const std::string status = text(value, "status");
  const std::string conclusion = text(value, "conclusion");
  check.words = status == "completed" ? conclusion : status;
  if (status == "completed") {
    check.state = conclusion == "success" || conclusion == "neutral" ||
                          conclusion == "skipped"
                      ? ForgeCheck::State::kGood
                      : ForgeCheck::State::kBad;
  }
  return check.name.empty() ? std::nullopt : std::optional(check);
}

std::optional<ForgeCheck> status_of(const json& value) {
  ForgeCheck check;
  check.name = text(value, "context");
  check.words = text(value, "state");
  check.state = check.words == "success"   ? ForgeCheck::State::kGood
                : check.words == "pending" ? ForgeCheck::State::kPending
                                           : ForgeCheck::State::kBad;
  return check.name.empty() ? std::nullopt : std::optional(check);
}

std::optional<ForgeRelease> release_of(const json& value) {
  ForgeRelease release;
  const std::uint64_t id = whole(value, "id");
  release.id = std::to_string(id);
  release.url = text(value, "html_url");
  release.tag = text(value, "tag_name");
  release.body = text(value, "body");
  return id == 0 || release.tag.empty() ? std::nullopt : std::optional(release);
}

std::string github_words(const HttpResponse& response) {
  const json body = json::parse(response.body, nullptr, false);
  std::string words = text(body, "message");
  std::vector<std::string> more;
  if (const json* errors = member(body, "errors");
      errors != nullptr && errors->is_array()) {
    for (const json& error : *errors) {
      more.push_back(words_of_error(error));
    }
  } else if (errors != nullptr && errors->is_string()) {
    more.push_back(errors->get<std::string>());
  }
  if (words.empty() && more.empty()) {
    return fmt::format("HTTP {}", response.status);
  }
  return one_line(fmt::format(
      "{}{}{}", words, more.empty() ? "" : ": ", fmt::join(more, "; ")));
}

}  // namespace commands::services
