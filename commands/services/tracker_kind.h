// One kind of tracker; tracker.h chooses among them. Internal to the trackers.

#pragma once

#include <string>
#include <string_view>

#include "commands/services/tracker.h"

namespace commands::services {

// More pages than any list of blocking bugs has: something goes round.
constexpr std::size_t kTrackerPagesMax = 200;
// Of the bugs that were found, these are recorded.
constexpr std::size_t kBugsMax = 500;

struct TrackerKind {
  TrackerQuestion (*question)(const ServiceAccess& access,
                              const schema::Tracker& tracker);
  Result<TrackerAnswer> (*ask)(const ServiceAccess& access,
                               const schema::Tracker& tracker);
  // Who one is there.
  Result<std::string> (*who)(const ServiceAccess& access,
                             const schema::Tracker& tracker);
};

extern const TrackerKind kAsana;
extern const TrackerKind kGithubIssues;
extern const TrackerKind kJira;

// kUsage `tracker-not-set-up`.
ledger::Error not_set_up(std::string_view tracker, std::string_view variable);

// Adds a bug, up to as many as are recorded.
void add_bug(TrackerAnswer& answer, schema::Bug bug);

}  // namespace commands::services
