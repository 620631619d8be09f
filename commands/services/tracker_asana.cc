// Asana: the open tasks of one section of one project are the blocking bugs.

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/services/tracker_kind.h"

namespace commands::services {
namespace {

using ledger::ErrorCode;
using ledger::fail;
using nlohmann::json;

constexpr std::string_view kStandard = "https://app.asana.com/api/1.0";

BaseUrl asana_url(const ServiceAccess& access) {
  return base_url(access, "ASANA_API_URL", kStandard);
}

std::string project_of(const ServiceAccess& access,
                       const schema::Tracker& tracker) {
  return tracker.project.empty() ? access.variable("ASANA_PROJECT_ID")
                                 : tracker.project;
}

TrackerQuestion asana_question(const ServiceAccess& access,
                               const schema::Tracker& tracker) {
  const std::string project = project_of(access, tracker);
  return {"Asana" + asana_url(access).told(),
          fmt::format("open tasks in section \"{}\" of project {}",
                      tracker.section,
                      project.empty() ? "(none named)" : project)};
}

HttpRequest asana_request(const ServiceAccess& access,
                          const std::string& path) {
  const BaseUrl base = asana_url(access);
  HttpRequest request{"Asana", "GET", base.url + path};
  request.url_variable = base.variable;
  request.headers = {{"Accept", "application/json"}};
  request.secrets = {
      {"Authorization", "Bearer", access.first_secret({"ASANA_TOKEN"})}};
  return request;
}

// Every entry of a list, page by page; `path` has a query.
Result<std::vector<json>> asana_list(const ServiceAccess& access,
                                     const std::string& path,
                                     std::size_t& pages) {
  std::vector<json> entries;
  std::string offset;
  std::set<std::string> seen;
  for (std::size_t page = 0; page < kTrackerPagesMax; ++page) {
    const HttpRequest request = asana_request(
        access,
        path + (offset.empty() ? "" : "&offset=" + percent_encoded(offset)));
    RL_ASSIGN(const JsonAnswer answer, ask_json(access, request));
    ++pages;
    const json& body = answer.body;
    if (!body.is_object() || !body.contains("data") ||
        !body["data"].is_array() || !body.contains("next_page")) {
      return std::unexpected(unreadable(request, "no page of a list"));
    }
    for (const json& entry : body["data"]) {
      entries.push_back(entry);
    }
    if (body["next_page"].is_null()) {
      return entries;
    }
    const json& next = body["next_page"];
    offset = next.is_object() && next.contains("offset") &&
                     next["offset"].is_string()
                 ? next["offset"].get<std::string>()
                 : "";
    if (offset.empty() || !seen.insert(offset).second) {
      return std::unexpected(
          unreadable(request, "pages that do not come to an end"));
    }
  }
  return std::unexpected(unreadable(asana_request(access, path),
                                    "more pages than a list of bugs has"));
}

std::string folded(std::string_view name) {
  std::string text(name);
  std::erase_if(text, [](unsigned char c) { return std::isspace(c) != 0; });
  std::ranges::transform(text, text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return text;
}

Result<std::string> find_section(const ServiceAccess& access,
                                 const schema::Tracker& tracker,
                                 std::size_t& pages) {
  const std::string project = project_of(access, tracker);
  RL_ASSIGN(const std::vector<json> sections,
            asana_list(access,
                       fmt::format("/projects/{}/sections?limit=100&opt_fields="
                                   "name",
                                   percent_encoded(project)),
                       pages));
  std::vector<std::string> names;
  std::vector<std::string> found;
  for (const json& section : sections) {
    names.push_back(text_in(section, "name"));
    if (folded(names.back()) == folded(tracker.section)) {
      found.push_back(text_in(section, "gid"));
    }
  }
  if (found.empty()) {
    return fail(
        ErrorCode::kUsage,
        "no-such-section",
        fmt::format(
            "Asana's project {} has no section \"{}\"; it has "
            "{}",
            project,
            tracker.section,
            names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))),
        "name one of them as section of [tracker] in the plan");
  }
  if (found.size() > 1 || found.front().empty()) {
    return fail(ErrorCode::kUsage,
                "section-unclear",
                fmt::format("Asana's project {} has {} sections \"{}\"",
                            project,
                            found.size(),
                            tracker.section),
                "rename one of them");
  }
  return found.front();
}

// A line that only divides the list is no task.
bool is_separator(const json& task) {
  const auto at = task.find("is_rendered_as_separator");
  return at != task.end() && at->is_boolean() && at->get<bool>();
}

Status require_set_up(const ServiceAccess& access,
                      const schema::Tracker& tracker) {
  if (access.variable("ASANA_TOKEN").empty()) {
    return std::unexpected(not_set_up("Asana", "ASANA_TOKEN"));
  }
  if (project_of(access, tracker).empty()) {
    return std::unexpected(not_set_up("Asana", "ASANA_PROJECT_ID"));
  }
  return {};
}

Result<TrackerAnswer> ask_asana(const ServiceAccess& access,
                                const schema::Tracker& tracker) {
  RL_TRY(require_set_up(access, tracker));
  TrackerAnswer answer;
  RL_ASSIGN(const std::string section,
            find_section(access, tracker, answer.pages));
  // Without opt_fields a task does not say whether it is completed.
  const std::string path = fmt::format(
      "/sections/{}/tasks?limit=100&completed_since=now&opt_fields=name,"
      "completed,permalink_url,is_rendered_as_separator",
      percent_encoded(section));
  RL_ASSIGN(const std::vector<json> tasks,
            asana_list(access, path, answer.pages));
  for (const json& task : tasks) {
    const bool whole = task.is_object() && task.contains("completed") &&
                       task["completed"].is_boolean();
    if (!whole) {
      return std::unexpected(
          unreadable(asana_request(access, path),
                     "a task that does not say whether it is completed"));
    }
    ++answer.looked_at;
    if (!task["completed"].get<bool>() && !is_separator(task)) {
      schema::Bug bug;
      bug.key = text_in(task, "gid");
      bug.title = text_in(task, "name");
      bug.url = text_in(task, "permalink_url");
      add_bug(answer, std::move(bug));
    }
  }
  return answer;
}

Result<std::string> who_at_asana(const ServiceAccess& access,
                                 const schema::Tracker& tracker) {
  RL_TRY(require_set_up(access, tracker));
  RL_ASSIGN(
      const JsonAnswer answer,
      ask_json(access, asana_request(access, "/users/me?opt_fields=name")));
  return text_in(answer.body.value("data", json::object()), "name");
}

}  // namespace

const TrackerKind kAsana{asana_question, ask_asana, who_at_asana};

}  // namespace commands::services
