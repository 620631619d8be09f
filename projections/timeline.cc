#include "projections/timeline.h"

#include <algorithm>
#include <array>
#include <map>

#include "ledger/decoded.h"
#include "ledger/keys.h"
#include "schema/release/bound.h"
#include "schema/release/record.h"

namespace projections {
namespace timeline {
namespace {

constexpr std::size_t kNumberBytes = 8;

}  // namespace

std::string release_key(ledger::Position first) {
  return kRelease + ledger::keys::number(first);
}

std::string metric_prefix(char kind, std::string_view metric) {
  std::string key(1, kind);
  key += metric;
  key.push_back('\0');
  return key;
}

std::string metric_key(char kind,
                       std::string_view metric,
                       ledger::Position at) {
  return metric_prefix(kind, metric) + ledger::keys::number(at);
}

std::optional<MetricKey> parse_metric_key(std::string_view key) {
  if (key.size() < kNumberBytes + 2) {
    return std::nullopt;
  }
  const std::size_t end = key.size() - kNumberBytes;
  const auto at = ledger::keys::parse_number(key.substr(end));
  return at && key[end - 1] == '\0'
             ? std::optional(MetricKey{key.substr(1, end - 2), *at})
             : std::nullopt;
}

std::optional<ledger::Position> parse_release_key(std::string_view key) {
  return key.empty() ? std::nullopt : ledger::keys::parse_number(key.substr(1));
}

}  // namespace timeline

namespace {

using ledger::Position;
using schema::MeasuredValue;
using schema::Outcome;

std::unique_ptr<schema::Mark> mark_at(const ledger::RecordedEvent& event) {
  auto mark = std::make_unique<schema::Mark>();
  mark->by = schema::display_name(*event.envelope.actor);
  mark->at_ms = event.envelope.recorded_at_ms;
  mark->position = event.position;
  return mark;
}

std::unexpected<ledger::Error> unreadable_row(const std::string& stream) {
  return ledger::fail(ledger::ErrorCode::kCorruption,
                      "view-damaged",
                      fmt::format("the timeline of {} is unreadable", stream),
                      "run `release-ledger rebuild`");
}

// How the checks on its key judged a value.
void judge_value(MeasuredValue& value,
                 const std::string& key,
                 const std::vector<schema::Check>& checks) {
  value.bound.clear();
  value.op.clear();
  value.passed = flatbuffers::nullopt;
  value.baseline.clear();
  value.baseline_value = flatbuffers::nullopt;
  for (const schema::Check& check : checks) {
    if (check.key != key) {
      continue;
    }
    value.bound +=
        (value.bound.empty() ? "" : " and ") + schema::bound_text(check);
    value.passed = value.passed.value_or(true) && check.passed;
    if (value.op.empty()) {
      value.op = check.op;
    }
    if (value.baseline.empty()) {
      value.baseline = check.baseline;
      value.baseline_value = check.baseline_value;
    }
  }
}

// The events of one slice over the rows there are. Other events than those
// below only move the newest mark.
class TimelineFold {
 public:
  TimelineFold(const ledger::StreamSlice& slice, ledger::Rows& rows)
      : slice_(slice), rows_(rows) {}

  ledger::Status run();

  void operator()(const schema::ReleaseStarted& e) {
    r_.name = e.version;
    r_.mode = e.mode;
    r_.started = mark_at(*event_);
  }
  void operator()(const schema::ModeRaised& e) { r_.mode = e.mode; }
  void operator()(const schema::PlanRecorded& e);
  void operator()(const schema::BranchCreated& e) {
    r_.candidate = e.candidate;
    r_.commit = e.commit;
    r_.evidence.reset();
    r_.publishing.reset();
  }
  void operator()(const schema::BugCheckPassed&) { add_evidence(); }
  void operator()(const schema::BugCheckFailed&) { add_evidence(); }
  void operator()(const schema::BugCheckInconclusive&) { add_evidence(); }
  void operator()(const schema::ValidationCompleted& e);
  void operator()(const schema::ValidationRejudged& e);
  void operator()(const schema::WaiverGranted& e);
  void operator()(const schema::PublicationPrepared&) {
    if (r_.publishing == nullptr) {
      r_.publishing = mark_at(*event_);
    }
  }
  void operator()(const schema::TagPushed&);
  void operator()(const schema::ReleaseCompleted&) {
    r_.completed = mark_at(*event_);
  }
  void operator()(const schema::ReleaseAbandoned&) {
    r_.abandoned = mark_at(*event_);
  }
  void operator()(const schema::ReleaseYanked&) {
    r_.yanked = mark_at(*event_);
  }
  void operator()(const schema::ReleaseImported& e) {
    r_.name = e.version;
    r_.commit = e.commit;
    r_.imported = true;
  }
  void operator()(const schema::ReleaseSetBack&) { r_.set_back = true; }
  void operator()(const schema::ReleaseReconciled&) { r_.set_back = false; }
  void operator()(const schema::ValidationImported& e);
  template <class Other>
  void operator()(const Other&) {}

 private:
  // Not of a publication that is under way: what comes then is late.
  void add_evidence() {
    if (r_.publishing == nullptr) {
      r_.evidence = mark_at(*event_);
    }
  }
  schema::RunCounts& counts_of(const std::string& validation);
  void count(const schema::ValidationCompleted& e);
  // The values of a metric, about to be changed; a new metric if need be.
  schema::TimelineMetric& change(const std::string& metric);
  schema::TimelineMetric& values_of(const std::string& metric);
  ledger::Status fold_event();
  ledger::Status put_rows();

  const ledger::StreamSlice& slice_;
  ledger::Rows& rows_;
  const ledger::RecordedEvent* event_ = nullptr;
  schema::TimelineRelease r_;
  std::map<std::string, schema::TimelineMetric> metrics_;
  std::map<std::string, Position> changed_;    // rows of metrics_ to be put
  std::map<std::string, Position> published_;  // metrics new in a release that
                                               // is out, and since when
  ledger::Status status_;
};

void TimelineFold::operator()(const schema::PlanRecorded& e) {
  if (e.plan == nullptr) {
    return;
  }
  r_.planned = true;
  r_.renamings.clear();
  for (const schema::MetricRule& rule : e.plan->metrics) {
    if (!rule.aliases.empty()) {
      schema::Renaming& renaming = r_.renamings.emplace_back();
      renaming.key = rule.key;
      renaming.was = rule.aliases;
    }
  }
}

schema::RunCounts& TimelineFold::counts_of(const std::string& validation) {
  const auto it =
      std::ranges::find(r_.runs, validation, &schema::RunCounts::name);
  if (it != r_.runs.end()) {
    return *it;
  }
  r_.runs.emplace_back();
  r_.runs.back().name = validation;
  return r_.runs.back();
}

void TimelineFold::count(const schema::ValidationCompleted& e) {
  schema::RunCounts& runs = counts_of(e.name);
  const bool again = runs.newest_candidate == e.candidate && e.attempt > 1;
  const bool retried = again && !runs.newest_unconfirmed;
  const bool passed = e.outcome == Outcome::passed;
  runs.retries += retried ? 1U : 0U;
  runs.recovered += retried && passed && !runs.newest_passed ? 1U : 0U;
  runs.newest_candidate = e.candidate;
  runs.newest_passed = passed;
  runs.newest_unconfirmed = e.reason == schema::kCheckUnconfirmed;
  if (e.duration_s) {
    runs.seconds.push_back(*e.duration_s);
  }
  if (runs.newest_unconfirmed) {
    return;  // no end yet: it wants another run
  }
  switch (e.outcome) {
    case Outcome::passed:
      ++runs.passed;
      break;
    case Outcome::failed:
      ++runs.failed;
      break;
    case Outcome::timed_out:
      ++runs.timed_out;
      break;
    case Outcome::cancelled:
      ++runs.cancelled;
      break;
    case Outcome::inconclusive:
      ++runs.inconclusive;
      break;
    default:
      ++runs.errored;
  }
}

schema::TimelineMetric& TimelineFold::values_of(const std::string& metric) {
  const auto [it, added] = metrics_.try_emplace(metric);
  if (!added) {
    return it->second;
  }
  const auto row = rows_.get(
      timeline::metric_key(timeline::kMetric, metric, slice_.first_position));
  if (!row) {
    status_ = std::unexpected(row.error());
  } else if (*row) {
    auto unpacked = schema::unpack_timeline_metric(**row);
    if (unpacked) {
      it->second = std::move(*unpacked);
    } else {
      status_ = unreadable_row(slice_.stream.name);
    }
  }
  return it->second;
}

schema::TimelineMetric& TimelineFold::change(const std::string& metric) {
  schema::TimelineMetric& values = values_of(metric);
  auto it = std::ranges::find(r_.metrics, metric, &schema::MeasuredMetric::key);
  if (it == r_.metrics.end()) {
    r_.metrics.emplace_back();
    it = std::prev(r_.metrics.end());
    it->key = metric;
    if (r_.published != nullptr) {
      published_[metric] = event_->position;
    }
  }
  it->changed = event_->position;
  changed_[metric] = event_->position;
  return values;
}

void TimelineFold::operator()(const schema::ValidationCompleted& e) {
  add_evidence();
  count(e);
  for (const schema::Metric& metric : e.metrics) {
    MeasuredValue& value = change(metric.key).values.emplace_back();
    value.validation = e.name;
    value.attempt = e.attempt;
    value.candidate = e.candidate;
    value.commit = e.commit;
    value.value = metric.value;
    value.outcome = e.outcome;
    value.at_ms = event_->envelope.recorded_at_ms;
    value.position = event_->position;
    value.recorded = e.recorded;
    const auto source =
        std::ranges::find(e.sources, metric.key, &schema::MetricSource::key);
    if (source != e.sources.end()) {
      value.statistic = source->statistic;
      value.unit = source->unit;
    }
    judge_value(value, metric.key, e.checks);
  }
}

// Measured when the predecessor says so; judged by nothing.
void TimelineFold::operator()(const schema::ValidationImported& e) {
  const std::int64_t recorded_at = event_->envelope.recorded_at_ms;
  for (const schema::Metric& metric : e.metrics) {
    MeasuredValue& value = change(metric.key).values.emplace_back();
    value.validation = e.name;
    value.attempt = e.number;
    value.commit = r_.commit;
    value.value = metric.value;
    value.outcome = Outcome::unknown;
    value.at_ms = e.ended_at_ms.value_or(e.started_at_ms.value_or(recorded_at));
    value.position = event_->position;
    value.imported = true;
  }
}

void TimelineFold::operator()(const schema::ValidationRejudged& e) {
  for (std::size_t i = 0; i < r_.metrics.size(); ++i) {
    const std::string key = r_.metrics[i].key;
    const auto& values = values_of(key).values;
    const auto is_meant = [&](const MeasuredValue& value) {
      return value.validation == e.name && value.candidate == e.candidate &&
             value.attempt == e.attempt;
    };
    if (std::ranges::none_of(values, is_meant)) {
      continue;
    }
    for (MeasuredValue& value : change(key).values) {
      if (is_meant(value)) {
        value.outcome = e.outcome;
        value.rejudged = true;
        judge_value(value, key, e.checks);
      }
    }
  }
}

void TimelineFold::operator()(const schema::WaiverGranted& e) {
  const std::string validation = e.check.substr(0, e.check.find('/'));
  const auto it =
      std::ranges::find(r_.runs, validation, &schema::RunCounts::name);
  // One result, however many of its checks were waived one by one.
  if (it == r_.runs.end() || (it->waived_candidate == e.candidate &&
                              it->waived_attempt == e.result_attempt)) {
    return;
  }
  ++it->waived;
  it->waived_candidate = e.candidate;
  it->waived_attempt = e.result_attempt;
}

void TimelineFold::operator()(const schema::TagPushed&) {
  if (r_.published != nullptr) {
    return;
  }
  r_.published = mark_at(*event_);
  for (const schema::MeasuredMetric& metric : r_.metrics) {
    published_[metric.key] = event_->position;
  }
}

ledger::Status TimelineFold::fold_event() {
  if (r_.name.empty()) {
    // A first event of a newer program still belongs to a release by name.
    r_.name = event_->envelope.stream;
  }
  if (const auto says = ledger::decoded(*event_)) {
    std::visit(*this, *says);
  }
  r_.newest = mark_at(*event_);
  return status_;
}

ledger::Status TimelineFold::put_rows() {
  rows_.put(timeline::release_key(slice_.first_position), schema::pack(r_));
  for (const auto& [metric, position] : changed_) {
    rows_.put_as_of(
        timeline::metric_key(timeline::kMetric, metric, slice_.first_position),
        schema::pack(metrics_[metric]),
        position);
  }
  for (const auto& [metric, position] : published_) {
    const std::string key = timeline::metric_key(
        timeline::kPublished, metric, r_.published->position);
    RL_TRY(rows_.get(key));
    rows_.put_as_of(key, ledger::keys::number(slice_.first_position), position);
  }
  return {};
}

ledger::Status TimelineFold::run() {
  RL_ASSIGN(const auto row,
            rows_.get(timeline::release_key(slice_.first_position)));
  if (row) {
    auto unpacked = schema::unpack_timeline_release(*row);
    if (!unpacked) {
      return unreadable_row(slice_.stream.name);
    }
    r_ = std::move(*unpacked);
  }
  for (const ledger::RecordedEvent& event : slice_.events) {
    event_ = &event;
    RL_TRY(fold_event());
  }
  return put_rows();
}

}  // namespace

ledger::Status Timeline::apply(const ledger::StreamSlice& slice,
                               ledger::Rows& rows) const {
  return slice.stream.kind == schema::StreamKind::release
             ? TimelineFold(slice, rows).run()
             : ledger::Status();
}

}  // namespace projections
