// The composition root: where things are and who acts, put together once for
// the verb that runs. The environment, argv and the terminal end here.

#pragma once

#include <memory>
#include <string>

#include "commands/environment.h"
#include "ledger/ledger.h"
#include "projections/queries.h"
#include "projections/releases.h"
#include "projections/timeline.h"
#include "tools/release_ledger/options.h"
#include "tools/release_ledger/terminal.h"

namespace tools {

using ledger::Result;
using ledger::Status;

class TerminalReporter;

// Lives as long as the program; hands out references to what it owns.
class Session {
 public:
  explicit Session(Options options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Options& options() const { return options_; }
  const Terminal& terminal() const { return terminal_; }

  // Where the ledger is and how to open it: --ledger, RELEASE_LEDGER, else
  // below git's common directory.
  Result<ledger::Settings> settings();
  // The ledger, for reading. kNotFound `no-ledger`.
  Result<ledger::Ledger> book();

  // Everything a command needs. `read_only`: git writes nothing.
  Result<commands::Environment> environment(bool read_only);
  // Processes, HTTP and variables alone: nobody has to act.
  void lend_services(commands::Environment& environment, bool read_only);
  // `tell_warnings`: for the commands that act on the plan or are about it.
  Result<schema::Plan> plan(bool tell_warnings);
  Result<std::filesystem::path> plan_file();

  // V as typed, or the release in progress, or the newest one.
  Result<std::string> release(const ledger::Snapshot& snapshot,
                              const std::string& typed);

  // A release that is not there, with the nearest name that is; a place that
  // may not be written to, with what to do where it is not the ledger's.
  ledger::Error with_fitting_hint(ledger::Error error);

  commands::services::Git& git();
  const ledger::Clock& clock() const { return clock_; }

  // If this command appended, and nobody else is at the ledger: folds its small
  // files together, where there are many. May be killed.
  void tidy_up();

 private:
  Result<schema::Actor> actor();
  ledger::Error with_nearest_release(ledger::Error error);
  void make_http_client(bool read_only);

  Options options_;
  Terminal terminal_;
  ledger::SystemClock clock_;
  projections::Releases releases_;
  projections::Timeline timeline_;
  const ledger::Projection* projections_[2] = {&releases_, &timeline_};
  bool appended_ = false;
  std::size_t events_seen_ = 0;  // by the crash tests' observer
  std::unique_ptr<commands::services::ProcessRunner> processes_;
  std::unique_ptr<commands::services::Git> git_;
  std::filesystem::path common_directory_;  // of git; empty: not asked yet
  commands::services::SystemPace pace_;
  std::unique_ptr<commands::services::HttpClient> http_;
  std::unique_ptr<TerminalReporter> reporter_;
};

// The program's version, from the changelog.
std::string program_version();

}  // namespace tools
