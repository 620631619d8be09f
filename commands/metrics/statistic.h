// One number made of many samples, with the sample it came from.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/metrics/sample.h"

namespace commands::metrics {

// max min mean last first p50 p90 p95 p99 sum count.
const std::vector<std::string>& statistic_names();

// Where a sample stands. The text is borrowed for the call it is given to.
struct Place {
  std::uint64_t line = 0;  // from 1
  std::string_view text;   // the segment
  std::size_t begin = 0;   // of the sample in it
  std::size_t end = 0;
};

struct Summary {
  double value = 0;
  std::uint64_t samples = 0;
  std::uint64_t line = 0;
  std::string text;  // an excerpt
};

struct Doubt {
  std::uint64_t line = 0;
  std::string text;
};

// Percentiles keep their samples, up to this many; beyond, they are missing.
constexpr std::size_t kPercentileSamplesMax = std::size_t{1} << 22;

class Samples {
 public:
  explicit Samples(std::string_view statistic);

  // Tells of each sample from here on; `on_sample` outlives this.
  void watch(std::string_view key, const OnSample& on_sample);

  void add(double value, const Place& place);
  // A reading that says there is no value: nan, inf.
  void add_none(const Place& place);
  // A reading that cannot be read for sure: no statistic of them all is sure.
  void add_doubtful(const Place& place);
  // Forgets everything: a new attempt begins.
  void reset();

  std::optional<Summary> summary() const;
  const std::optional<Doubt>& doubt() const { return doubt_; }

 private:
  enum class Kind { kMax, kMin, kMean, kLast, kFirst, kSum, kCount, kRank };

  void tell(Taken taken, double value, const Place& place) const;
  bool is_source(double value) const;
  void keep_window(const Place& place);
  std::optional<double> value() const;

  Kind kind_ = Kind::kLast;
  double rank_ = 0;  // of a percentile, 0..1
  std::uint64_t count_ = 0;
  double kept_ = 0;  // max, min, last, first
  double sum_ = 0;
  bool last_is_none_ = false;
  bool first_is_none_ = false;
  std::uint64_t line_ = 0;
  std::string window_;  // the source and what stands around it
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::vector<double> ranked_;
  std::optional<Doubt> doubt_;
  std::string key_;
  const OnSample* on_sample_ = nullptr;
};

}  // namespace commands::metrics
