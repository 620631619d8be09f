#include "commands/services/github.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "commands/services/github_api.h"

namespace commands::services {
namespace {

using ledger::Error;
using ledger::ErrorCode;
using ledger::fail;
using nlohmann::json;

// GitHub asks for it.
constexpr std::chrono::seconds kBetweenEffects{1};

std::string json_text(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// A branch or tag in a path: its slashes are part of the name.
std::string segment(std::string_view text) {
  return percent_encoded(text);
}

// What to do about a refusal, by what GitHub says in it: the status alone does
// not tell a race from a rule.
struct Refusal {
  std::string_view words;  // a part of them, in lower case
  std::string_view reason;
  std::string_view hint;
};
constexpr std::array kRefusals = {
    Refusal{"base branch was modified", "base-moved", "type the command again"},
    Refusal{"head branch was modified",
            "head-moved",
            "what is there now was not approved; type the command again to see "
            "what it is"},
    Refusal{"approving review",
            "review-required",
            "a reviewer with write access approves the pull request"},
    Refusal{"changes were requested",
            "review-required",
            "the reviewer approves it, or their review is dismissed"},
    Refusal{"required status check",
            "check-required",
            "wait for the check, or mend what it found in a new candidate"},
    Refusal{"merge commits are not allowed",
            "merge-method",
            "allow merge commits in the repository's settings: only they keep "
            "the commit that was validated"},
    Refusal{"rule violations",
            "rule-violated",
            "a rule of the repository forbids it; its settings say which"},
    Refusal{"not mergeable",
            "not-mergeable",
            "look at the pull request: conflicts, or it is closed or a draft"},
    Refusal{"draft", "not-mergeable", "mark it as ready for review"},
    Refusal{"already exists", "already-there", "type the command again"},
    Refusal{"already_exists", "already-there", "type the command again"},
    Refusal{"no commits between",
            "nothing-to-merge",
            "the stable branch has all of it already"},
    Refusal{"not permitted to create or approve",
            "not-permitted",
            "use a token of a person or an app, or allow it in the settings "
            "for Actions"},
    Refusal{"immutable release",
            "tag-spent",
            "a tag of an immutable release is never used again; release under "
            "another --version"},
    Refusal{"must be a collaborator",
            "not-permitted",
            "the token needs write access to pull requests and contents"}};

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

void explain_refusal(const HttpResponse& response, Acted& acted) {
  const std::string words = lower_case(acted.words);
  for (const Refusal& known : kRefusals) {
    if (words.find(known.words) != std::string::npos) {
      acted.reason = known.reason;
      acted.hint = known.hint;
      return;
    }
  }
  const bool hidden = response.status == 401 || response.status == 403 ||
                      response.status == 404;
  acted.reason = hidden ? "not-permitted" : "refused";
  acted.hint =
      hidden ? "the token may not do this: it needs write access to contents "
               "and pull requests of the repository"
             : "what it says has to be mended there, then type the command "
               "again";
}

}  // namespace

GitHub::GitHub(ServiceAccess access, std::string repository)
    : access_(std::move(access)), repository_(std::move(repository)) {}

std::string GitHub::owner() const {
  return repository_.substr(0, repository_.find('/'));
}

Status GitHub::require_token() const {
  if (!github_token(access_).empty()) {
    return {};
  }
  return fail(ErrorCode::kUsage,
              "no-token",
              fmt::format("GitHub is to be asked about {}, and there is no "
                          "token",
                          repository_),
              "set GITHUB_TOKEN to one that may write contents and pull "
              "requests, or take [forge] out of the plan");
}

std::string GitHub::path(std::string_view below) const {
  return fmt::format("/repos/{}{}", repository_, below);
}

HttpRequest GitHub::posting(std::string method,
                            std::string_view below,
                            const json& body,
                            Effect effect) const {
  HttpRequest result = github_request(access_, std::move(method), path(below));
  result.headers.push_back({"Content-Type", "application/json"});
  result.body = json_text(body);
  result.effect = effect;
  result.apart = kBetweenEffects;
  result.bounds = access_.bounds;
  return result;
}

Result<json> GitHub::read(const std::string& path) {
  RL_TRY(require_token());
  RL_ASSIGN(JsonAnswer answer,
            ask_json(access_, github_request(access_, "GET", path)));
  return std::move(answer.body);
}

template <class T>
Result<std::vector<T>> GitHub::read_all(std::string_view below,
                                        const char* key,
                                        std::optional<T> (*make)(const json&)) {
  RL_TRY(require_token());
  RL_ASSIGN(const GithubList list, github_list(access_, path(below), key));
  std::vector<T> values;
  for (const json& one : list.entries) {
    std::optional<T> value = make(one);
    if (!value) {
      return std::unexpected(
          unreadable(github_request(access_, "GET", path(below)),
                     "an entry that lacks what it is about"));
    }
    values.push_back(std::move(*value));
  }
  return values;
}

Result<GitHubUser> GitHub::who() {
  RL_ASSIGN(const json body, read("/user"));
  return user_of(body).value_or(GitHubUser{});
}

Result<std::string> GitHub::full_name() {
  RL_TRY(require_token());
  RL_ASSIGN(const auto body, github_if_there(access_, path("")));
  if (!body) {
    return fail(ErrorCode::kUpstream,
                "github-no-repository",
                fmt::format("GitHub shows no repository {}", repository_),
                "it is named otherwise, or the token may not see it");
  }
  return github_text(*body, "full_name");
}

Result<std::vector<PullRequest>> GitHub::pull_requests(std::string_view head,
                                                       std::string_view base) {
  RL_ASSIGN(
      std::vector<PullRequest> pulls,
      read_all(fmt::format("/pulls?state=open&head={}&base={}&per_page=100",
                           segment(owner() + ":" + std::string(head)),
                           segment(base)),
               nullptr,
               pull_request_of));
  // A filter that GitHub does not understand it leaves out silently.
  std::erase_if(pulls, [&](const PullRequest& pull) {
    return pull.head_branch != head || pull.base_branch != base;
  });
  std::ranges::sort(pulls, std::greater{}, &PullRequest::number);
  return pulls;
}

Result<PullRequest> GitHub::pull_request(std::uint64_t number) {
  const std::string where = path(fmt::format("/pulls/{}", number));
  RL_ASSIGN(const json body, read(where));
  auto pull = pull_request_of(body);
  if (!pull) {
    return std::unexpected(unreadable(github_request(access_, "GET", where),
                                      "a pull request without its head"));
  }
  return std::move(*pull);
}

Result<std::vector<Review>> GitHub::reviews(std::uint64_t number) {
  return read_all(fmt::format("/pulls/{}/reviews?per_page=100", number),
                  nullptr,
                  review_of);
}

Result<std::string> GitHub::permission(std::string_view login) {
  RL_TRY(require_token());
  RL_ASSIGN(const auto body,
            github_if_there(access_,
                            path(fmt::format("/collaborators/{}/permission",
                                             segment(login)))));
  return body ? github_text(*body, "permission") : std::string("none");
}

Result<std::vector<ForgeCheck>> GitHub::checks(std::string_view commit) {
  RL_ASSIGN(const auto runs,
            read_all(fmt::format("/commits/{}/check-runs?per_page=100", commit),
                     "check_runs",
                     check_run_of));
  RL_ASSIGN(const auto statuses,
            read_all(fmt::format("/commits/{}/status?per_page=100", commit),
                     "statuses",
                     status_of));
  std::vector<ForgeCheck> checks;
  for (const auto* list : {&runs, &statuses}) {
    for (const ForgeCheck& check : *list) {
      // The newest of a name comes first.
      if (std::ranges::find(checks, check.name, &ForgeCheck::name) ==
          checks.end()) {
        checks.push_back(check);
      }
    }
  }
  return checks;
}

Result<std::optional<ForgeRelease>> GitHub::release_of_tag(
    std::string_view tag) {
  RL_TRY(require_token());
  RL_ASSIGN(const auto body,
            github_if_there(
                access_, path(fmt::format("/releases/tags/{}", segment(tag)))));
  return body ? release_of(*body) : std::optional<ForgeRelease>();
}

HttpRequest GitHub::opening(const NewPullRequest& wanted) const {
  return posting("POST",
                 "/pulls",
                 {{"title", wanted.title},
                  {"head", wanted.head},
                  {"base", wanted.base},
                  {"body", wanted.body},
                  {"maintainer_can_modify", false}},
                 Effect::kOnce);
}

HttpRequest GitHub::editing(std::uint64_t number,
                            std::string_view title,
                            std::string_view body) const {
  return posting("PATCH",
                 fmt::format("/pulls/{}", number),
                 {{"title", title}, {"body", body}},
                 Effect::kRepeatable);
}

HttpRequest GitHub::merging(const Merge& wanted) const {
  return posting("PUT",
                 fmt::format("/pulls/{}/merge", wanted.number),
                 {{"sha", wanted.head_commit},
                  {"merge_method", "merge"},
                  {"commit_title", wanted.title},
                  {"commit_message", wanted.message}},
                 Effect::kOnce);
}

HttpRequest GitHub::publishing(const NewRelease& wanted) const {
  return posting("POST",
                 "/releases",
                 {{"tag_name", wanted.tag},
                  {"name", wanted.name},
                  {"body", wanted.body},
                  {"draft", false},
                  {"prerelease", false}},
                 Effect::kOnce);
}

Result<Acted> GitHub::act(const HttpRequest& request) {
  RL_TRY(require_token());
  Acted acted;
  auto sent = access_.http->send(request);
  if (!sent) {
    if (sent.error().reason != kOutcomeUnknown) {
      return std::unexpected(std::move(sent.error()));
    }
    acted.words = sent.error().message;
    return acted;
  }
  if (sent->is_success()) {
    acted.kind = Acted::Kind::kDone;
    return acted;
  }
  acted.words = github_words(*sent);
  if (sent->status >= 500) {
    return acted;
  }
  acted.kind = Acted::Kind::kRefused;
  explain_refusal(*sent, acted);
  return acted;
}

}  // namespace commands::services
