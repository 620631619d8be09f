// `run`: one step or all of them, on a new release or the one in progress.
// Bare `--all` continues the unfinished release and stops at the first step
// that is not done.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "commands/environment.h"
#include "commands/metrics/baseline.h"
#include "schema/release/assess.h"

namespace commands {

struct RunRequest {
  std::optional<schema::Step> step;    // nothing: all
  std::optional<std::string> version;  // as typed
  bool start_new = false;
  bool comprehensive = false;
  bool rehearsal = false;       // --check
  std::uint32_t candidate = 0;  // --rc N
  std::optional<std::string> confirm_bugs;
  std::optional<std::string> confirm_announced;
  // How long a person or a check is waited for; nothing: not at all.
  std::optional<std::chrono::milliseconds> wait;
  std::optional<std::string> new_ledger;  // the reason to go on without one
  schema::Plan plan;
  // A gathered fact: the unfinished releases, oldest first, when the ledger
  // had `ledger_size` events.
  std::vector<std::string> unfinished;
  std::uint64_t ledger_size = 0;
  std::string previous_release;  // the newest published one, or empty
  // And another: what published releases measured, for baselines.
  metrics::History history;
};

// Errors: kUsage `version-invalid`, `several-in-progress`; kNotFound
// `no-such-release`; kBusy `run-in-progress`; kCorruption `ledger-missing`;
// kConflict; and those of the steps.
Status run(const Environment& environment, const RunRequest& request);

// A name as typed, checked, without the prefix people put before it. Says so
// where one was dropped.
Result<std::string> release_name(const std::string& typed, Reporter& reporter);

}  // namespace commands
