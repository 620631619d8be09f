// Jira Cloud: the issues that a JQL query finds, unless they are done, are the
// blocking bugs.

#include <set>

#include <fmt/format.h>

#include "commands/services/tracker_kind.h"

namespace commands::services {
namespace {

using nlohmann::json;

// The site: JIRA_API_URL, else what the plan says, else JIRA_URL.
BaseUrl jira_url(const ServiceAccess& access, const schema::Tracker& tracker) {
  if (!access.variable("JIRA_API_URL").empty() || !tracker.url.empty()) {
    return base_url(access, "JIRA_API_URL", tracker.url);
  }
  return base_url(access, "JIRA_URL", "");
}

std::string jira_user(const ServiceAccess& access) {
  return access.first_set({"JIRA_EMAIL", "JIRA_USERNAME"});
}

TrackerQuestion jira_question(const ServiceAccess& access,
                              const schema::Tracker& tracker) {
  return {"Jira" + jira_url(access, tracker).told(), tracker.jql};
}

// With an e-mail the token is of a person of Jira Cloud, without one it stands
// for itself.
HttpRequest jira_request(const ServiceAccess& access,
                         const schema::Tracker& tracker,
                         std::string method,
                         const std::string& path) {
  const BaseUrl base = jira_url(access, tracker);
  HttpRequest request{"Jira", std::move(method), base.url + path};
  request.url_variable = base.variable;
  request.headers = {{"Accept", "application/json"}};
  const std::string user = jira_user(access);
  const std::string token = access.variable("JIRA_API_TOKEN");
  if (user.empty()) {
    request.secrets = {
        {"Authorization", "Bearer", Secret("JIRA_API_TOKEN", token)}};
  } else {
    request.secrets = {{"Authorization",
                        "Basic",
                        Secret::basic("JIRA_API_TOKEN", user, token)}};
  }
  return request;
}

Status require_jira(const ServiceAccess& access,
                    const schema::Tracker& tracker) {
  if (access.variable("JIRA_API_TOKEN").empty()) {
    return std::unexpected(not_set_up("Jira", "JIRA_API_TOKEN"));
  }
  if (jira_url(access, tracker).url.empty()) {
    return std::unexpected(not_set_up("Jira", "JIRA_URL"));
  }
  return {};
}

// The key of the category that its status belongs to: new, indeterminate,
// done. Empty where it is not said.
std::string category_of(const json& issue) {
  const json* at = &issue;
  for (const char* key : {"fields", "status", "statusCategory"}) {
    if (!at->is_object() || !at->contains(key)) {
      return {};
    }
    at = &(*at)[key];
  }
  return text_in(*at, "key");
}

Status add_issues(const HttpRequest& request,
                  const json& issues,
                  const std::string& site,
                  TrackerAnswer& answer) {
  for (const json& issue : issues) {
    schema::Bug bug;
    bug.key = text_in(issue, "key");
    const std::string category = category_of(issue);
    if (bug.key.empty() || category.empty()) {
      return std::unexpected(
          unreadable(request, "an issue that does not say its key and status"));
    }
    ++answer.looked_at;
    if (category == "done") {
      continue;
    }
    bug.title = text_in(issue["fields"], "summary");
    bug.url = fmt::format("{}/browse/{}", site, bug.key);
    add_bug(answer, std::move(bug));
  }
  return {};
}

Result<TrackerAnswer> ask_jira(const ServiceAccess& access,
                               const schema::Tracker& tracker) {
  RL_TRY(require_jira(access, tracker));
  const std::string site =
      tracker.url.empty() ? jira_url(access, tracker).url : tracker.url;
  TrackerAnswer answer;
  std::string token;
  std::set<std::string> seen;
  while (true) {
    HttpRequest request =
        jira_request(access, tracker, "POST", "/rest/api/3/search/jql");
    request.headers.push_back({"Content-Type", "application/json"});
    json question = {{"jql", tracker.jql},
                     {"fields", {"summary", "status"}},
                     {"maxResults", 100}};
    if (!token.empty()) {
      question["nextPageToken"] = token;
    }
    request.body = question.dump();  // a search, and so a read
    RL_ASSIGN(const JsonAnswer page, ask_json(access, request));
    ++answer.pages;
    const json& body = page.body;
    if (!body.is_object() || !body.contains("issues") ||
        !body["issues"].is_array()) {
      return std::unexpected(unreadable(request, "no page of issues"));
    }
    RL_TRY(add_issues(request, body["issues"], site, answer));
    const auto at = body.find("nextPageToken");
    token = at != body.end() && at->is_string() ? at->get<std::string>() : "";
    const auto last = body.find("isLast");
    const bool is_last = last != body.end() && last->is_boolean()
                             ? last->get<bool>()
                             : token.empty();
    if (is_last) {
      return answer;
    }
    if (token.empty() || !seen.insert(token).second ||
        seen.size() > kTrackerPagesMax) {
      return std::unexpected(
          unreadable(request, "pages that do not come to an end"));
    }
  }
}

Result<std::string> who_at_jira(const ServiceAccess& access,
                                const schema::Tracker& tracker) {
  RL_TRY(require_jira(access, tracker));
  RL_ASSIGN(
      const JsonAnswer answer,
      ask_json(access,
               jira_request(access, tracker, "GET", "/rest/api/3/myself")));
  return text_in(answer.body, "displayName");
}

}  // namespace

const TrackerKind kJira{jira_question, ask_jira, who_at_jira};

}  // namespace commands::services
