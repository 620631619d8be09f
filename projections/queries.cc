#include "projections/queries.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "ledger/clock.h"
#include "ledger/decoded.h"
#include "ledger/digest.h"
#include "projections/releases.h"
#include "schema/release/policy.h"

namespace projections {
namespace {

using ledger::ErrorCode;
using ledger::Result;
using ledger::Snapshot;

Result<schema::ReleaseRecord> unpack(const ledger::Row& row) {
  auto record = schema::unpack_record(row.bytes);
  if (!record) {
    return ledger::damaged("view-damaged", "a row of the view is unreadable");
  }
  return std::move(*record);
}

ReleaseView view_in(const Snapshot& snapshot,
                    schema::ReleaseRecord record,
                    std::int64_t at_ms) {
  record.judged_at_ms = at_ms;
  ReleaseView view = view_of(std::move(record));
  view.origin = snapshot.origin();
  return view;
}

// Digests of the plans before the newest that signatures were given for.
std::set<std::string> older_plans(const ReleaseView& view) {
  std::set<std::string> digests;
  for (const schema::CandidateRecord& candidate : view.record->candidates) {
    for (const schema::ApprovalRecord& approval : candidate.approvals) {
      if (!approval.granted->signature.empty()) {
        digests.insert(approval.granted->plan_digest);
      }
    }
  }
  digests.erase(view.record->plan ? view.record->plan->digest : "");
  return digests;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

std::unexpected<ledger::Error> no_such_release(const std::string& name) {
  return ledger::fail(ErrorCode::kNotFound,
                      "no-such-release",
                      fmt::format("there is no release {}", name),
                      "`release-ledger list` shows all");
}

bool matches(const ledger::RecordedEvent& event, const HistoryQuery& query) {
  const schema::Envelope& envelope = event.envelope;
  const std::int64_t at = envelope.recorded_at_ms;
  return (query.type.empty() || envelope.type == query.type) &&
         (query.actor.empty() ||
          contains(schema::display_name(*envelope.actor), query.actor)) &&
         (!query.since_ms || at >= *query.since_ms) &&
         (!query.until_ms || at <= *query.until_ms);
}

ReleaseView view_of(schema::ReleaseRecord record) {
  ReleaseView view;
  view.record = std::make_unique<schema::ReleaseRecord>(std::move(record));
  view.evidence_digest =
      ledger::to_hex(ledger::sha256({schema::evidence_text(*view.record)}));
  view.assessment = schema::assess(*view.record, view.evidence_digest);
  return view;
}

Result<ReleaseView> find_release(const Snapshot& snapshot,
                                 const std::string& name) {
  const Releases releases;
  const ledger::StreamId stream = ledger::release_stream(name);
  RL_ASSIGN(const auto row, snapshot.row(releases, stream, name));
  RL_ASSIGN(auto parked, snapshot.parked(releases, stream));
  if (!row && !parked.empty()) {
    return ledger::fail(
        ErrorCode::kUsage,
        "view-parked",
        fmt::format("the view of {} is empty: the event at position {} could "
                    "not be handled",
                    name,
                    parked.front()),
        "use a newer release-ledger, and run `release-ledger rebuild`");
  }
  if (!row) {
    return no_such_release(name);
  }
  RL_ASSIGN(schema::ReleaseRecord record, unpack(*row));
  ReleaseView view =
      view_in(snapshot, std::move(record), snapshot.latest_at_ms());
  view.parked = std::move(parked);
  if (!older_plans(view).empty()) {
    RL_ASSIGN(const auto events, snapshot.stream_events(stream, 0));
    add_older_signers(events, view);
  }
  return view;
}

void add_older_signers(const std::vector<ledger::RecordedEvent>& events,
                       ReleaseView& view) {
  const std::set<std::string> wanted = older_plans(view);
  if (wanted.empty()) {
    return;
  }
  for (const ledger::RecordedEvent& event : events) {
    if (event.envelope.type != schema::type_name_of<schema::PlanRecorded>()) {
      continue;
    }
    const auto decoded = ledger::decoded(event);
    const auto* recorded =
        decoded ? std::get_if<schema::PlanRecorded>(&*decoded) : nullptr;
    if (recorded != nullptr && recorded->plan != nullptr &&
        wanted.contains(recorded->plan->digest)) {
      view.older_signers[recorded->plan->digest] =
          schema::signer_lines(*recorded->plan);
    }
  }
}

Result<std::vector<ReleaseView>> all_releases(const Snapshot& snapshot) {
  RL_ASSIGN(const auto rows, snapshot.rows(Releases()));
  std::vector<ReleaseView> views;
  views.reserve(rows.size());
  for (const ledger::Row& row : rows) {
    RL_ASSIGN(schema::ReleaseRecord record, unpack(row));
    views.push_back(
        view_in(snapshot, std::move(record), snapshot.latest_at_ms()));
  }
  std::ranges::stable_sort(views, {}, [](const ReleaseView& view) {
    const schema::ReleaseRecord& record = *view.record;
    return (record.started ? record.started : record.newest)->position;
  });
  return views;
}

Result<ReleaseView> replay(const Snapshot& snapshot,
                           const std::string& name,
                           std::optional<ledger::Position> at) {
  RL_ASSIGN(const auto events,
            snapshot.stream_events(ledger::release_stream(name), 0));
  if (events.empty()) {
    return no_such_release(name);
  }
  schema::ReleaseRecord record;
  for (const ledger::RecordedEvent& event : events) {
    if (at && event.position > *at) {
      break;
    }
    fold(record, event);
  }
  if (record.events == 0) {
    return ledger::fail(
        ErrorCode::kNotFound,
        "no-such-release",
        fmt::format("{} had not been started at position {}", name, *at),
        fmt::format("it was started at position {}", events.front().position));
  }
  std::int64_t at_ms = snapshot.latest_at_ms();
  if (at) {
    RL_ASSIGN(const ledger::RecordedEvent newest, snapshot.event(*at));
    at_ms = newest.envelope.recorded_at_ms;
  }
  ReleaseView view = view_in(snapshot, std::move(record), at_ms);
  add_older_signers(events, view);
  return view;
}

Result<ledger::Position> parse_moment(const Snapshot& snapshot,
                                      const std::string& text) {
  ledger::Position position = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, position);
  if (stop == end && error == std::errc() && !text.empty()) {
    if (position >= snapshot.size()) {
      return ledger::fail(ErrorCode::kUsage,
                          "no-such-position",
                          fmt::format("there is no position {}", position),
                          fmt::format("the newest is {}", snapshot.size() - 1));
    }
    return position;
  }
  const auto time = ledger::parse_time(text);
  if (!time) {
    return ledger::fail(ErrorCode::kUsage,
                        "time-invalid",
                        fmt::format("\"{}\" is no position and no time", text),
                        "for example 17 or 2025-10-02T09:30:00Z");
  }
  RL_ASSIGN(const auto found, snapshot.position_at(*time));
  if (!found) {
    return ledger::fail(ErrorCode::kNotFound,
                        "before-the-ledger",
                        fmt::format("the ledger begins after {}", text),
                        "`release-ledger history` shows its first event at the "
                        "top");
  }
  return *found;
}

Result<std::vector<ledger::RecordedEvent>> history(const Snapshot& snapshot,
                                                   const HistoryQuery& query) {
  std::vector<ledger::RecordedEvent> result;
  if (query.release) {
    RL_ASSIGN(
        result,
        snapshot.stream_events(ledger::release_stream(*query.release), 0));
    if (result.empty()) {
      return no_such_release(*query.release);
    }
    std::erase_if(result, [&](const ledger::RecordedEvent& event) {
      return event.position < query.from || !matches(event, query);
    });
  } else {
    RL_TRY(snapshot.store().events(
        query.from, snapshot.size(), [&](ledger::RecordedEvent event) {
          if (matches(event, query)) {
            result.push_back(std::move(event));
          }
          return true;
        }));
  }
  if (query.limit && result.size() > *query.limit) {
    result.erase(result.begin(),
                 result.end() - static_cast<std::ptrdiff_t>(*query.limit));
  }
  return result;
}

}  // namespace projections
