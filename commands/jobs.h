// Acts on attempts beside a run: end them on purpose, and say what became of
// what nobody could tell about: a job, or a post.

#pragma once

#include <optional>
#include <string>

#include "commands/environment.h"
#include "commands/metrics/baseline.h"
#include "schema/event.h"

namespace commands {

struct CancelRequest {
  std::string release;
  std::string validation;  // empty: all that run
  std::string reason;
  // As it is read now, for how to reach the cluster; without one, the recorded
  // plan says.
  std::optional<schema::Plan> plan;
  metrics::History history = {};  // what published releases measured
};

// Recorded first; then the run that is at work ends them, and is waited for.
// Where none is, it is done here: nothing of an attempt is left when this
// returns well. kRejected `nothing-runs`, `job-unknown`; kWaiting
// `job-unknown`; kUpstream `not-cancelled`; kInterrupted.
Status cancel(const Environment& environment, const CancelRequest& request);

struct SettleRequest {
  std::string release;
  std::string validation;
  std::string job_id;  // empty: there is none
  std::string reason;
};

// kRejected `nothing-to-settle`.
Status settle(const Environment& environment, const SettleRequest& request);

// The same of an announcement that may have been posted.
struct SettlePostRequest {
  std::string release;
  std::string channel;
  bool posted = false;
  std::string reason;
};
Status settle_post(const Environment& environment,
                   const SettlePostRequest& request);

}  // namespace commands
