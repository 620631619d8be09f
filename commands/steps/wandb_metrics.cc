#include "commands/steps/wandb_metrics.h"

#include <algorithm>
#include <cmath>
#include <csignal>

#include "commands/metrics/statistic.h"
#include "commands/metrics/text.h"
#include "commands/plan/defaults.h"
#include "commands/plan/plan.h"
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

std::vector<Wanted> wanted_by(const std::vector<schema::MetricRule>& rules) {
  std::vector<Wanted> wanted;
  for (const schema::MetricRule& rule : rules) {
    wanted.push_back({rule.wandb, rule.wandb_last.has_value()});
  }
  return wanted;
}

}  // namespace

bool WandbReader::Breath::pause(std::chrono::milliseconds span) {
  constexpr std::chrono::milliseconds kSlice{50};
  const auto end = now() + span;
  for (auto left = span; left > left.zero(); left = end - now()) {
    if (given_up_ || !system_.pause(std::min(kSlice, left))) {
      return false;
    }
  }
  return !given_up_;
}

std::unique_ptr<WandbReader> WandbReader::begin(const AttemptBasis& basis,
                                                schema::Outcome outcome) {
  auto rules = wandb_rules(basis.context->plan());
  std::string run = plan::expand_wandb_run(basis.planned,
                                           {basis.context->record().name,
                                            basis.started.candidate,
                                            basis.started.job_name});
  if (rules.empty() || run.empty() || outcome != schema::Outcome::passed) {
    return nullptr;
  }
  const auto name = services::wandb::parse_run(run);
  // Not make_unique: the constructor is private.
  std::unique_ptr<WandbReader> reader(
      new WandbReader(basis, std::move(rules), std::move(run)));
  const Status loaded = name ? basis.context->environment.http->load()
                             : Status(std::unexpected(name.error()));
  if (!loaded) {
    reader->reading_ = std::unexpected(loaded.error());
    reader->is_done_ = true;
    return reader;
  }
  basis.say("reading its metrics from Weights & Biases");
  reader->start(*name);
  return reader;
}

WandbReader::WandbReader(const AttemptBasis& basis,
                         std::vector<schema::MetricRule> rules,
                         std::string run)
    : basis_(basis),
      rules_(std::move(rules)),
      run_(std::move(run)),
      ours_(basis.context->environment.http->settings()) {}

WandbReader::~WandbReader() {
  given_up_ = true;
}

void WandbReader::start(const services::wandb::RunName& name) {
  services::HttpClient::Settings settings = ours_;
  settings.pace = &breath_;
  settings.transport.given_up = [this] { return given_up_.load(); };
  settings.told = [this](std::string_view line) { say(true, line); };
  settings.waiting = [this](std::string_view line) { say(false, line); };
  services::ServiceAccess access = service_access(
      *basis_.context, schema::Step::kWorkflowTests, plan::kServiceTimeoutS);
  thread_ = std::jthread([this,
                          name,
                          access,
                          wanted = wanted_by(rules_),
                          settings = std::move(settings)]() mutable {
    // A signal is for the thread that waits for one.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    services::HttpClient http(std::move(settings));
    access.http = &http;
    reading_ = services::wandb::read_until_stable(access, name, wanted);
    is_done_ = true;
  });
}

void WandbReader::say(bool is_detail, std::string_view text) {
  const std::scoped_lock lock(mutex_);
  lines_.push_back({std::string(text), is_detail});
}

bool WandbReader::advance() {
  const bool is_done = is_done_;
  std::vector<Line> lines;
  {
    const std::scoped_lock lock(mutex_);
    lines.swap(lines_);
  }
  for (const Line& line : lines) {
    const auto& tell = line.is_detail ? ours_.told : ours_.waiting;
    if (tell) {
      tell(line.text);
    }
  }
  return is_done;
}

Result<Extraction> WandbReader::take() {
  if (reading_) {
    return extraction_of(basis_, rules_, run_, *reading_);
  }
  if (reading_.error().code == ErrorCode::kInterrupted) {
    return std::unexpected(reading_.error());
  }
  Extraction extraction;
  for (const schema::MetricRule& rule : rules_) {
    doubt(rule, reading_.error().message, extraction);
  }
  return extraction;
}

void rehearse_wandb(const StepContext& context,
                    const schema::Validation& planned) {
  const auto rules = wandb_rules(context.plan());
  const std::string run = plan::expand_wandb_run(
      planned,
      {context.record().name,
       schema::current_candidate(context.record())->number,
       "RUN"});
  if (rules.empty() || run.empty()) {
    return;
  }
  constexpr schema::Step kStep = schema::Step::kWorkflowTests;
  context.say(kStep,
              fmt::format("would then read the run {} from Weights & Biases "
                          "until it changes no more",
                          run));
  const auto name = services::wandb::parse_run(run);
  const auto reading =
      name ? services::wandb::read(
                 service_access(context, kStep, plan::kServiceTimeoutS),
                 *name,
                 wanted_by(rules))
           : Result<Reading>(std::unexpected(name.error()));
  context.say(kStep,
              reading ? fmt::format("{} is there now, {}", run, reading->state)
                      : reading.error().message);
}

}  // namespace commands::steps
