#include "commands/steps/wandb_metrics.h"

#include <algorithm>
#include <cmath>

#include "commands/metrics/statistic.h"
#include "commands/metrics/text.h"
#include "commands/plan/defaults.h"
#include "commands/plan/plan.h"
#include "commands/services/wandb.h"
#include "commands/steps/service_access.h"

namespace commands::steps {
namespace {

using metrics::Extraction;
using services::wandb::Reading;
using services::wandb::Series;
using services::wandb::Value;
using services::wandb::Wanted;

std::vector<schema::MetricRule> wandb_rules(const schema::Plan& plan) {
  std::vector<schema::MetricRule> rules;
  std::ranges::copy_if(
      plan.metrics,
      std::back_inserter(rules),
      [](const schema::MetricRule& rule) { return !rule.wandb.empty(); });
  return rules;
}

void doubt(const schema::MetricRule& rule,
           const std::string& why,
           Extraction& extraction) {
  schema::MetricDoubt& unsure = extraction.unsure.emplace_back();
  unsure.key = rule.key;
  unsure.text = metrics::excerpt(why, 0, why.size());
}

// The last part of a history that is asked for; at least one value.
std::size_t first_of_last_part(const schema::MetricRule& rule,
                               std::size_t count) {
  const double share = rule.wandb_last.value_or(1);
  const auto wanted =
      static_cast<std::size_t>(std::floor(static_cast<double>(count) * share));
  return count - std::min(count, std::max<std::size_t>(wanted, 1));
}

// A value that is no number makes the metric missing: nobody knows what it
// should have been.
void add_series(const schema::MetricRule& rule,
                const Series& series,
                const std::string& where,
                Extraction& extraction) {
  metrics::Samples samples(rule.statistic);
  std::uint64_t line = 0;
  for (std::size_t at = first_of_last_part(rule, series.values.size());
       at < series.values.size();
       ++at) {
    const Value& value = series.values[at];
    const metrics::Place place{++line, value.text, 0, value.text.size()};
    if (value.number) {
      samples.add(*value.number, place);
    } else {
      samples.add_doubtful(place);
    }
  }
  metrics::add_metric(extraction, rule, samples, where);
}

std::string query_of(const schema::MetricRule& rule, const Series& series) {
  return rule.wandb_last ? fmt::format("{} of the last {}% of the {}",
                                       rule.statistic,
                                       *rule.wandb_last * 100,
                                       series.query)
                         : series.query;
}

Extraction extraction_of(const AttemptBasis& basis,
                         const std::vector<schema::MetricRule>& rules,
                         const std::string& run,
                         const Reading& reading) {
  Extraction extraction;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Series& series = reading.series[i];
    const std::size_t before = extraction.sources.size();
    add_series(rules[i], series, "wandb " + run, extraction);
    if (extraction.sources.size() > before) {
      schema::MetricSource& source = extraction.sources.back();
      source.line = 0;
      source.url = reading.url;
      source.query = query_of(rules[i], series);
      source.digest = reading.digest;
      source.read_at_ms = basis.now_ms();
    } else if (series.values.empty()) {
      doubt(rules[i],
            fmt::format("{} is not in the run", rules[i].wandb),
            extraction);
    }
  }
  return extraction;
}

}  // namespace

Result<Extraction> wandb_metrics(const AttemptBasis& basis,
                                 schema::Outcome outcome) {
  const auto rules = wandb_rules(basis.context->plan());
  const std::string run = plan::expand_wandb_run(basis.planned,
                                                 {basis.context->record().name,
                                                  basis.started.candidate,
                                                  basis.started.job_name});
  if (rules.empty() || run.empty() || outcome != schema::Outcome::passed) {
    return Extraction{};
  }
  std::vector<Wanted> wanted;
  for (const schema::MetricRule& rule : rules) {
    wanted.push_back({rule.wandb, rule.wandb_last.has_value()});
  }
  auto reading = Result<Reading>(Reading{});
  if (const auto name = services::wandb::parse_run(run)) {
    basis.say("reading its metrics from Weights & Biases");
    reading = services::wandb::read_until_stable(
        service_access(*basis.context,
                       schema::Step::kWorkflowTests,
                       plan::kServiceTimeoutS),
        *name,
        wanted);
  } else {
    reading = std::unexpected(name.error());
  }
  if (reading) {
    return extraction_of(basis, rules, run, *reading);
  }
  if (reading.error().code == ErrorCode::kInterrupted) {
    return std::unexpected(reading.error());
  }
  Extraction extraction;
  for (const schema::MetricRule& rule : rules) {
    doubt(rule, reading.error().message, extraction);
  }
  return extraction;
}

}  // namespace commands::steps
