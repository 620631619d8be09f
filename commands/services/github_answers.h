// What GitHub says, as values: pull requests, reviews, checks, releases, and
// refusals in its own words. Bodies are from outside: anything may be absent
// or of another type, and what is needed and absent gives nothing. Pure.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "commands/services/http_message.h"

namespace commands::services {

// Logins can be renamed and taken by another; the id is a person's for good.
struct GitHubUser {
  std::uint64_t id = 0;
  std::string login;
  std::string type;  // "User", "Bot"
};

struct PullRequest {
  std::uint64_t number = 0;
  std::string url;    // for a person
  std::string state;  // open, closed
  bool draft = false;
  bool merged = false;
  std::optional<bool> mergeable;  // nothing: not computed yet
  std::string body;
  std::string head_branch;
  std::string head_commit;
  std::string base_branch;
  std::string merge_commit;  // a merged one's, where GitHub still says it
  GitHubUser author;
};

struct Review {
  std::uint64_t id = 0;
  std::optional<GitHubUser> user;  // nothing: the account is gone
  std::string state;   // APPROVED CHANGES_REQUESTED COMMENTED DISMISSED PENDING
  std::string at;      // submitted; empty while pending
  std::string commit;  // empty: it is gone
  std::string url;
};

// A check run, or a commit status; both are called checks by people.
struct ForgeCheck {
  enum class State { kPending, kGood, kBad };
  std::string name;
  State state = State::kPending;
  std::string words;  // "queued", "failure"
};

struct ForgeRelease {
  std::string id;
  std::string url;
  std::string tag;
  std::string body;
};

// Empty where there is none of it, or it is no text.
std::string github_text(const nlohmann::json& value, const char* key);
std::optional<GitHubUser> user_of(const nlohmann::json& value);
std::optional<PullRequest> pull_request_of(const nlohmann::json& value);
std::optional<Review> review_of(const nlohmann::json& value);
std::optional<ForgeCheck> check_run_of(const nlohmann::json& value);
std::optional<ForgeCheck> status_of(const nlohmann::json& value);
std::optional<ForgeRelease> release_of(const nlohmann::json& value);

// GitHub's words in an answer that is no success, one line: its message and
// those of its errors.
std::string github_words(const HttpResponse& response);

}  // namespace commands::services
