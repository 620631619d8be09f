#include "projections/compare.h"

#include <algorithm>
#include <array>

#include "schema/release/bound.h"

namespace projections {
namespace {

using schema::ValidationCompleted;

constexpr std::array<std::string_view, 6> kChanges = {
    "same", "better", "worse", "different", "new", "gone"};

// What one validation of a release came to, imported ones too.
struct Side {
  std::string name;
  std::string outcome;
  std::optional<double> seconds;
  const std::vector<schema::Metric>* metrics = nullptr;
  const std::vector<schema::Check>* checks = nullptr;
  const std::vector<schema::MetricSource>* sources = nullptr;
};

std::vector<Side> sides_of(const ReleaseView& view) {
  std::vector<Side> sides;
  for (const schema::ValidationAssessment& v : view.assessment.validations) {
    Side& side = sides.emplace_back();
    side.name = v.planned->name;
    side.outcome = schema::word(v.outcome);
    if (const ValidationCompleted* result = v.result()) {
      side.metrics = &result->metrics;
      side.checks = &result->checks;
      side.sources = &result->sources;
      if (result->duration_s) {
        side.seconds = *result->duration_s;
      }
    }
  }
  if (view.record->imported != nullptr) {
    for (const auto& imported : view.record->imported->validations) {
      Side& side = sides.emplace_back();
      side.name = imported.name;
      side.outcome = imported.outcome + ", imported";
      side.metrics = &imported.metrics;
      if (imported.started_at_ms && imported.ended_at_ms) {
        side.seconds = static_cast<double>(*imported.ended_at_ms -
                                           *imported.started_at_ms) /
                       1000;
      }
    }
  }
  return sides;
}

const Side* side_named(const std::vector<Side>& sides,
                       const std::string& name) {
  const auto it = std::ranges::find(sides, name, &Side::name);
  return it == sides.end() ? nullptr : &*it;
}

// What a metric is called by the plans of the two; the second's come first.
class MetricNames {
 public:
  MetricNames(const ReleaseView& from, const ReleaseView& to) {
    add(to);
    add(from);
  }
  std::string today(const std::string& key) const {
    for (const schema::MetricRule* rule : rules_) {
      if (rule->key != key &&
          std::ranges::find(rule->aliases, key) != rule->aliases.end()) {
        return rule->key;
      }
    }
    return key;
  }

 private:
  void add(const ReleaseView& view) {
    if (view.record->plan != nullptr) {
      for (const schema::MetricRule& rule : view.record->plan->metrics) {
        rules_.push_back(&rule);
      }
    }
  }
  std::vector<const schema::MetricRule*> rules_;
};

ComparedValue value_of(const Side& side,
                       const schema::Metric& metric,
                       ComparedMetric& compared) {
  ComparedValue result;
  result.value = metric.value;
  if (side.checks != nullptr) {
    for (const schema::Check& check : *side.checks) {
      if (check.key == metric.key) {
        result.bound +=
            (result.bound.empty() ? "" : " and ") + schema::bound_text(check);
        result.passed = result.passed.value_or(true) && check.passed;
        compared.better = direction_of(check.op);
      }
    }
  }
  if (side.sources != nullptr) {
    const auto source = std::ranges::find(
        *side.sources, metric.key, &schema::MetricSource::key);
    if (source != side.sources->end() && !source->unit.empty()) {
      compared.unit = source->unit;
    }
  }
  return result;
}

MetricChange change_of(const ComparedMetric& metric) {
  if (!metric.from.value || !metric.to.value) {
    return metric.to.value ? MetricChange::kNew : MetricChange::kGone;
  }
  if (metric.from.passed.value_or(false) && !metric.to.passed.value_or(true)) {
    return MetricChange::kWorse;
  }
  if (*metric.from.value == *metric.to.value) {
    return MetricChange::kNone;
  }
  const auto worse =
      worse_by(metric.better, *metric.from.value, *metric.to.value);
  return !worse       ? MetricChange::kDifferent
         : *worse > 0 ? MetricChange::kWorse
                      : MetricChange::kBetter;
}

void add_metrics(const Side* side,
                 const std::string& validation,
                 const MetricNames& names,
                 ComparedValue ComparedMetric::*which,
                 std::vector<ComparedMetric>& metrics) {
  if (side == nullptr || side->metrics == nullptr) {
    return;
  }
  for (const schema::Metric& metric : *side->metrics) {
    const std::string key = names.today(metric.key);
    auto it = std::ranges::find_if(metrics, [&](const ComparedMetric& other) {
      return other.validation == validation && other.key == key;
    });
    if (it == metrics.end()) {
      metrics.emplace_back();
      it = std::prev(metrics.end());
      it->validation = validation;
      it->key = key;
    }
    (*it).*which = value_of(*side, metric, *it);
  }
}

void add_validation(const std::string& name,
                    const Side* from,
                    const Side* to,
                    const MetricNames& names,
                    Comparison& result) {
  ComparedRun& run = result.runs.emplace_back();
  run.validation = name;
  if (from != nullptr) {
    run.outcome_from = from->outcome;
    run.from_s = from->seconds;
  }
  if (to != nullptr) {
    run.outcome_to = to->outcome;
    run.to_s = to->seconds;
  }
  // The newer check says which way is worse, so it comes last.
  add_metrics(from, name, names, &ComparedMetric::from, result.metrics);
  add_metrics(to, name, names, &ComparedMetric::to, result.metrics);
}

}  // namespace

std::string_view word(MetricChange change) {
  return kChanges[static_cast<std::size_t>(change)];
}

double duration_s(const schema::ReleaseRecord& record) {
  if (!record.started || !record.newest) {
    return 0;  // its beginning is of a newer program
  }
  const schema::Mark& end = record.tag_mark ? *record.tag_mark : *record.newest;
  return static_cast<double>(end.at_ms - record.started->at_ms) / 1000;
}

Comparison compare(const ReleaseView& from, const ReleaseView& to) {
  const std::vector<Side> before = sides_of(from);
  const std::vector<Side> after = sides_of(to);
  const MetricNames names(from, to);
  Comparison result;
  for (const Side& side : after) {
    add_validation(
        side.name, side_named(before, side.name), &side, names, result);
  }
  for (const Side& side : before) {
    if (side_named(after, side.name) == nullptr) {
      add_validation(side.name, &side, nullptr, names, result);
    }
  }
  for (ComparedMetric& metric : result.metrics) {
    metric.change = change_of(metric);
    metric.bound_moved = metric.from.value && metric.to.value &&
                         metric.from.bound != metric.to.bound;
  }
  return result;
}

}  // namespace projections
