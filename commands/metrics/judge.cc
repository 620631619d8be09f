#include "commands/metrics/judge.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "commands/nearest.h"
#include "schema/release/assess.h"

namespace commands::metrics {
namespace {

using schema::Outcome;

constexpr std::size_t kNamesShownMax = 3;
constexpr std::size_t kNamesRecordedMax = 50;

std::string where_from(const schema::MetricRule& rule,
                       const std::vector<schema::MetricRule>& rules) {
  if (!rule.pattern.empty()) {
    return fmt::format("; pattern {}", rule.pattern);
  }
  if (!rule.json.empty()) {
    return fmt::format("; key {} of the metrics file", rule.json);
  }
  if (!rule.wandb.empty()) {
    return fmt::format("; {} of the run in Weights & Biases", rule.wandb);
  }
  const bool known =
      std::ranges::find(rules, rule.key, &schema::MetricRule::key) !=
      rules.end();
  return known ? "" : "; no rule of the plan extracts it";
}

std::string missing_note(const Judging& judging,
                         const schema::MetricRule& rule,
                         const Extraction& extraction) {
  std::string note = fmt::format("metric missing: no {} in {}{}",
                                 rule.key,
                                 judging.log,
                                 where_from(rule, judging.rules));
  const auto unsure =
      std::ranges::find(extraction.unsure, rule.key, &schema::MetricDoubt::key);
  if (unsure != extraction.unsure.end()) {
    note += unsure->line > 0
                ? fmt::format("; line {} cannot be read for sure: {}",
                              unsure->line,
                              unsure->text)
                : fmt::format("; it cannot be read for sure: {}", unsure->text);
  }
  const auto names =
      nearest_first(rule.key, extraction.names_seen, kNamesShownMax);
  note += names.empty()
              ? "; no named number was seen"
              : fmt::format("; nearest names seen: {}", fmt::join(names, ", "));
  return note;
}

// A bound, or both ends of a band.
struct Bound {
  flatbuffers::Optional<double> expected;
  flatbuffers::Optional<double> low;
  flatbuffers::Optional<double> high;

  bool is_given() const { return expected || low || high; }
};

bool holds(std::string_view op, const Bound& bound, double actual) {
  if (op == "range") {
    return bound.low && bound.high && actual >= *bound.low &&
           actual <= *bound.high;
  }
  if (!bound.expected || !std::isfinite(*bound.expected)) {
    return false;
  }
  const double expected = *bound.expected;
  return (op == ">=" && actual >= expected) ||
         (op == ">" && actual > expected) ||
         (op == "<=" && actual <= expected) ||
         (op == "<" && actual < expected) ||
         (op == "==" && actual == expected) ||
         (op == "!=" && actual != expected);
}

// How far beyond the baseline a value may lie.
double slack(const flatbuffers::Optional<double>& absolute,
             const flatbuffers::Optional<double>& percent,
             double baseline) {
  return percent ? std::abs(baseline) * *percent / 100 : absolute.value_or(0);
}

// The bound that a baseline makes: below it where more is better, above it
// where less is, a band around it for `==`.
Bound around(std::string_view op, double baseline, double tolerance) {
  Bound bound;
  if (op == "range") {
    bound.low = baseline - tolerance;
    bound.high = baseline + tolerance;
  } else {
    bound.expected = baseline + (op.starts_with('<') ? tolerance : -tolerance);
  }
  return bound;
}

// Of several runs: held in enough of them, in too few, or not known yet. The
// run that decides it ends the counting.
std::optional<bool> confirmed(const schema::Acceptance& demand,
                              const Bound& bound,
                              const schema::Check& check) {
  std::uint32_t good = 0;
  std::uint32_t bad = 0;
  for (const double value : check.measured) {
    (holds(check.op, bound, value) ? good : bad) += 1;
    if (good >= demand.confirm_passes) {
      return true;
    }
    if (bad > demand.confirm_runs - demand.confirm_passes) {
      return false;
    }
  }
  return std::nullopt;
}

// One check of the acceptance, from nothing to its outcome.
class CheckJudge {
 public:
  CheckJudge(const Judging& judging,
             const Extraction& extraction,
             const schema::Acceptance& demand,
             std::size_t nth)
      : judging_(judging),
        extraction_(extraction),
        demand_(demand),
        nth_(nth),
        rule_(rule_for(demand.key, judging.rules)) {}

  schema::Check take() {
    describe();
    if (find_value() && has_enough_samples() && find_bound()) {
      compare();
    }
    check_.passed = check_.outcome == Outcome::passed;
    return std::move(check_);
  }

 private:
  void settle(Outcome outcome, std::string note) {
    check_.outcome = outcome;
    check_.note = std::move(note);
  }

  void describe() {
    check_.key = demand_.key;
    check_.op = demand_.op;
    check_.expected = demand_.expected;
    check_.low = demand_.low;
    check_.high = demand_.high;
    check_.statistic = rule_.statistic;
    check_.unit = rule_.unit;
    check_.baseline = demand_.baseline;
    check_.warn_expected = demand_.warn_expected;
    check_.warn_low = demand_.warn_low;
    check_.warn_high = demand_.warn_high;
    if (demand_.confirm_runs > 0) {
      check_.confirm =
          fmt::format("{} of {}", demand_.confirm_passes, demand_.confirm_runs);
      std::size_t nth = 0;
      for (const schema::Check& before : judging_.earlier) {
        if (before.key == demand_.key && nth++ == nth_) {
          check_.measured = before.measured;
        }
      }
    }
  }

  bool find_value() {
    const auto metric = std::ranges::find(
        extraction_.metrics, demand_.key, &schema::Metric::key);
    if (metric == extraction_.metrics.end() || !std::isfinite(metric->value)) {
      settle(Outcome::missing, missing_note(judging_, rule_, extraction_));
      return false;
    }
    check_.actual = metric->value;
    const auto source = std::ranges::find(
        extraction_.sources, demand_.key, &schema::MetricSource::key);
    if (source != extraction_.sources.end()) {
      check_.source = std::make_unique<schema::MetricSource>(*source);
      check_.statistic = source->statistic;
      check_.unit = source->unit;
    }
    return true;
  }

  bool has_enough_samples() {
    const std::uint64_t samples = check_.source ? check_.source->samples : 1;
    if (samples >= demand_.samples) {
      return true;
    }
    settle(Outcome::inconclusive,
           fmt::format("too few samples: {} of {}", samples, demand_.samples));
    return false;
  }

  // Where the plan compares with a baseline, the bound that this makes.
  bool find_bound() {
    bound_ = {demand_.expected, demand_.low, demand_.high};
    warn_ = {demand_.warn_expected, demand_.warn_low, demand_.warn_high};
    if (demand_.baseline.empty()) {
      return true;
    }
    // What is measured, in the words it is recorded with.
    schema::MetricRule rule = rule_;
    rule.statistic = check_.statistic;
    rule.unit = check_.unit;
    Baseline baseline = find_baseline(
        judging_.history, demand_.baseline, {judging_.planned.name, rule});
    if (!baseline.value) {
      settle_without_baseline(baseline.why_not);
      return false;
    }
    check_.baseline_value = *baseline.value;
    check_.baselines = std::move(baseline.used);
    if (demand_.op == "==") {
      check_.op = "range";
    }
    bound_ = around(
        check_.op,
        *baseline.value,
        slack(demand_.tolerance, demand_.tolerance_percent, *baseline.value));
    check_.expected = bound_.expected;
    check_.low = bound_.low;
    check_.high = bound_.high;
    if (demand_.warn_tolerance || demand_.warn_tolerance_percent) {
      warn_ = around(check_.op,
                     *baseline.value,
                     slack(demand_.warn_tolerance,
                           demand_.warn_tolerance_percent,
                           *baseline.value));
      check_.warn_expected = warn_.expected;
      check_.warn_low = warn_.low;
      check_.warn_high = warn_.high;
    }
    return true;
  }

  // The plan's word for a project without history; a release that is named
  // has to be there.
  void settle_without_baseline(const std::string& why_not) {
    const bool named =
        !baseline_releases(demand_.baseline).value_or(std::nullopt);
    const std::string& policy = demand_.without_baseline;
    const Outcome outcome = named              ? Outcome::inconclusive
                            : policy == "pass" ? Outcome::passed
                            : policy == "fail" ? Outcome::failed
                                               : Outcome::inconclusive;
    settle(outcome,
           outcome == Outcome::inconclusive
               ? fmt::format("no baseline: {}", why_not)
               : fmt::format("no baseline: {}; without_baseline = \"{}\"",
                             why_not,
                             policy));
  }

  void compare() {
    if (demand_.confirm_runs == 0) {
      check_.outcome = holds(check_.op, bound_, *check_.actual)
                           ? Outcome::passed
                           : Outcome::failed;
    } else {
      check_.measured.push_back(*check_.actual);
      const auto answer = confirmed(demand_, bound_, check_);
      settle(!answer   ? Outcome::inconclusive
             : *answer ? Outcome::passed
                       : Outcome::failed,
             fmt::format("{} of {} runs must hold, so far: {}",
                         demand_.confirm_passes,
                         demand_.confirm_runs,
                         fmt::join(check_.measured, ", ")));
    }
    check_.warned = check_.outcome == Outcome::passed && warn_.is_given() &&
                    !holds(check_.op, warn_, *check_.actual);
  }

  const Judging& judging_;
  const Extraction& extraction_;
  const schema::Acceptance& demand_;
  std::size_t nth_;  // among the demands on the same key
  schema::MetricRule rule_;
  schema::Check check_;
  Bound bound_;
  Bound warn_;
};

bool is_unconfirmed(const schema::Check& check) {
  return check.outcome == Outcome::inconclusive && !check.confirm.empty() &&
         check.actual && !check.measured.empty() &&
         check.measured.back() == *check.actual;
}

// Those nearest to what is asked for, then the others, up to a bound.
std::vector<std::string> bounded_names(const schema::Validation& planned,
                                       const std::vector<std::string>& seen) {
  std::vector<std::string> wanted;
  for (const schema::Acceptance& demand : planned.acceptance) {
    std::ranges::move(nearest_first(demand.key, seen, kNamesShownMax),
                      std::back_inserter(wanted));
  }
  wanted.insert(wanted.end(), seen.begin(), seen.end());
  std::vector<std::string> names;
  for (std::string& name : wanted) {
    if (names.size() < kNamesRecordedMax &&
        std::ranges::find(names, name) == names.end()) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

}  // namespace

schema::MetricRule rule_for(const std::string& key,
                            const std::vector<schema::MetricRule>& rules) {
  for (const auto& list : {rules, built_in_rules()}) {
    const auto rule = std::ranges::find(list, key, &schema::MetricRule::key);
    if (rule != list.end()) {
      return *rule;
    }
  }
  schema::MetricRule rule;
  rule.key = key;
  rule.statistic = "last";
  return rule;
}

std::vector<schema::Check> judge(const Judging& judging,
                                 const Extraction& extraction) {
  std::vector<schema::Check> checks;
  const auto& acceptance = judging.planned.acceptance;
  for (std::size_t i = 0; i < acceptance.size(); ++i) {
    const auto nth = static_cast<std::size_t>(std::count_if(
        acceptance.begin(),
        acceptance.begin() + static_cast<std::ptrdiff_t>(i),
        [&](const auto& other) { return other.key == acceptance[i].key; }));
    checks.push_back(
        CheckJudge(judging, extraction, acceptance[i], nth).take());
  }
  return checks;
}

Verdict conclude(const std::vector<schema::Check>& checks) {
  bool open = false;
  bool all_unconfirmed = true;
  for (const schema::Check& check : checks) {
    if (check.passed) {
      continue;
    }
    if (check.outcome != Outcome::inconclusive) {
      return {Outcome::failed, std::string(schema::kCheckFailed)};
    }
    open = true;
    all_unconfirmed = all_unconfirmed && is_unconfirmed(check);
  }
  if (!open) {
    return {};
  }
  return {Outcome::inconclusive,
          std::string(all_unconfirmed ? schema::kCheckUnconfirmed
                                      : schema::kCheckInconclusive)};
}

void apply(const Judging& judging,
           Extraction extraction,
           schema::ValidationCompleted& result) {
  result.checks = judge(judging, extraction);
  result.metrics = std::move(extraction.metrics);
  result.sources = std::move(extraction.sources);
  result.doubts = std::move(extraction.unsure);
  result.names_seen = bounded_names(judging.planned, extraction.names_seen);
  if (result.outcome == Outcome::passed) {
    const Verdict verdict = conclude(result.checks);
    result.outcome = verdict.outcome;
    result.reason = verdict.reason;
  }
}

Extraction recorded_extraction(const schema::ValidationCompleted& result) {
  Extraction extraction;
  extraction.metrics = result.metrics;
  extraction.sources = result.sources;
  extraction.unsure = result.doubts;
  extraction.names_seen = result.names_seen;
  return extraction;
}

}  // namespace commands::metrics
