#include "commands/metrics/capture.h"

#include <algorithm>

#include "commands/metrics/line_reader.h"
#include "commands/metrics/pattern.h"
#include "commands/metrics/plan_rule.h"
#include "commands/metrics/restart.h"
#include "commands/metrics/text.h"

namespace commands::metrics {
namespace {

constexpr std::size_t kWordBytesMax = 1000;

}  // namespace

ledger::Result<std::optional<std::string>> last_capture(
    const std::filesystem::path& log, const std::string& pattern) {
  const RE2 compiled(pattern, pattern_options());
  std::optional<std::string> found;
  LineScan scan;
  scan.find = [](std::string_view text) {
    return text.empty() ? std::string_view::npos : std::size_t{0};
  };
  scan.consume = [&](const Segment& segment) {
    if (segment.continued) {
      return false;  // what is asked for stands at the front of a line
    }
    const std::string line = cleaned(segment.text);
    if (begins_new_attempt(line)) {
      found.reset();  // what an attempt that was cut short has said
      return false;
    }
    std::string taken;
    if (RE2::PartialMatch(line, compiled, &taken) && !taken.empty()) {
      found = std::move(taken);
    }
    return false;
  };
  RL_TRY(scan_lines(log, true, scan));
  return found;
}

bool is_plain_word(std::string_view text) {
  return !text.empty() && text.size() <= kWordBytesMax && text.front() != '-' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  (c >= '0' && c <= '9') ||
                  std::string_view("-._/:@%+=,~").find(c) !=
                      std::string_view::npos;
         });
}

}  // namespace commands::metrics
