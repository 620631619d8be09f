// Does the world agree with the ledger? Branch, stable, tag, pull request,
// page, announcement and jobs of one release, each as it is recorded and as it
// is found. Reads only; nothing is recorded, fetched or changed.

#pragma once

#include <string>
#include <vector>

#include "commands/environment.h"
#include "schema/release/record.h"

namespace commands {

struct WorldFinding {
  enum class State {
    kAgrees,
    kDiffers,
    kUnasked,  // the service has no way to ask, or is not set up here
    kFailed,   // it was asked and did not answer
  };
  std::string what;  // stable word: "branch"
  State state = State::kAgrees;
  std::string ledger;   // as it is recorded, in words
  std::string world;    // as it is
  std::string command;  // what settles it; empty where it agrees
};

// One word each: "agrees", "differs", "unasked", "failed".
std::string_view word(WorldFinding::State state);

// Uses git, processes, http and variable of the environment.
std::vector<WorldFinding> compare_with_world(
    const Environment& environment, const schema::ReleaseRecord& record);

}  // namespace commands
