#include "commands/metrics/statistic.h"

#include <algorithm>
#include <cmath>

#include "commands/metrics/text.h"
#include "ledger/result.h"

namespace commands::metrics {

const std::vector<std::string>& statistic_names() {
  static const std::vector<std::string> kNames = {"last",
                                                  "first",
                                                  "max",
                                                  "min",
                                                  "mean",
                                                  "p50",
                                                  "p90",
                                                  "p95",
                                                  "p99",
                                                  "sum",
                                                  "count"};
  return kNames;
}

Samples::Samples(std::string_view statistic) {
  const auto& names = statistic_names();
  RL_CHECK(std::ranges::find(names, statistic) != names.end(),
           "a statistic of the list");
  if (statistic.front() == 'p') {
    kind_ = Kind::kRank;
    rank_ = (10.0 * (statistic[1] - '0') + (statistic[2] - '0')) / 100;
    return;
  }
  kind_ = statistic == "max"     ? Kind::kMax
          : statistic == "min"   ? Kind::kMin
          : statistic == "mean"  ? Kind::kMean
          : statistic == "first" ? Kind::kFirst
          : statistic == "sum"   ? Kind::kSum
          : statistic == "count" ? Kind::kCount
                                 : Kind::kLast;
}

void Samples::watch(std::string_view key, const OnSample& on_sample) {
  key_ = key;
  on_sample_ = &on_sample;
}

void Samples::tell(Taken taken, double value, const Place& place) const {
  if (on_sample_ != nullptr) {
    (*on_sample_)({key_,
                   taken,
                   value,
                   place.line,
                   excerpt(place.text, place.begin, place.end)});
  }
}

// Whether the new sample is the one to show: the extreme one, the first, or
// for a number made of them all the latest.
bool Samples::is_source(double value) const {
  switch (kind_) {
    case Kind::kMax:
      return count_ == 0 || value > kept_;
    case Kind::kMin:
      return count_ == 0 || value < kept_;
    case Kind::kFirst:
      return count_ == 0;
    default:
      return true;
  }
}

void Samples::add(double value, const Place& place) {
  tell(Taken::kValue, value, place);
  if (is_source(value)) {
    kept_ = value;
    line_ = place.line;
    keep_window(place);
  }
  if (kind_ == Kind::kRank && count_ < kPercentileSamplesMax) {
    ranked_.push_back(value);
  }
  sum_ += value;
  ++count_;
  last_is_none_ = false;
}

// Copies only; a log has a million samples and one summary.
void Samples::keep_window(const Place& place) {
  const std::size_t from = place.begin - std::min(place.begin, kSourceTextMax);
  window_.assign(place.text.substr(from, 3 * kSourceTextMax));
  begin_ = place.begin - from;
  end_ = std::min(place.end - from, window_.size());
}

void Samples::add_none(const Place& place) {
  tell(Taken::kNone, 0, place);
  first_is_none_ = first_is_none_ || count_ == 0;
  last_is_none_ = true;
}

void Samples::add_doubtful(const Place& place) {
  tell(Taken::kDoubtful, 0, place);
  if (!doubt_) {
    doubt_ = Doubt{place.line, excerpt(place.text, place.begin, place.end)};
  }
}

void Samples::reset() {
  count_ = 0;
  sum_ = 0;
  last_is_none_ = false;
  first_is_none_ = false;
  ranked_.clear();
  doubt_.reset();
}

std::optional<double> Samples::value() const {
  switch (kind_) {
    case Kind::kLast:
      return last_is_none_ ? std::nullopt : std::optional(kept_);
    case Kind::kFirst:
      return first_is_none_ ? std::nullopt : std::optional(kept_);
    case Kind::kSum:
      return sum_;
    case Kind::kMean:
      return sum_ / static_cast<double>(count_);
    case Kind::kCount:
      return static_cast<double>(count_);
    case Kind::kRank: {
      if (count_ > kPercentileSamplesMax) {
        return std::nullopt;
      }
      // Nearest rank: always one of the samples.
      std::vector<double> sorted = ranked_;
      const auto size = static_cast<double>(sorted.size());
      const auto rank = static_cast<std::size_t>(std::ceil(rank_ * size));
      const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(
                                           std::max(rank, std::size_t{1}) - 1);
      std::ranges::nth_element(sorted, at);
      return *at;
    }
    default:
      return kept_;
  }
}

std::optional<Summary> Samples::summary() const {
  if (count_ == 0 || doubt_) {
    return std::nullopt;
  }
  const auto number = value();
  if (!number || !std::isfinite(*number)) {
    return std::nullopt;
  }
  return Summary{*number, count_, line_, excerpt(window_, begin_, end_)};
}

}  // namespace commands::metrics
