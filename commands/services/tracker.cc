#include "commands/services/tracker.h"

#include <fmt/format.h>

#include "commands/services/tracker_kind.h"

namespace commands::services {
namespace {

const TrackerKind& kind_of(const schema::Tracker& tracker) {
  if (tracker.kind == "github") {
    return kGithubIssues;
  }
  RL_CHECK(tracker.kind == "asana" || tracker.kind == "jira",
           "the plan has checked the tracker's kind");
  return tracker.kind == "jira" ? kJira : kAsana;
}

}  // namespace

TrackerQuestion question_for(const ServiceAccess& access,
                             const schema::Tracker& tracker) {
  return kind_of(tracker).question(access, tracker);
}

Result<TrackerAnswer> ask_tracker(const ServiceAccess& access,
                                  const schema::Tracker& tracker) {
  return kind_of(tracker).ask(access, tracker);
}

Result<std::string> look_at_tracker(const ServiceAccess& access,
                                    const schema::Tracker& tracker) {
  RL_ASSIGN(const std::string who, kind_of(tracker).who(access, tracker));
  RL_ASSIGN(const TrackerAnswer answer, ask_tracker(access, tracker));
  const TrackerQuestion question = question_for(access, tracker);
  return fmt::format("{}: {} sees {}, {} blocking bugs open",
                     question.source,
                     who,
                     question.query,
                     answer.bugs.size());
}

ledger::Error not_set_up(std::string_view tracker, std::string_view variable) {
  return {
      ledger::ErrorCode::kUsage,
      "tracker-not-set-up",
      fmt::format("{} cannot be asked: {} is not set", tracker, variable),
      fmt::format("set {}, or choose another [tracker] in the plan", variable)};
}

void add_bug(TrackerAnswer& answer, schema::Bug bug) {
  if (answer.bugs.size() < kBugsMax) {
    answer.bugs.push_back(std::move(bug));
  }
}

}  // namespace commands::services
