#include "tools/release_ledger/progress.h"

#include <chrono>

#include <fmt/format.h>

namespace tools {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kSilence{1};

ledger::Progress telling(const Terminal& terminal,
                         std::string_view what,
                         std::string_view unit) {
  return [&terminal, what, unit, next = steady_clock::now() + kSilence](
             std::uint64_t count) mutable {
    if (steady_clock::now() >= next) {
      terminal.line(fmt::format("{}: {} {}", what, count, unit));
      next = steady_clock::now() + kSilence;
    }
  };
}

}  // namespace tools
