#include "tools/release_ledger/verbs/reading.h"

#include <filesystem>

#include "ledger/clock.h"

namespace tools::verbs {

Result<ledger::Snapshot> read(Session& session) {
  RL_ASSIGN(const ledger::Ledger book, session.book());
  auto snapshot = book.read();
  if (snapshot) {
    for (const std::string& warning : snapshot->warnings()) {
      session.terminal().line("warning: " + warning);
    }
  }
  return snapshot;
}

Status require_file(const std::string& file, const std::string& hint) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (status.type() != std::filesystem::file_type::not_found &&
      status.type() != std::filesystem::file_type::directory) {
    return {};
  }
  return ledger::fail(ledger::ErrorCode::kUsage,
                      "no-such-file",
                      status.type() == std::filesystem::file_type::directory
                          ? fmt::format("{} is a folder", file)
                          : fmt::format("there is no file {}", file),
                      hint);
}

Result<std::optional<std::int64_t>> optional_time(const std::string& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  const auto time = ledger::parse_time(text);
  if (!time) {
    return ledger::fail(ledger::ErrorCode::kUsage,
                        "time-invalid",
                        fmt::format("\"{}\" is no time", text),
                        "for example 2025-10-02 or 2025-10-02T09:30:00Z");
  }
  return time;
}

}  // namespace tools::verbs
