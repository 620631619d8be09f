// The view that questions over many releases are answered from: what was
// measured in each, how its validations ended, and when it did what. Number 2.
//
//   'r', first position of the stream        -> schema::TimelineRelease
//   'm', metric, NUL, first position         -> schema::TimelineMetric
//   'p', metric, NUL, position of the tag    -> first position
//
// Numbers are big-endian, so that releases stand in the order in which they
// were begun and a metric's values are one range. The 'r' row is put at every
// slice and says which event changed each 'm' row last; 'p' lists the releases
// that were published with the metric, yanked ones too.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/projection.h"
#include "schema/release/timeline.h"

namespace projections {

class Timeline : public ledger::Projection {
 public:
  static constexpr std::uint16_t kNumber = 2;

  std::uint16_t number() const override { return kNumber; }
  std::string_view name() const override { return "timeline"; }
  std::uint32_t definition() const override {
    return schema::kTimelineDefinition;
  }
  ledger::Status apply(const ledger::StreamSlice& slice,
                       ledger::Rows& rows) const override;
};

namespace timeline {

inline constexpr char kRelease = 'r';
inline constexpr char kMetric = 'm';
inline constexpr char kPublished = 'p';

std::string release_key(ledger::Position first);
// What all rows of the metric begin with, `kind` being kMetric or kPublished.
std::string metric_prefix(char kind, std::string_view metric);
std::string metric_key(char kind, std::string_view metric, ledger::Position at);

struct MetricKey {
  std::string_view metric;
  ledger::Position at = 0;
};
std::optional<MetricKey> parse_metric_key(std::string_view key);
std::optional<ledger::Position> parse_release_key(std::string_view key);

}  // namespace timeline

}  // namespace projections
