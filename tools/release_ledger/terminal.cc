#include "tools/release_ledger/terminal.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

#include "commands/services/process.h"
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

// Why a stream is written to no more; 0: it is. Of the process, as the streams
// are.
int out_lost = 0;
int err_lost = 0;

void write(std::FILE* stream, int& lost, std::string_view text) {
  if (lost != 0) {
    return;
  }
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stream) != text.size() ||
      std::fflush(stream) != 0) {
    lost = errno == 0 ? EIO : errno;
  }
}

void write_err(std::string_view text) {
  write(stderr, err_lost, text);
}

}  // namespace

bool Terminal::reader_is_gone() {
  return out_lost != 0;
}

bool Terminal::out_has_failed() {
  return out_lost != 0 && out_lost != EPIPE;
}

Terminal::Terminal(const SharedOptions& options)
    : style_{color_wanted(options.color, STDOUT_FILENO)},
      error_is_terminal_(::isatty(STDERR_FILENO) == 1),
      out_is_terminal_(::isatty(STDOUT_FILENO) == 1),
      error_color_(color_wanted(options.color, STDERR_FILENO)) {}

void Terminal::out(std::string_view text) const {
  const bool told = out_lost != 0;
  write(stdout, out_lost, text);
  if (!told && out_has_failed()) {
    error({ledger::ErrorCode::kIo,
           "output-failed",
           fmt::format("cannot write to standard output: {}",
                       std::strerror(out_lost)),
           "what was to be read there is lost; the command goes on"});
  }
}

std::string harmless_lines(std::string_view text) {
  std::string harmless;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    harmless += projections::render::harmless(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return harmless;
}

void Terminal::line(std::string_view text) const {
  write_err(harmless_lines(text));
}

void Terminal::error(const ledger::Error& error) const {
  const std::string text =
      error.hint.empty() ? error.message
                         : fmt::format("{}{} {}",
                                       error.message,
                                       error.message.ends_with('?') ? "" : ";",
                                       error.hint);
  write_err(fmt::format("{}release-ledger:{} {}\n",
                        error_color_ ? "\x1b[31m" : "",
                        error_color_ ? "\x1b[0m" : "",
                        projections::render::harmless(text)));
}

void Terminal::draw(std::string_view text) const {
  write_err(text);
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
  write_err(fmt::format("{} [y/N] ", projections::render::harmless(question)));
  std::string answer;
  if (!std::getline(std::cin, answer)) {
    write_err("\n");
    if (commands::services::interrupt_requested()) {
      return std::nullopt;
    }
    return false;
  }
  return answer == "y" || answer == "Y" || answer == "yes" || answer == "Yes";
}

}  // namespace tools
