// What a command acts through: the doors to the outside and who acts. Made by
// the composition root, handed to every command; nothing here is owned.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "commands/services/git.h"
#include "commands/services/process.h"
#include "ledger/ledger.h"

namespace commands {

using ledger::Error;
using ledger::ErrorCode;
using ledger::fail;
using ledger::Result;
using ledger::Status;

// Where a command's words go. Results are for standard output, the rest is
// progress for a person.
class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void progress(std::string_view line) = 0;
  virtual void result(std::string_view text) = 0;
  // The validations of a release have come to rest; shown from the view.
  virtual void validations_finished(const std::string& release) = 0;
  // Yes or no; nothing where there is nobody to ask.
  virtual std::optional<bool> confirm(std::string_view question) = 0;
};

struct Environment {
  services::Git* git;
  services::ProcessRunner* processes;
  Reporter* reporter;
  const ledger::Clock* clock;
  ledger::Settings ledger;
  schema::Actor actor;
  ledger::Uuid run_id{};
  std::filesystem::path work_tree;
  std::filesystem::path plan_file;
};

}  // namespace commands
