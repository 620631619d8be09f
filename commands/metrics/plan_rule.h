// One [[metric]] of the plan: its pattern's first group is the number.
//
// A capture that cuts a number in two is doubtful: `loss=([0-9.]+)` on
// "loss=1.2e-05" would read 1.2. What the pattern itself goes on to match
// after the group is the author's word and cuts nothing. Not thread-safe.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <re2/re2.h>

#include "commands/metrics/line_reader.h"
#include "commands/metrics/statistic.h"
#include "schema/event.h"

namespace commands::metrics {

// How patterns of a plan are compiled; they never match a line's end.
RE2::Options pattern_options();

// What stands before the number: `loss=` of `loss=([0-9.]+)`. Empty where the
// pattern is not made so.
std::string label_of(const std::string& pattern);
// That label, and a word for no number behind it.
std::string none_pattern(const std::string& label);

class PlanRule {
 public:
  // A pattern that check_pattern allows.
  explicit PlanRule(const schema::MetricRule& rule);

  void read(const Segment& segment);
  Samples& samples() { return samples_; }

 private:
  void take(const Segment& segment,
            std::string_view whole,
            std::string_view group);

  void take_none(const Segment& segment, std::size_t from, std::size_t end);

  std::unique_ptr<RE2> pattern_;
  std::unique_ptr<RE2> none_;  // may be null
  Samples samples_;
};

}  // namespace commands::metrics
