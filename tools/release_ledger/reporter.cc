#include "tools/release_ledger/reporter.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <fmt/ranges.h>

#include "ledger/clock.h"
#include "projections/queries.h"
#include "tools/release_ledger/session.h"
#include "tools/release_ledger/variable.h"

namespace tools {
namespace {

using commands::RunningValidation;
using std::chrono::steady_clock;

constexpr double kHeartbeatS = 60;
// Of a log that is shown because its validation failed.
constexpr std::size_t kTailLines = 20;
constexpr std::size_t kTailBytes = 8 << 10;

double heartbeat_s() {
  const double given =
      std::strtod(variable("RELEASE_LEDGER_HEARTBEAT_S").c_str(), nullptr);
  return given > 0 ? given : kHeartbeatS;
}

// The last lines of a file, each indented.
std::string tail_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  const auto size =
      static_cast<std::size_t>(std::max<std::streamoff>(in.tellg(), 0));
  const std::size_t count = std::min(size, kTailBytes);
  std::string text(count, '\0');
  in.seekg(static_cast<std::streamoff>(size - count));
  in.read(text.data(), static_cast<std::streamsize>(count));
  while (text.ends_with('\n')) {
    text.pop_back();
  }
  std::size_t begin = text.size();
  for (std::size_t line = 0; line < kTailLines && begin > 0; ++line) {
    const std::size_t feed = text.rfind('\n', begin - 1);
    begin = feed == std::string::npos ? 0 : feed;
  }
  std::string shown;
  for (std::size_t at = begin; at < text.size();) {
    at += text[at] == '\n' ? 1U : 0U;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    shown += "  | " + text.substr(at, end - at) + "\n";
    at = end;
  }
  return shown;
}

}  // namespace

TerminalReporter::TerminalReporter(Session& session)
    : session_(session),
      table_(session.terminal()),
      last_word_(steady_clock::now()),
      heartbeat_(static_cast<std::int64_t>(heartbeat_s() * 1000)) {}

void TerminalReporter::progress(std::string_view line) {
  table_.clear();
  last_word_ = steady_clock::now();
  // What a dry run tells is its result.
  if (session_.options().run.check) {
    session_.terminal().out(harmless_lines(line));
  } else {
    session_.terminal().line(line);
  }
}

void TerminalReporter::result(std::string_view text) {
  table_.clear();
  session_.terminal().out(text);
}

void TerminalReporter::change(std::string_view line) {
  progress(session_.terminal().progress_wanted()
               ? std::string(line)
               : fmt::format("{} {}",
                             ledger::rfc3339(ledger::SystemClock().now_ms()),
                             line));
}

void TerminalReporter::validations_running(
    const std::vector<RunningValidation>& running) {
  if (session_.terminal().progress_wanted()) {
    table_.show(running);
  } else if (steady_clock::now() - last_word_ >= heartbeat_) {
    beat(running);
  }
}

void TerminalReporter::beat(const std::vector<RunningValidation>& running) {
  std::vector<std::string> parts;
  for (const RunningValidation& validation : running) {
    parts.push_back(
        fmt::format("{} {} {}",
                    validation.planned->name,
                    validation.state,
                    projections::render::duration_text(validation.elapsed_s)));
  }
  change(fmt::format("still at work: {}", fmt::join(parts, ", ")));
}

void TerminalReporter::validation_failed(const std::string& name,
                                         const std::filesystem::path& log) {
  if (const std::string tail = tail_of(log); !tail.empty()) {
    progress(fmt::format(
        "{}: the end of its log {}:\n{}", name, log.string(), tail));
  }
}

void TerminalReporter::validations_finished(const std::string& release) {
  table_.clear();
  const auto book = session_.book();
  if (!book) {
    return;
  }
  const auto snapshot = book->read();
  if (!snapshot) {
    return;
  }
  const auto view = projections::find_release(*snapshot, release);
  if (!view) {
    return;
  }
  session_.terminal().out(projections::render::validations_text(
      *view, session_.terminal().style()));
  // Where a CI job shows it. That it cannot be written fails no release.
  if (const std::string file = variable("GITHUB_STEP_SUMMARY"); !file.empty()) {
    std::ofstream(file, std::ios::app)
        << projections::render::validations_markdown(*view);
  }
}

std::optional<bool> TerminalReporter::confirm(std::string_view question) {
  table_.clear();
  return session_.terminal().confirm(question);
}

}  // namespace tools
