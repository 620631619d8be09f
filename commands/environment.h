// What a command acts through: the doors to the outside and who acts. Made by
// the composition root, handed to every command; nothing here is owned.

#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/services/git.h"
#include "commands/services/http.h"
#include "commands/services/process.h"
#include "ledger/ledger.h"

namespace commands {

using ledger::Error;
using ledger::ErrorCode;
using ledger::fail;
using ledger::Result;
using ledger::Status;

// A validation that is being run, as it is shown while it is. Borrowed for the
// call it is told in.
struct RunningValidation {
  const schema::Validation* planned = nullptr;
  const std::vector<schema::MetricRule>* rules = nullptr;
  std::string state;  // "running", "launching", "job 41 STARTING"
  std::uint32_t attempt = 1;
  double elapsed_s = 0;
  std::optional<double> remaining_s;  // until its time limit
  std::filesystem::path log;
};

// Where a command's words go. Results are for standard output, the rest is
// progress for a person.
class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void progress(std::string_view line) = 0;
  virtual void result(std::string_view text) = 0;
  // Something about a validation has changed: progress, with the time where
  // that is kept.
  virtual void change(std::string_view line) { progress(line); }
  // Those that run now; called several times a second while any does.
  virtual void validations_running(const std::vector<RunningValidation>&) {}
  // One has ended without passing; its log says why.
  virtual void validation_failed(const std::string& /*name*/,
                                 const std::filesystem::path& /*log*/) {}
  // The validations of a release have come to rest; shown from the view.
  virtual void validations_finished(const std::string& release) = 0;
  // Yes or no; nothing where there is nobody to ask.
  virtual std::optional<bool> confirm(std::string_view question) = 0;
};

struct Environment {
  services::Git* git;
  services::ProcessRunner* processes;
  services::HttpClient* http = nullptr;
  services::Pace* pace = nullptr;
  // A variable of the process's environment: tokens and addresses of services.
  // Empty where it is not set.
  std::function<std::string(const std::string& name)> variable;
  Reporter* reporter;
  const ledger::Clock* clock;
  ledger::Settings ledger;
  schema::Actor actor;
  ledger::Uuid run_id{};
  std::filesystem::path work_tree;
  std::filesystem::path plan_file;
};

}  // namespace commands
