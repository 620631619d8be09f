// When what is asked of a metric changed: its bounds, how it is read, and what
// it is called, from the plans as they were recorded.
//
// Errors: as queries.h; kNotFound `no-such-metric`.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/snapshot.h"

namespace projections {

struct BlameLine {
  std::string release;
  ledger::Position position = 0;  // of the plan that says so
  std::int64_t at_ms = 0;
  std::string by;
  std::string what;  // "bound in smoke", "statistic", "pattern", "name" ...
  std::optional<std::string> before;  // nothing: it was not said
  std::optional<std::string> after;   // nothing: it is not said any more
};

// Oldest first. Follows the metric over its former names. A plan is compared
// with the one before it in its release, the first of a release with the
// newest recorded before it.
ledger::Result<std::vector<BlameLine>> blame(const ledger::Snapshot& snapshot,
                                             const std::string& key);

}  // namespace projections
