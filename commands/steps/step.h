// The five steps. Each brings a release to the end of itself or answers with
// the error that says why not: kRejected (a gate said no), kWaiting (a person
// is needed), kUpstream and so on. Run again it goes on where it was: every
// effect is an intent on the ledger, the attempt, and what was then seen.
//
// In a rehearsal the same code runs with a read-only git and a stream that
// appends nothing; where an effect would be, the step says what it would do.

#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "commands/environment.h"
#include "commands/metrics/baseline.h"
#include "commands/release_stream.h"
#include "commands/run_lease.h"
#include "schema/release/assess.h"

namespace commands::steps {

struct StepContext {
  const Environment& environment;
  ReleaseStream& release;
  RunLease* lease;              // null in a rehearsal
  std::uint32_t candidate = 0;  // --rc N; 0: not given
  std::optional<std::string> confirm_bugs;
  std::optional<std::string> confirm_announced;
  // Of the ledger when the run began: what is at or after it, this run saw.
  std::uint64_t first_position = 0;
  // What past releases measured, when the run began.
  const metrics::History& history;
  // [run] of the plan as it was read now: limits and how to reach the cluster.
  const schema::RunSettings* settings = nullptr;
  // The whole of it: what is outside the digest is recorded with the next
  // change of the plan only.
  const schema::Plan* read_plan = nullptr;
  // --wait: until when, by the pace's clock. Nothing: what a person has to do
  // is not waited for.
  std::optional<std::chrono::milliseconds> wait_until = std::nullopt;
  // A rehearsal of all steps: what one would do is taken as done by those after
  // it, for what they would answer rests on it.
  bool assumes = false;

  const schema::ReleaseRecord& record() const { return release.record(); }
  const schema::Plan& plan() const { return *release.record().plan; }
  services::Git& git() const { return *environment.git; }
  bool is_rehearsal() const { return release.is_rehearsal(); }
  std::string actor() const { return schema::display_name(environment.actor); }

  // "STEP: line" for a person; "would" is the caller's word.
  void say(schema::Step step, std::string_view line) const;
  // Where the command may wait for what `error` says is missing: a polite
  // while, then true. False: not, or no longer, or it was interrupted.
  bool wait_a_little(const Error& error) const;
  // Says so and answers true where the step is complete for the candidate.
  bool skip_if_done(schema::Step step) const;
};

// Whether the first candidate of a release that is about to start could be
// made: before anything is on the record.
Status require_first_candidate(const Environment& environment,
                               const schema::Plan& plan,
                               const std::string& release,
                               std::uint32_t candidate);

Status prepare_branch(StepContext& context);
Status bug_check(StepContext& context);
Status workflow_tests(StepContext& context);
Status release(StepContext& context);
Status announce(StepContext& context);

Status run_step(StepContext& context, schema::Step step);

}  // namespace commands::steps
