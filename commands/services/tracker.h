// Bug trackers: are blocking bugs open? Asana, GitHub Issues and Jira.
//
// An answer is positive proof: every page was read, and every entry said what
// it is. Whatever else happens is an error, and means "cannot be told", never
// "no bugs": kUpstream of the HTTP client (http.h) and of http_words.h,
// `service-unreadable`; kUsage `tracker-not-set-up` where a variable is
// missing, `no-such-section`, `section-unclear`; kInterrupted.
//
// Only reads; not thread-safe.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "commands/services/service_access.h"
#include "schema/event.h"

namespace commands::services {

struct TrackerAnswer {
  std::vector<schema::Bug> bugs;  // that are open, the tracker's order
  std::size_t looked_at = 0;      // entries, the closed ones too
  std::size_t pages = 0;
};

// What a tracker is asked, for the record, whether it answers or not.
struct TrackerQuestion {
  std::string source;  // "Asana", with the host where it is not the usual one
  std::string query;   // "section \"Active\" of project 42"
};

// `tracker`: of the plan, with a kind that is not `none`.
TrackerQuestion question_for(const ServiceAccess& access,
                             const schema::Tracker& tracker);
Result<TrackerAnswer> ask_tracker(const ServiceAccess& access,
                                  const schema::Tracker& tracker);

// Who the token belongs to, asked of the service itself; and whether what the
// plan names can be seen. For doctor.
Result<std::string> look_at_tracker(const ServiceAccess& access,
                                    const schema::Tracker& tracker);

}  // namespace commands::services
