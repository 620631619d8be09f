#include "commands/steps/metrics_out.h"

#include <algorithm>
#include <cmath>

#include "commands/decide/decide.h"
#include "commands/plan/defaults.h"
#include "commands/plan/plan.h"
#include "commands/services/datadog.h"
#include "commands/services/gauges.h"
#include "commands/steps/service_access.h"
#include "ledger/digest.h"
#include "ledger/file.h"

namespace commands::steps {
namespace {

using services::Gauge;
using Labels = std::vector<std::pair<std::string, std::string>>;

constexpr schema::Step kTestsStep = schema::Step::kWorkflowTests;

void add(std::vector<Gauge>& gauges,
         std::string name,
         double value,
         Labels labels) {
  if (std::isfinite(value)) {  // no JSON holds another
    gauges.push_back({std::move(name), value, std::move(labels)});
  }
}

void add_check(std::vector<Gauge>& gauges,
               const std::string& validation,
               const schema::Check& check) {
  const Labels labels = {{"metric", check.key}, {"validation", validation}};
  add(gauges, "check.passed", check.passed ? 1 : 0, labels);
  if (check.expected) {
    add(gauges, "check.expected", *check.expected, labels);
  }
  if (check.low && check.high) {
    add(gauges, "check.low", *check.low, labels);
    add(gauges, "check.high", *check.high, labels);
  }
}

// Of the results that count for the candidate now.
std::vector<Gauge> gauges_of(const StepContext& context) {
  std::vector<Gauge> gauges;
  for (const auto& v : schema::assess_validations(context.record())) {
    const schema::ValidationCompleted* result = v.result();
    if (result == nullptr) {
      continue;
    }
    const Labels labels = {{"validation", v.planned->name}};
    add(gauges,
        "validation.passed",
        v.outcome == schema::Outcome::passed ? 1 : 0,
        labels);
    if (result->duration_s) {
      add(gauges, "validation.duration_s", *result->duration_s, labels);
    }
    for (const schema::Metric& metric : result->metrics) {
      add(gauges,
          "metric",
          metric.value,
          {{"metric", metric.key}, {"validation", v.planned->name}});
    }
    for (const schema::Check& check : result->checks) {
      add_check(gauges, v.planned->name, check);
    }
  }
  return gauges;
}

// When it was measured, by the newest result: the same however often it has to
// be sent. Datadog takes nothing that is older than an hour.
std::int64_t sampled_at_s(const StepContext& context) {
  constexpr std::int64_t kAgeMaxMs = 50LL * 60 * 1000;
  const std::int64_t now_ms = context.environment.clock->now_ms();
  std::int64_t newest_ms = 0;
  for (const auto& v : schema::assess_validations(context.record())) {
    if (v.result() != nullptr && v.record->result_mark != nullptr) {
      newest_ms = std::max(newest_ms, v.record->result_mark->at_ms);
    }
  }
  const bool is_taken = newest_ms > now_ms - kAgeMaxMs && newest_ms <= now_ms;
  return (is_taken ? newest_ms : now_ms) / 1000;
}

// One place that metrics go to.
struct Sink {
  std::string name;
  std::function<Status()> send;
  std::function<std::string()> rehearsed;
};

Sink datadog_sink(const StepContext& context,
                  const schema::MetricsOut& out,
                  const std::vector<Gauge>& gauges) {
  const services::ServiceAccess access =
      service_access(context, kTestsStep, plan::kServiceTimeoutS);
  std::vector<std::string> tags;
  for (const std::string& tag : out.tags) {
    tags.push_back(plan::expand_pattern(
        tag,
        context.record().name,
        schema::current_candidate(context.record())->number));
  }
  const std::string body =
      services::datadog_series(gauges, out.prefix, tags, sampled_at_s(context));
  return {"datadog",
          [access, body] { return services::datadog::send(access, body); },
          [access, body] {
            const Status valid = services::datadog::validate(access);
            const auto request =
                services::datadog::series_request(access, body);
            return (request ? services::rehearsed(*request)
                            : request.error().message) +
                   (valid ? "" : "\n" + valid.error().message);
          }};
}

Sink prometheus_sink(const StepContext& context,
                     const schema::MetricsOut& out,
                     const std::vector<Gauge>& gauges) {
  const std::string text = services::prometheus_text(
      gauges, out.prefix, {{"version", context.record().name}});
  const std::filesystem::path file =
      context.environment.work_tree / out.prometheus;
  return {"prometheus",
          [file, text] { return ledger::write_file(file, text, 0644); },
          [file, text] { return fmt::format("{}:\n{}", file.string(), text); }};
}

Status send_to(StepContext& context,
               const Sink& sink,
               const std::string& digest,
               std::size_t count) {
  if (decide::is_sent(context.record(), sink.name, digest)) {
    return {};
  }
  if (context.is_rehearsal()) {
    context.say(kTestsStep,
                fmt::format("would send {} to {}: {}",
                            count == 0 ? "what will have been measured"
                                       : fmt::format("{} metrics", count),
                            sink.name,
                            sink.rehearsed()));
    return {};
  }
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::start_sending(record, sink.name, digest);
  }));
  const Status sent = sink.send();
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return sent ? decide::observe_sent(record, sink.name, count)
                : decide::observe_not_sent(record,
                                           sink.name,
                                           sent.error().reason,
                                           sent.error().message);
  }));
  context.say(
      kTestsStep,
      sent ? fmt::format("{} metrics sent to {}", count, sink.name)
           : fmt::format("warning: metrics not sent to {}: {}; the next run "
                         "sends them",
                         sink.name,
                         sent.error().message));
  return sent || sent.error().code != ErrorCode::kInterrupted ? Status() : sent;
}

}  // namespace

Status send_metrics(StepContext& context) {
  const schema::MetricsOut* out = context.read_plan == nullptr
                                      ? nullptr
                                      : context.read_plan->metrics_out.get();
  if (out == nullptr || schema::is_ended(context.record())) {
    return {};
  }
  const std::vector<Gauge> gauges = gauges_of(context);
  if (gauges.empty() && !context.is_rehearsal()) {
    return {};
  }
  const std::string text = services::canonical_text(gauges);
  const auto digest_for = [&](std::string_view where) {
    return ledger::to_hex(ledger::sha256({where, "\n", text}));
  };
  if (out->datadog) {
    RL_TRY(send_to(context,
                   datadog_sink(context, *out, gauges),
                   digest_for(out->prefix),
                   gauges.size()));
  }
  if (!out->prometheus.empty()) {
    RL_TRY(send_to(context,
                   prometheus_sink(context, *out, gauges),
                   digest_for(out->prefix + out->prometheus),
                   gauges.size()));
  }
  return {};
}

}  // namespace commands::steps
