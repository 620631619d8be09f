#include "ledger/ledger.h"

#include <algorithm>
#include <set>

#include "ledger/anchor.h"
#include "ledger/commit.h"
#include "ledger/decoded.h"
#include "ledger/opening.h"
#include "ledger/rocksdb_engine.h"

namespace ledger {
namespace {

// Whether `recorded` is the fact that `event` of the request states. Payloads
// are compared as bytes, because a metric that is no number equals nothing.
bool same_fact(const RecordedEvent& recorded,
               const StreamId& stream,
               const schema::Event& event) {
  const auto decoded = ledger::decoded(recorded);
  return decoded && recorded.envelope.stream == stream.name &&
         recorded.envelope.stream_kind == stream.kind &&
         decoded->index() == event.index() &&
         schema::encode_payload(*decoded) == schema::encode_payload(event);
}

// The positions the events have, if all are recorded; nothing if none is.
Result<std::optional<std::vector<Position>>> find_recorded(
    const Store& store, const AppendRequest& request, std::string_view origin) {
  std::vector<Position> positions;
  std::set<Uuid> ids;
  for (const NewEvent& event : request.events) {
    const Uuid id = event_id(origin, request.stream, event.event);
    RL_CHECK(ids.insert(id).second, "an append states a fact once");
    RL_ASSIGN(const auto position, store.find_event(view(id)));
    if (!position) {
      continue;
    }
    RL_ASSIGN(const RecordedEvent recorded, store.event(*position));
    if (recorded.redacted_by) {
      return fail(ErrorCode::kConflict,
                  "event-redacted",
                  fmt::format("{} is recorded already, at position {}, and "
                              "what it said was redacted at {}",
                              schema::type_name(event.event),
                              *position,
                              *recorded.redacted_by),
                  "go on with another candidate or release");
    }
    if (!same_fact(recorded, request.stream, event.event)) {
      return fail(ErrorCode::kConflict,
                  "id-reused",
                  fmt::format("{} is recorded already, at position {}, and "
                              "says something else",
                              schema::type_name(event.event),
                              *position),
                  "look at it with `release-ledger history`");
    }
    positions.push_back(*position);
  }
  if (positions.empty()) {
    return std::nullopt;
  }
  if (positions.size() != request.events.size() ||
      !std::ranges::is_sorted(positions)) {
    return fail(ErrorCode::kConflict,
                "stream-moved",
                "a part of these events is recorded already",
                "type the command again");
  }
  return positions;
}

Status check_expectations(const Store& store,
                          const schema::StoreHead& head,
                          const AppendRequest& request) {
  if (request.expected_size && *request.expected_size != head.size) {
    return fail(ErrorCode::kConflict,
                "ledger-moved",
                fmt::format("the ledger has {} events, not {}",
                            head.size,
                            *request.expected_size),
                "type the command again");
  }
  RL_ASSIGN(const auto end, store.stream_head(request.stream));
  const StreamVersion next = end ? end->version + 1 : 0;
  if (next != request.next_version) {
    return fail(ErrorCode::kConflict,
                "stream-moved",
                fmt::format("\"{}\" has {} events, not {}",
                            request.stream.name,
                            next,
                            request.next_version),
                "type the command again");
  }
  return {};
}

}  // namespace

std::string parked_warning(std::string_view view, std::uint64_t events) {
  return fmt::format(
      "the view \"{}\" stands still for some releases: it could not handle {} "
      "events; a newer release-ledger folds them with `release-ledger rebuild`",
      view,
      events);
}

Result<Ledger> Ledger::open(Settings settings) {
  RL_ASSIGN(const Anchor anchor, read_anchor(settings.folder));
  return Ledger(std::move(settings), anchor.checkpoint.origin);
}

Result<Ledger> Ledger::open_or_create(Settings settings,
                                      const schema::Actor& actor) {
  auto opened = open(settings);
  if (opened || opened.error().code != ErrorCode::kNotFound) {
    return opened;
  }
  RL_TRY(create(settings, actor));
  return open(std::move(settings));
}

Result<AppendReceipt> Ledger::append(const AppendRequest& request) const {
  RL_CHECK(!request.events.empty(), "an append has events");
  RL_CHECK(request.stream.name.find('\0') == std::string::npos,
           "a NUL ends a stream's name in its keys");
  RL_ASSIGN(Writable open, open_for_writing(settings_, origin_));
  RL_ASSIGN(const auto recorded, find_recorded(*open.store, request, origin_));
  if (recorded) {
    return AppendReceipt{
        *recorded, {}, true, checkpoint_of(origin_, open.head), open.warnings};
  }
  RL_TRY(check_expectations(*open.store, open.head, request));

  Commit commit(*open.store, open.head, settings_, origin_);
  commit.continue_from(open.anchored);
  RL_TRY(commit.bring_views_up_to_date());
  RL_TRY(record_key(commit, open, request.actor, request.run_id));
  AppendReceipt receipt;
  RL_ASSIGN(receipt.added,
            commit.add(
                request.stream, request.events, request.actor, request.run_id));
  RL_TRY(commit_and_publish(commit, open, settings_, request.events.size()));
  for (const RecordedEvent& event : receipt.added) {
    receipt.positions.push_back(event.position);
  }
  receipt.head = open.anchored;
  receipt.warnings = std::move(open.warnings);
  std::ranges::copy(commit.warnings(), std::back_inserter(receipt.warnings));
  // The events are safe; that tidying up failed is the next writer's concern.
  (void)open.store->engine().maintain(kLogFilesLimit);
  return receipt;
}

Result<Snapshot> Ledger::read() const {
  RL_ASSIGN(Readable open, open_for_reading(settings_, origin_));
  for (const schema::ViewState& view : open.head.views) {
    const Projection* own =
        find_projection(settings_.projections, view.projection);
    if (own != nullptr && view.parked != 0) {
      open.warnings.push_back(parked_warning(own->name(), view.parked));
    }
  }
  return Snapshot(std::move(open.lock),
                  std::move(open.store),
                  std::move(open.head),
                  std::move(open.anchor),
                  std::move(open.keys),
                  std::move(open.warnings));
}

Status Ledger::maintain() const {
  if (!needs_maintenance(settings_.folder / kStoreName, kLogFilesMax)) {
    return {};
  }
  RL_ASSIGN(Writable open, open_for_writing(settings_, origin_));
  RL_TRY(remove_stale_rows(open, settings_, origin_));
  return open.store->engine().maintain(kLogFilesMax);
}

}  // namespace ledger
