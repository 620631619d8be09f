#include "ledger/redaction.h"

#include <algorithm>

#include "ledger/commit.h"
#include "ledger/decoded.h"
#include "ledger/keys.h"
#include "ledger/ledger.h"
#include "ledger/opening.h"

namespace ledger {
namespace {

schema::PayloadRedacted redaction_of(const RecordedEvent& event,
                                     const RedactRequest& request) {
  schema::PayloadRedacted redacted;
  redacted.position = event.position;
  redacted.event_id =
      to_text(uuid_of(event.envelope.event_id).value_or(Uuid{}));
  redacted.type = event.envelope.type;
  redacted.payload_digest = to_hex(view(event.envelope.payload_digest));
  redacted.by = schema::display_name(request.actor);
  redacted.reason = request.reason;
  return redacted;
}

Status require_redactable(const RecordedEvent& event) {
  if (is_redactable(event)) {
    return {};
  }
  return fail(ErrorCode::kRejected,
              "not-redactable",
              fmt::format("position {} is {}, on which the ledger itself rests",
                          event.position,
                          event.envelope.type),
              "`release-ledger history` shows what it says");
}

}  // namespace

std::optional<schema::PayloadRedacted> as_redaction(
    const RecordedEvent& event) {
  if (event.envelope.type != schema::type_name_of<schema::PayloadRedacted>()) {
    return std::nullopt;
  }
  const auto decoded = ledger::decoded(event);
  const auto* redacted =
      decoded ? std::get_if<schema::PayloadRedacted>(&*decoded) : nullptr;
  return redacted == nullptr ? std::nullopt : std::optional(*redacted);
}

bool redacts(const schema::PayloadRedacted& event,
             const RecordedEvent& target) {
  return event.position == target.position &&
         event.payload_digest == to_hex(view(target.envelope.payload_digest));
}

bool is_redactable(const RecordedEvent& event) {
  const std::string& type = event.envelope.type;
  return type != schema::type_name_of<schema::LedgerCreated>() &&
         type != schema::type_name_of<schema::WriterKeyAdded>() &&
         type != schema::type_name_of<schema::NewLedgerAccepted>() &&
         type != schema::type_name_of<schema::PayloadRedacted>();
}

// A rebuild that was cut short has folded what is to go: it begins anew.
Status Commit::drop_builds() {
  RL_ASSIGN(const auto spares, store_.spare_generations());
  for (const SpareGeneration& spare : spares) {
    put(Space::kView,
        keys::spare(spare.projection, spare.generation),
        encode(std::optional<SpareGeneration::Build>()));
  }
  return {};
}

Status Commit::refold_without(const RecordedEvent& event,
                              const StreamId& stream,
                              const Projection& projection) {
  schema::ViewState* view = find_view(projection.number());
  RL_CHECK(view != nullptr, "views are brought up to date before a redaction");
  RL_ASSIGN(const auto head, store_.stream_head(stream));
  OverlayRows before;
  OverlayRows after;
  RL_TRY(store_.stream_slices(
      stream, [&](std::span<const RecordedEvent> events) -> Status {
        std::vector<RecordedEvent> without(events.begin(), events.end());
        for (RecordedEvent& one : without) {
          if (one.position == event.position) {
            one = event;
          }
        }
        RL_TRY(before.fold(projection, {stream, head->first_position, events}));
        return after.fold(projection, {stream, head->first_position, without});
      }));
  for (const auto& [key, row] : before.changed()) {
    if (!after.changed().contains(key)) {
      erase(Space::kView, keys::row(view->projection, view->generation, key));
    }
  }
  for (const Parked& parked : before.parked()) {
    erase(Space::kView,
          keys::parked(
              view->projection, view->generation, stream, parked.position));
  }
  view->rows += after.changed().size() - before.changed().size();
  view->parked += after.parked().size() - before.parked().size();
  put_fold(*view, after);
  return {};
}

Status Commit::redact(Position position, Position by) {
  RL_ASSIGN(RecordedEvent event, store_.event(position));
  if (event.redacted_by) {
    return {};
  }
  event.payload.reset();
  event.redacted_by = by;
  put(Space::kLog, keys::payload(position), keys::number(by));
  redacted_.push_back(position);
  RL_TRY(drop_builds());
  const StreamId stream{event.envelope.stream_kind, event.envelope.stream};
  if (stream.kind != schema::StreamKind::release) {
    return {};  // no view has rows of the ledger's own stream
  }
  for (const Projection* projection : settings_.projections) {
    RL_TRY(refold_without(event, stream, *projection));
  }
  return {};
}

Result<AppendReceipt> Ledger::redact(const RedactRequest& request) const {
  RL_ASSIGN(Writable open, open_for_writing(settings_, origin_));
  if (request.position >= open.head.size) {
    return fail(ErrorCode::kNotFound,
                "no-such-position",
                fmt::format("there is no position {}", request.position),
                "`release-ledger history` shows them");
  }
  RL_ASSIGN(const RecordedEvent event, open.store->event(request.position));
  AppendReceipt receipt;
  receipt.already_recorded = event.redacted_by.has_value();
  if (receipt.already_recorded) {
    receipt.positions = {*event.redacted_by};
  } else {
    RL_TRY(require_redactable(event));
    Commit commit(*open.store, open.head, settings_, origin_);
    commit.continue_from(open.anchored);
    RL_TRY(commit.bring_views_up_to_date());
    RL_TRY(record_key(commit, open, request.actor, request.run_id));
    const Position by = commit.head().size;
    RL_TRY(commit.redact(request.position, by));
    RL_TRY(commit.add(ledger_stream(),
                      {{redaction_of(event, request), {}}},
                      request.actor,
                      request.run_id));
    RL_TRY(commit_and_publish(commit, open, settings_, 1));
    receipt.positions = {by};
  }
  RL_TRY(purge_redacted(open, settings_, origin_, {request.position}));
  receipt.head = open.anchored;
  receipt.warnings = std::move(open.warnings);
  return receipt;
}

Status purge_redacted(Writable& open,
                      const Settings& settings,
                      std::string_view origin,
                      const std::vector<Position>& positions) {
  if (positions.empty()) {
    return {};
  }
  const auto is_stale = [](const SpareGeneration& spare) {
    return !spare.build.has_value();
  };
  while (true) {
    RL_ASSIGN(const auto spares, open.store->spare_generations());
    if (std::ranges::none_of(spares, is_stale)) {
      break;
    }
    RL_TRY(remove_stale_rows(open, settings, origin));
  }
  Engine& engine = open.store->engine();
  for (const Position position : positions) {
    const std::string key = keys::payload(position);
    RL_TRY(engine.purge(Space::kLog, key, keys::after(key)));
  }
  // The rows of a view are written anew so often that every file of theirs may
  // hold it.
  return engine.purge(Space::kView, "", "\xff");
}

}  // namespace ledger
