// The commands' words, to the terminal: a live table where there is one, else
// a line with the time for each change and a heartbeat. The table at the end
// comes from the view.

#pragma once

#include <chrono>

#include "commands/environment.h"
#include "tools/release_ledger/live_table.h"

namespace tools {

class Session;

class TerminalReporter : public commands::Reporter {
 public:
  explicit TerminalReporter(Session& session);

  void progress(std::string_view line) override;
  void result(std::string_view text) override;
  void change(std::string_view line) override;
  void validations_running(
      const std::vector<commands::RunningValidation>& running) override;
  void validation_failed(const std::string& name,
                         const std::filesystem::path& log) override;
  void validations_finished(const std::string& release) override;
  std::optional<bool> confirm(std::string_view question) override;

 private:
  void beat(const std::vector<commands::RunningValidation>& running);

  Session& session_;
  LiveTable table_;
  std::chrono::steady_clock::time_point last_word_;
  std::chrono::milliseconds heartbeat_;
};

}  // namespace tools
