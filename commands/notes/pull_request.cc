#include "commands/notes/pull_request.h"

#include <fmt/format.h>

#include "schema/release/assess.h"
#include "schema/release/bound.h"

namespace commands::notes {
namespace {

constexpr std::string_view kCut =
    "\n\n… cut here: the release notes have all.\n";

// The newest published release that measured the same, or null.
const metrics::PastValue* last_value(const metrics::History& history,
                                     const std::string& validation,
                                     const schema::Check& check) {
  const metrics::PastValue* newest = nullptr;
  for (const metrics::PastValue& past : history) {
    if (past.validation == validation && past.key == check.key &&
        past.statistic == check.statistic && past.unit == check.unit &&
        (newest == nullptr || past.published > newest->published)) {
      newest = &past;
    }
  }
  return newest;
}

std::string change_words(double now, double before) {
  if (before == 0) {
    return fmt::format("{:+.4g}", now - before);
  }
  return fmt::format("{:+.4g} ({:+.1f} %)",
                     now - before,
                     (now - before) / (before < 0 ? -before : before) * 100);
}

std::string metrics_section(const schema::ReleaseRecord& record,
                            const metrics::History& history) {
  std::string rows;
  for (const auto& v : schema::assess_validations(record)) {
    if (v.record == nullptr || v.record->result == nullptr) {
      continue;
    }
    for (const schema::Check& check : v.record->result->checks) {
      if (!check.actual) {
        continue;
      }
      const auto* past = last_value(history, v.planned->name, check);
      rows += fmt::format(
          "| {} | {} | {} | {} | {} |\n",
          v.planned->name,
          check.key,
          schema::actual_text(check),
          past == nullptr ? "none"
                          : fmt::format("{} ({})", past->value, past->release),
          past == nullptr ? "" : change_words(*check.actual, past->value));
    }
  }
  if (rows.empty()) {
    return "## Metrics against the last release\n\nNothing was measured.\n\n";
  }
  return "## Metrics against the last release\n\n"
         "| validation | metric | now | last release | change |\n"
         "|---|---|---|---|---|\n" +
         rows + "\n";
}

}  // namespace

std::string pull_request_title(const schema::ReleaseRecord& record) {
  return fmt::format("Release v{} (rc{})",
                     record.name,
                     schema::current_candidate(record)->number);
}

std::string pull_request_body(const schema::ReleaseRecord& record,
                              const Changes& changes,
                              const metrics::History& history) {
  return shortened(
      metrics_section(record, history) + release_notes(record, changes) +
          fmt::format("\n---\n`release-ledger status {0}` shows where it "
                      "stands; an approving review of the newest commit signs "
                      "it off.\n",
                      record.name),
      kPullRequestBytesMax);
}

std::string shortened(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) {
    return text;
  }
  text.resize(bytes_max - kCut.size());
  const auto line = text.rfind('\n');
  text.resize(line == std::string::npos ? 0 : line);
  return text + std::string(kCut);
}

}  // namespace commands::notes
