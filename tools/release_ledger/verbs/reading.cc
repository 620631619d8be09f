#include "tools/release_ledger/verbs/reading.h"

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
