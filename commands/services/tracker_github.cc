// GitHub Issues: the open issues that have every label are the blocking bugs.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/services/github_api.h"
#include "commands/services/tracker_kind.h"

namespace commands::services {
namespace {

using nlohmann::json;

TrackerQuestion github_question(const ServiceAccess& access,
                                const schema::Tracker& tracker) {
  return {"GitHub" + github_url(access).told(),
          fmt::format("open issues of {} with {} {}",
                      tracker.repository,
                      tracker.labels.size() == 1 ? "the label" : "the labels",
                      fmt::join(tracker.labels, ", "))};
}

Result<TrackerAnswer> ask_github(const ServiceAccess& access,
                                 const schema::Tracker& tracker) {
  const std::string path = fmt::format(
      "/repos/{}/issues?state=open&per_page=100&labels={}",
      tracker.repository,
      percent_encoded(fmt::format("{}", fmt::join(tracker.labels, ","))));
  RL_ASSIGN(const GithubList issues, github_list(access, path));
  TrackerAnswer answer;
  answer.pages = issues.pages;
  for (const json& issue : issues.entries) {
    if (!issue.is_object() || !issue.contains("number") ||
        !issue["number"].is_number_integer()) {
      return std::unexpected(unreadable(github_request(access, "GET", path),
                                        "an issue without a number"));
    }
    if (issue.contains("pull_request")) {
      continue;  // GitHub lists them among the issues
    }
    ++answer.looked_at;
    schema::Bug bug;
    bug.key = fmt::format("#{}", issue["number"].get<std::int64_t>());
    bug.title = text_in(issue, "title");
    bug.url = text_in(issue, "html_url");
    add_bug(answer, std::move(bug));
  }
  return answer;
}

Result<std::string> who_at_github(const ServiceAccess& access,
                                  const schema::Tracker&) {
  if (github_token(access).empty()) {
    return std::string("nobody in particular");
  }
  RL_ASSIGN(const JsonAnswer answer,
            ask_json(access, github_request(access, "GET", "/user")));
  return text_in(answer.body, "login");
}

}  // namespace

const TrackerKind kGithubIssues{github_question, ask_github, who_at_github};

}  // namespace commands::services
