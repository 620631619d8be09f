#include "tools/release_ledger/progress.h"

#include <chrono>

#include <fmt/format.h>

namespace tools {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kSilence{1};

ledger::Progress telling(const Terminal& terminal, std::string_view what) {
  if (!terminal.progress_wanted()) {
    return nullptr;
  }
  return [&terminal, what, next = steady_clock::now() + kSilence](
             std::uint64_t count) mutable {
    if (steady_clock::now() >= next) {
      terminal.line(fmt::format("{}: {} events", what, count));
      next = steady_clock::now() + kSilence;
    }
  };
}

}  // namespace tools
