// How releases go: how long they take and wait, and how often each validation
// fails, is repeated, or cries wolf. Pure; of entries of the timeline.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/entries.h"

namespace projections {

struct Spread {  // nothing of no values
  std::size_t count = 0;
  std::optional<double> p50;
  std::optional<double> p95;
  std::optional<double> max;
};

struct ValidationStats {
  std::string name;
  std::uint32_t results = 0;  // that came to an end by themselves
  std::uint32_t passed = 0;
  std::uint32_t failed = 0;     // said no, or could not be told
  std::uint32_t errored = 0;    // no verdict: errors and timeouts
  std::uint32_t cancelled = 0;  // not among the results
  std::uint32_t retries = 0;
  std::uint32_t recovered = 0;  // passed on the commit that had not
  std::uint32_t waived = 0;
  Spread seconds;
  // Parts of one; nothing of nothing.
  std::optional<double> failure_rate;      // failed of the results
  std::optional<double> error_rate;        // errored of the results
  std::optional<double> retry_rate;        // retries of the results
  std::optional<double> false_alarm_rate;  // waived of what did not pass
};

struct Stats {
  std::size_t releases = 0;
  std::size_t published = 0;  // their tag was pushed; yanked ones too
  std::size_t abandoned = 0;
  std::size_t yanked = 0;
  std::size_t unfinished = 0;
  std::size_t imported = 0;  // from the predecessor's state
  Spread lead_s;             // of published ones: from the start to the tag
  Spread waiting_s;  // from the last evidence to the publication: on people
  std::vector<ValidationStats> validations;  // by name
};

Stats stats_of(const std::vector<ReleaseEntry>& entries);

}  // namespace projections
