// release-ledger: parse, run the verb, turn its answer into an exit code.

#include <csignal>
#include <exception>

#include <fcntl.h>

#include "commands/services/process.h"
#include "tools/release_ledger/command_line.h"
#include "tools/release_ledger/exit_code.h"
#include "tools/release_ledger/session.h"

namespace {

// Async-signal-safe; a second Ctrl-C ends the program at once.
extern "C" void on_interrupt(int signal) {
  if (commands::services::interrupt_requested()) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
  commands::services::request_interrupt();
}

void install_signal_handlers() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  // The terminal was closed; `nohup` says that this is to make no difference.
  struct sigaction inherited {};
  ::sigaction(SIGHUP, nullptr, &inherited);
  if (inherited.sa_handler != SIG_IGN) {
    ::sigaction(SIGHUP, &action, nullptr);
  }
  // Writing to a closed pipe is an error to look at, not a death.
  std::signal(SIGPIPE, SIG_IGN);
}

// A file that is opened must not be taken for a stream that was closed (`>&-`):
// the lowest free number is given to it.
void hold_standard_streams() {
  for (int descriptor = 0; descriptor < 3; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) == -1) {
      // Its number; nothing can be written to it.
      (void)::open("/dev/null", O_RDONLY);
    }
  }
}

// Of the command; that its answer could not be written is second to it.
int ended(const tools::Status& status) {
  if (!status) {
    return tools::exit_code(status.error().code);
  }
  return tools::Terminal::out_has_failed() ? tools::kExitMachine
                                           : tools::kExitDone;
}

int run(int argc, char** argv) {
  auto invocation = tools::parse_command_line(argc, argv);
  if (!invocation) {
    const tools::Terminal terminal((tools::SharedOptions()));
    terminal.error(invocation.error());
    return tools::exit_code(invocation.error().code);
  }
  if (!invocation->verb) {
    const tools::Terminal terminal(invocation->options.shared);
    terminal.out(invocation->text);
    return ended({});
  }
  tools::Session session(std::move(invocation->options));
  const tools::Status status = invocation->verb(session);
  if (!status) {
    session.terminal().error(session.with_fitting_hint(status.error()));
  }
  session.tidy_up();  // everything has been told
  return ended(status);
}

}  // namespace

int main(int argc, char** argv) {
  hold_standard_streams();
  install_signal_handlers();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    const tools::Terminal terminal((tools::SharedOptions()));
    terminal.error({ledger::ErrorCode::kInternal,
                    "internal-error",
                    fmt::format("internal error: {}", error.what()),
                    "please report it with the command that you typed"});
    return tools::kExitBug;
  }
}
