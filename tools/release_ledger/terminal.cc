#include "tools/release_ledger/terminal.h"

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

#include "tools/release_ledger/exit_code.h"
#include "tools/release_ledger/variable.h"

namespace tools {
namespace {

bool color_wanted(const std::string& option, int descriptor) {
  if (option == "always" || option == "never") {
    return option == "always";
  }
  if (!variable("NO_COLOR").empty()) {
    return false;
  }
  const std::string force = variable("CLICOLOR_FORCE");
  if (!force.empty() && force != "0") {
    return true;
  }
  return variable("TERM") != "dumb" && ::isatty(descriptor) == 1;
}

bool write(std::FILE* stream, std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stream) == text.size() &&
         std::fflush(stream) == 0;
}

// That nobody can be told ends nothing: the terminal may be gone, and the run
// goes on.
void tell(std::string_view text) {
  (void)write(stderr, text);
}

}  // namespace

Terminal::Terminal(const SharedOptions& options)
    : style_{color_wanted(options.color, STDOUT_FILENO)},
      error_is_terminal_(::isatty(STDERR_FILENO) == 1),
      out_is_terminal_(::isatty(STDOUT_FILENO) == 1),
      error_color_(color_wanted(options.color, STDERR_FILENO)) {}

void Terminal::out(std::string_view text) const {
  if (write(stdout, text) || (acts_ && errno == EPIPE)) {
    return;
  }
  // Where nobody reads on, an answer is as good as given.
  std::_Exit(errno == EPIPE ? kExitDone : kExitMachine);
}

void Terminal::line(std::string_view text) const {
  std::string harmless;
  // Several lines may be told at once; each is made harmless by itself.
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    harmless += projections::render::harmless(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  tell(harmless);
}

void Terminal::error(const ledger::Error& error) const {
  const std::string text =
      error.hint.empty() ? error.message
                         : fmt::format("{}{} {}",
                                       error.message,
                                       error.message.ends_with('?') ? "" : ";",
                                       error.hint);
  tell(fmt::format("{}release-ledger:{} {}\n",
                   error_color_ ? "\x1b[31m" : "",
                   error_color_ ? "\x1b[0m" : "",
                   projections::render::harmless(text)));
}

void Terminal::draw(std::string_view text) const {
  tell(text);
}

std::size_t Terminal::columns() const {
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0;
  return known && size.ws_col > 0 ? size.ws_col : 80;
}

std::size_t Terminal::rows() const {
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0;
  return known && size.ws_row > 0 ? size.ws_row : 24;
}

std::optional<bool> Terminal::confirm(std::string_view question) const {
  if (!error_is_terminal_ || ::isatty(STDIN_FILENO) != 1) {
    return std::nullopt;
  }
  tell(fmt::format("{} [y/N] ", projections::render::harmless(question)));
  std::string answer;
  if (!std::getline(std::cin, answer)) {
    tell("\n");
    return std::nullopt;
  }
  return answer == "y" || answer == "Y" || answer == "yes" || answer == "Yes";
}

}  // namespace tools
