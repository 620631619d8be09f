// What SkyPilot's `sky jobs` commands print, as values. The facts come from a
// reading of its sources; nothing here trusts its output further than that:
// prose, colours and lines of other kinds may stand anywhere, and what cannot
// be understood is "ask again", never "failed".
//
// Pure; thread-safe.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/services/process.h"
#include "ledger/result.h"

namespace commands::services::skypilot {

// What a launch has said.
struct LaunchAnswer {
  std::string job_id;     // empty: it has not said, or has contradicted itself
  bool was_sent = false;  // a request reached the server, so a job may be
};
LaunchAnswer read_launch(std::string_view output);

enum class JobState {
  kWaiting,    // for a slot, for machines, for set-up
  kRunning,    // has run, and has not ended: recovering and cancelling too
  kSucceeded,  // the scheduler's word; the program's own may differ
  kFailed,     // the program, or its set-up, ended badly
  kBroken,     // it could not be run: no capacity, no credentials, controller
  kCancelled,
  kUnknown,  // a word of a newer SkyPilot: the job has not ended
};
JobState state_of(std::string_view word);
bool is_final(JobState state);

struct Job {
  std::string id;
  std::string name;    // may be cut by the table
  std::string status;  // the word
  JobState state = JobState::kUnknown;
  std::string detail = {};  // why it failed, where it is said
};

struct Listing {
  std::vector<Job> jobs;
  // Every job there is stands in it, so one that does not is gone.
  bool is_complete = false;
};

// Of `sky jobs queue`, as JSON or as a table. `argv` tells whether all jobs
// were asked for. kUpstream `queue-unreadable`.
ledger::Result<Listing> read_queue(std::string_view output,
                                   const std::vector<std::string>& argv);
// Of the whole call, which had `patience` to answer: what a call prints that
// then fails is no list. Also kUpstream `cluster-unreachable`.
ledger::Result<Listing> read_queue(const ProcessResult& call,
                                   const std::vector<std::string>& argv,
                                   std::chrono::seconds patience);

// By id where it is known, else by the unique name; null if not listed.
const Job* find_job(const Listing& listing,
                    std::string_view id,
                    std::string_view name);

// Of `sky check`: what it says can be used, in one line; empty: nothing.
std::string enabled_infra(std::string_view output);

// Without the sequences that colour a terminal.
std::string without_escapes(std::string_view text);

}  // namespace commands::services::skypilot
