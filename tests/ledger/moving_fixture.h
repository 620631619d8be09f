// What the tests of moving a ledger share: an export as lines, another place
// to import or restore into, and a look at all of it.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/export.h"
#include "ledger/import.h"
#include "tests/ledger/scene.h"

namespace ledger_tests {

inline std::vector<std::string> export_lines(const ledger::Ledger& book) {
  std::string text;
  const auto head = ledger::export_events(
      book,
      [&](std::string_view lines) {
        text += lines;
        return ledger::Status();
      },
      nullptr);
  EXPECT_TRUE(head.has_value());
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.erase(0, end + 1);
  }
  return lines;
}

inline ledger::Result<ledger::Imported> import_lines(
    const ledger::Settings& settings, const std::vector<std::string>& lines) {
  return ledger::import_events(
      settings,
      [&lines, next = std::size_t{0}]() mutable
      -> ledger::Result<std::optional<std::string>> {
        return next == lines.size() ? std::nullopt
                                    : std::optional(lines[next++]);
      },
      nullptr);
}

inline ledger::Checkpoint head_of(const ledger::Settings& settings) {
  return ledger::Ledger::open(settings).value().read().value().checkpoint();
}

}  // namespace ledger_tests
