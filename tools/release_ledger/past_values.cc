#include "tools/release_ledger/past_values.h"

#include <algorithm>

#include "ledger/decoded.h"
#include "projections/queries.h"

namespace tools {
namespace {

using commands::metrics::History;
using commands::metrics::PastValue;

// A view is thrown away and folded anew; what a verdict rests on is the event.
ledger::Status check_against_event(const ledger::Snapshot& snapshot,
                                   const schema::ValidationRecord& record) {
  const std::uint64_t position = record.result_mark->position;
  RL_ASSIGN(const ledger::RecordedEvent recorded, snapshot.event(position));
  const auto event = ledger::decoded(recorded);
  const auto* completed =
      event ? std::get_if<schema::ValidationCompleted>(&*event) : nullptr;
  const auto* rejudged =
      event ? std::get_if<schema::ValidationRejudged>(&*event) : nullptr;
  const bool same = completed != nullptr
                        ? completed->name == record.name &&
                              completed->outcome == schema::Outcome::passed &&
                              completed->metrics == record.result->metrics
                        : rejudged != nullptr &&
                              rejudged->name == record.name &&
                              rejudged->outcome == schema::Outcome::passed;
  if (same) {
    return {};
  }
  return ledger::fail(
      ledger::ErrorCode::kCorruption,
      "view-disagrees",
      fmt::format("the view has a result of {} at position {} that the event "
                  "there does not say",
                  record.name,
                  position),
      "release-ledger verify");
}

void add_values(const schema::ReleaseRecord& release,
                const schema::ValidationRecord& record,
                History& history) {
  const schema::ValidationCompleted& result = *record.result;
  for (const schema::Metric& metric : result.metrics) {
    PastValue& past = history.emplace_back();
    past.release = release.name;
    past.published = release.tag_mark->position;
    past.validation = record.name;
    past.key = metric.key;
    past.value = metric.value;
    past.position = record.result_mark->position;
    const auto source = std::ranges::find(
        result.sources, metric.key, &schema::MetricSource::key);
    if (source != result.sources.end()) {
      past.statistic = source->statistic;
      past.unit = source->unit;
    }
  }
}

}  // namespace

bool compares_with_the_past(const schema::Plan& plan) {
  return std::ranges::any_of(
      plan.validations, [](const schema::Validation& validation) {
        return std::ranges::any_of(validation.acceptance,
                                   [](const schema::Acceptance& check) {
                                     return !check.baseline.empty();
                                   });
      });
}

ledger::Result<History> past_values(const ledger::Snapshot& snapshot) {
  RL_ASSIGN(const auto views, projections::all_releases(snapshot));
  History history;
  for (const projections::ReleaseView& view : views) {
    const schema::ReleaseRecord& release = *view.record;
    if (!release.tag_pushed || release.yanked) {
      continue;
    }
    for (const schema::ValidationAssessment& v : view.assessment.validations) {
      if (v.outcome != schema::Outcome::passed || v.record == nullptr ||
          v.record->result == nullptr) {
        continue;
      }
      RL_TRY(check_against_event(snapshot, *v.record));
      add_values(release, *v.record, history);
    }
  }
  return history;
}

ledger::Result<History> past_values(const ledger::Ledger& book) {
  RL_ASSIGN(const ledger::Snapshot snapshot, book.read());
  return past_values(snapshot);
}

}  // namespace tools
