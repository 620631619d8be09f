#include "commands/plan/tracker.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "commands/plan/check.h"
#include "commands/plan/defaults.h"
#include "commands/plan/plan.h"
#include "commands/plan/toml_reader.h"

namespace commands::plan {
namespace {

// Which keys a kind of tracker has beside `kind` and `timeout_s`.
struct KindKeys {
  std::string_view kind;
  std::array<std::string_view, 2> keys;
};
constexpr std::array kKinds = {KindKeys{"asana", {"project", "section"}},
                               KindKeys{"github", {"repository", "labels"}},
                               KindKeys{"jira", {"jql", "url"}},
                               KindKeys{"none", {"", ""}}};

// "owner/name", as GitHub allows it.
bool is_repository(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto is_name = [](std::string_view name) {
    return !name.empty() && name != "." && name != ".." &&
           std::ranges::all_of(name, [](char c) {
             return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                    (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
           });
  };
  return slash != std::string_view::npos && is_name(text.substr(0, slash)) &&
         is_name(text.substr(slash + 1));
}

bool is_number(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

class TrackerCheck {
 public:
  explicit TrackerCheck(const Checking& checking)
      : checking_(checking), tracker_(*checking.plan.tracker) {}

  void run() {
    refuse_keys_of_others();
    if (tracker_.kind == "github") {
      if (!is_repository(tracker_.repository)) {
        refuse("repository",
               "[tracker] of kind github needs repository = \"owner/name\"");
      }
      if (tracker_.labels.empty()) {
        refuse("labels",
               "[tracker] of kind github needs labels: without one every "
               "open issue would block");
      }
    } else if (tracker_.kind == "jira") {
      check_jira();
    } else if (tracker_.kind == "asana" && !is_number(tracker_.project)) {
      refuse("project",
             "project of an Asana tracker is the number in the address of "
             "the project");
    }
    if (tracker_.timeout_s < 1 || tracker_.timeout_s > kServiceTimeoutLimitS) {
      refuse("timeout_s",
             fmt::format("timeout_s of [tracker] is between 1 and {}",
                         kServiceTimeoutLimitS));
    }
  }

 private:
  void refuse(std::string_view key, std::string what) {
    checking_.problems.refuse(
        place_at(checking_.source, {Step("tracker"), Step(key)}),
        std::move(what));
  }

  void check_jira() {
    if (tracker_.jql.empty()) {
      refuse("jql",
             "[tracker] of kind jira needs jql: the query of the bugs "
             "that block");
    }
    const bool secure = tracker_.url.starts_with("https://") &&
                        tracker_.url.find(' ') == std::string::npos;
    if (!tracker_.url.empty() && !secure) {
      refuse("url", "url of [tracker] begins with https://");
    }
  }

  void refuse_keys_of_others() {
    const toml::table& table = *checking_.source["tracker"].as_table();
    for (const KindKeys& kind : kKinds) {
      for (const std::string_view key : kind.keys) {
        if (kind.kind != tracker_.kind && !key.empty() && table.contains(key)) {
          refuse(
              key,
              fmt::format("{} is a key of a tracker of kind {}, and this is {}",
                          key,
                          kind.kind,
                          tracker_.kind));
        }
      }
    }
  }

  const Checking& checking_;
  const schema::Tracker& tracker_;
};

}  // namespace

std::unique_ptr<schema::Tracker> read_tracker(const toml::table& table,
                                              Problems& problems) {
  TableReader reader(table, "[tracker]", problems);
  auto tracker = std::make_unique<schema::Tracker>();
  if (!reader.has("kind")) {
    reader.required_text("kind");
  }
  tracker->kind =
      reader.word("kind", "none", {"asana", "github", "jira", "none"});
  tracker->project = reader.text("project", "");
  tracker->section =
      reader.text("section", tracker->kind == "asana" ? kTrackerSection : "");
  tracker->repository = reader.text("repository", "");
  tracker->labels = reader.texts("labels", {});
  tracker->jql = reader.text("jql", "");
  tracker->url = reader.text("url", "");
  while (tracker->url.ends_with('/')) {
    tracker->url.pop_back();
  }
  tracker->timeout_s = reader.number("timeout_s").value_or(kServiceTimeoutS);
  reader.refuse_unknown_keys();
  return tracker;
}

std::optional<schema::Tracker> tracker_in_use(
    const schema::Plan& plan,
    const std::function<std::string(const std::string&)>& variable) {
  if (plan.tracker != nullptr) {
    return plan.tracker->kind == "none" ? std::nullopt
                                        : std::optional(*plan.tracker);
  }
  if (variable("ASANA_TOKEN").empty() || variable("ASANA_PROJECT_ID").empty()) {
    return std::nullopt;
  }
  schema::Tracker tracker;
  tracker.kind = "asana";
  tracker.section = kTrackerSection;
  tracker.timeout_s = kServiceTimeoutS;
  return tracker;
}

void check_tracker(const Checking& checking) {
  if (checking.plan.tracker) {
    TrackerCheck(checking).run();
  }
}

}  // namespace commands::plan
