// The list of all jobs on the cluster, asked for once for all attempts that
// wait for it, every poll_s. Not thread-safe.

#pragma once

#include <optional>

#include "commands/services/skypilot.h"
#include "commands/steps/children.h"
#include "commands/steps/step.h"

namespace commands::steps {

// How long one call of the cluster's command may take; SkyPilot's client alone
// repeats a call for ten minutes while its server is being upgraded.
constexpr std::chrono::seconds kCallPatience{660};

using ListingOrError = Result<services::skypilot::Listing>;

class JobWatch {
 public:
  JobWatch(StepContext& context, Children& children)
      : context_(context), children_(children) {}

  // Asks, where that is due; the list once it has come. kUpstream
  // `cluster-unreachable`, `queue-unreadable`.
  std::optional<ListingOrError> advance(bool is_wanted);

 private:
  std::optional<ListingOrError> ask();

  StepContext& context_;
  Children& children_;
  Child child_;
  std::optional<std::int64_t> asked_ms_;
};

}  // namespace commands::steps
