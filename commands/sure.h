// "Are you sure?" of an act, asked before it is done.

#pragma once

#include <string>

#include "commands/environment.h"

namespace commands {

struct SureQuestion {
  std::string text;       // "Abandon 2025.10.02?"
  std::string act;        // "record this": what nobody could be asked about
  std::string no;         // "nothing was recorded"
  bool answered = false;  // --yes
};

// Errors: kWaiting `not-confirmed`: the answer is no, or nobody can be asked;
// kInterrupted.
Status require_sure(Reporter& reporter, const SureQuestion& question);

// What waits for a person, where that person has interrupted it.
Status unless_interrupted(Status status);

}  // namespace commands
