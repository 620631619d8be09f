// Is everything set up? A list of named checks over facts; each looks at one
// thing and changes nothing, so `doctor` may be run at any time, also before
// there is a ledger.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "commands/environment.h"
#include "ledger/health.h"

namespace commands {

struct Finding {
  enum class State { kOk, kWarning, kBroken };
  std::string check;  // stable word: "disk"
  State state = State::kOk;
  std::string detail;
  std::string hint;                       // what to do; empty if ok
  ErrorCode code = ErrorCode::kInternal;  // of what is broken
};

// One word each: "ok", "warning", "broken".
std::string_view word(Finding::State state);

// What is warned of before it hurts: room and files, events and releases, and
// the time of a synced write.
Finding judge_size(const ledger::Usage& usage);
Finding judge_limits(std::uint64_t events, std::uint64_t releases);
Finding judge_sync_time(std::chrono::microseconds time);

// Uses all of the environment but who acts and the work tree.
std::vector<Finding> examine(const Environment& environment);

}  // namespace commands
