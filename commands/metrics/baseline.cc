#include "commands/metrics/baseline.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace commands::metrics {
namespace {

// The name it has today, then those it had before.
bool is_called(const schema::MetricRule& rule, const std::string& key) {
  return key == rule.key ||
         std::ranges::find(rule.aliases, key) != rule.aliases.end();
}

// Why the two are not the same measure, or empty.
std::string mismatch(const PastValue& past, const schema::MetricRule& rule) {
  if (past.statistic != rule.statistic) {
    return fmt::format("{} has the {}, not the {}",
                       past.release,
                       past.statistic.empty() ? "value" : past.statistic,
                       rule.statistic);
  }
  // A unit that was not told then, or is not now, contradicts none.
  if (!past.unit.empty() && !rule.unit.empty() && past.unit != rule.unit) {
    return fmt::format(
        "{} has it in {}, not in {}", past.release, past.unit, rule.unit);
  }
  return {};
}

double median(const std::vector<schema::BaselineUsed>& used) {
  std::vector<double> values;
  std::ranges::transform(
      used, std::back_inserter(values), &schema::BaselineUsed::value);
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1
             ? values[middle]
             : values[middle - 1] + (values[middle] - values[middle - 1]) / 2;
}

}  // namespace

ledger::Result<std::optional<std::uint32_t>> baseline_releases(
    std::string_view baseline) {
  constexpr std::string_view kLast = "last-";
  if (!baseline.starts_with(kLast)) {
    return std::nullopt;
  }
  const std::string_view count = baseline.substr(kLast.size());
  if (count == "stable") {
    return 1U;
  }
  std::uint32_t number = 0;
  const auto [end, error] =
      std::from_chars(count.data(), count.data() + count.size(), number);
  const bool is_number =
      error == std::errc() && end == count.data() + count.size();
  if (!is_number || number == 0 || number > kBaselineReleasesMax) {
    return ledger::fail(
        ledger::ErrorCode::kUsage,
        "baseline-invalid",
        fmt::format("baseline is last-stable, last-N with N from 1 to {}, or "
                    "a release's name, not \"{}\"",
                    kBaselineReleasesMax,
                    baseline));
  }
  return number;
}

Baseline find_baseline(const History& history,
                       std::string_view baseline,
                       const Measured& measured) {
  const auto count = baseline_releases(baseline).value_or(std::nullopt);
  std::vector<const PastValue*> newest_first;
  for (const PastValue& past : history) {
    if (std::isfinite(past.value) && past.validation == measured.validation &&
        is_called(measured.rule, past.key) &&
        (count || past.release == baseline)) {
      newest_first.push_back(&past);
    }
  }
  // Of one release the name of today comes before an older one.
  std::ranges::stable_sort(newest_first, [&](const auto* a, const auto* b) {
    return a->published != b->published
               ? a->published > b->published
               : a->key == measured.rule.key && b->key != measured.rule.key;
  });
  Baseline result;
  for (const PastValue* past : newest_first) {
    if (result.used.size() == count.value_or(1)) {
      break;
    }
    const std::string why = mismatch(*past, measured.rule);
    if (!why.empty()) {
      result.why_not += result.why_not.empty() ? why : "; " + why;
    } else if (result.used.empty() ||
               result.used.back().release != past->release) {
      schema::BaselineUsed& used = result.used.emplace_back();
      used.release = past->release;
      used.value = past->value;
      used.position = past->position;
    }
  }
  if (!result.used.empty()) {
    result.value = median(result.used);
    result.why_not.clear();
  } else if (result.why_not.empty()) {
    result.why_not =
        count ? fmt::format("no published release has a passing {} of {} yet",
                            measured.rule.key,
                            measured.validation)
              : fmt::format(
                    "{} is no published release with a passing {} of "
                    "{}",
                    baseline,
                    measured.rule.key,
                    measured.validation);
  }
  return result;
}

}  // namespace commands::metrics
