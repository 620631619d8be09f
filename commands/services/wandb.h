// Weights & Biases: what a run has recorded, read until it changes no more.
//
// Errors: those of the HTTP client and http_words.h; kUsage
// `wandb-not-set-up`, `wandb-run-invalid`; kUpstream `service-unreadable`,
// `wandb-no-such-run`, `wandb-not-finished` (crashed, failed, killed),
// `wandb-not-stable` (still running, or still changing, after all the time
// that is given); kInterrupted.
//
// Only reads; not thread-safe.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "commands/services/service_access.h"

namespace commands::services::wandb {

// "entity/project/run", the run by its id.
struct RunName {
  std::string entity;
  std::string project;
  std::string run;
};
Result<RunName> parse_run(std::string_view text);

// What is wanted of a run: a value of its summary, or the history of a key.
struct Wanted {
  std::string key;
  bool history = false;
};

struct Value {
  std::optional<double> number;  // nothing: NaN, infinite, or no number
  std::string text;              // as it came
};

struct Series {
  std::string key;
  std::vector<Value> values;  // oldest first; for the summary at most one
  std::string query;          // what was asked for, in words
};

struct Reading {
  std::vector<Series> series;  // one for each wanted, same order
  std::string state;           // finished
  std::uint64_t rows = 0;      // of the whole history
  std::string url;             // of the run, for a person
  std::string digest;          // of all values: SHA-256, hex
};

// Once.
Result<Reading> read(const ServiceAccess& access,
                     const RunName& name,
                     const std::vector<Wanted>& wanted);

// Again and again, for a minute at most, until it has finished and two
// readings are the same.
Result<Reading> read_until_stable(const ServiceAccess& access,
                                  const RunName& name,
                                  const std::vector<Wanted>& wanted);

// Whose key it is. For doctor.
Result<std::string> who(const ServiceAccess& access);

// JSON as Weights & Biases writes it: NaN and infinities stand bare in it.
// They become null.
std::string without_bare_numbers(std::string_view text);

}  // namespace commands::services::wandb
