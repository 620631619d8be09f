// GitHub's REST interface, as far as a release needs it: one repository, read
// and acted on with the token of whoever runs this.
//
// Reads answer with values; absence is no error where it is normal. What acts
// is built as a request first, so that a rehearsal can show it, and its answer
// is read into what came of it: done, refused in GitHub's words, or unknown.
// An unknown outcome is for the caller to look up.
//
// Errors: kUsage `no-token`; kUpstream `github-no-repository` and those of
// github_api.h. Not thread-safe.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/services/github_answers.h"
#include "commands/services/service_access.h"

namespace commands::services {

// What came of a request that acts.
struct Acted {
  enum class Kind { kDone, kRefused, kUnknown };
  Kind kind = Kind::kUnknown;
  std::string reason;  // a stable word
  std::string words;   // GitHub's
  std::string hint;
};

class GitHub {
 public:
  // `repository`: owner/name. What `access` points to must outlive it.
  GitHub(ServiceAccess access, std::string repository);

  const std::string& repository() const { return repository_; }
  std::string owner() const;
  // kUsage `no-token`.
  Status require_token() const;

  // --- reads ---
  // Who the token speaks for.
  Result<GitHubUser> who();
  // The repository's full name as GitHub has it; kUpstream
  // `github-no-repository`.
  Result<std::string> full_name();
  // Open ones from `head` to `base`; the newest first.
  Result<std::vector<PullRequest>> pull_requests(std::string_view head,
                                                 std::string_view base);
  Result<PullRequest> pull_request(std::uint64_t number);
  Result<std::vector<Review>> reviews(std::uint64_t number);
  // admin, write, read or none.
  Result<std::string> permission(std::string_view login);
  // Check runs and statuses, of each name the newest.
  Result<std::vector<ForgeCheck>> checks(std::string_view commit);
  // Published ones only.
  Result<std::optional<ForgeRelease>> release_of_tag(std::string_view tag);

  // --- acts ---
  struct NewPullRequest {
    std::string head;
    std::string base;
    std::string title;
    std::string body;
  };
  HttpRequest opening(const NewPullRequest& wanted) const;
  // Another title and body of one that is there.
  HttpRequest editing(std::uint64_t number,
                      std::string_view title,
                      std::string_view body) const;
  struct Merge {
    std::uint64_t number = 0;
    std::string head_commit;  // another one is refused
    std::string title;
    std::string message;
  };
  HttpRequest merging(const Merge& wanted) const;
  struct NewRelease {
    std::string tag;
    std::string name;
    std::string body;
  };
  HttpRequest publishing(const NewRelease& wanted) const;

  Result<Acted> act(const HttpRequest& request);

 private:
  std::string path(std::string_view below) const;
  HttpRequest posting(std::string method,
                      std::string_view below,
                      const nlohmann::json& body,
                      Effect effect) const;
  // The parsed body of a success.
  Result<nlohmann::json> read(const std::string& path);
  // Every entry below the repository, read by `make`; one that it cannot read
  // is an error: what it says might have mattered.
  template <class T>
  Result<std::vector<T>> read_all(
      std::string_view below,
      const char* key,
      std::optional<T> (*make)(const nlohmann::json&));

  ServiceAccess access_;
  std::string repository_;
};

}  // namespace commands::services
