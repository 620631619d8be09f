// Acceptance checks against what was extracted, and what they come to.
//
// Every check is judged and recorded, with its bound, the value, operator,
// statistic, unit, baseline and source. Nothing that is not finite is ever
// compared. What cannot be told is inconclusive, which is no pass. Pure and
// thread-safe.

#pragma once

#include <span>
#include <string>
#include <vector>

#include "commands/metrics/baseline.h"
#include "commands/metrics/extract.h"

namespace commands::metrics {

struct Judging {
  const schema::Validation& planned;
  const std::vector<schema::MetricRule>& rules;  // the plan's
  const History& history;
  // Of the run before, if that wants to be confirmed by this one.
  std::span<const schema::Check> earlier;
  std::string log;  // what notes call it
  // What a service said, beside log and file; null where none was asked.
  const Extraction* further = nullptr;
};

// In the order of the acceptance; none is left out. A missing metric fails its
// check with a note that names the log, the pattern and the nearest names.
std::vector<schema::Check> judge(const Judging& judging,
                                 const Extraction& extraction);

// What the checks alone say.
struct Verdict {
  schema::Outcome outcome = schema::Outcome::passed;
  std::string reason;  // empty for a pass: schema::kCheckFailed and its kin
};
Verdict conclude(const std::vector<schema::Check>& checks);

// Judges what a validation left and fills in all that is recorded of it.
// `result` says how it ended; only what ended well can pass.
void apply(const Judging& judging,
           Extraction extraction,
           schema::ValidationCompleted& result);

// Recorded metrics, for judging them again.
Extraction recorded_extraction(const schema::ValidationCompleted& result);

// The plan's rule or the built-in one; one without a pattern for a key that
// only a metrics file can give.
schema::MetricRule rule_for(const std::string& key,
                            const std::vector<schema::MetricRule>& rules);

}  // namespace commands::metrics
