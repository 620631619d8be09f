#include "ledger/commit.h"

#include <algorithm>
#include <set>

#include "ledger/keys.h"
#include "ledger/redaction.h"
#include "schema/identity.h"

namespace ledger {
namespace {

std::vector<std::uint8_t> bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

}  // namespace

Uuid event_id(std::string_view origin,
              const StreamId& stream,
              const schema::Event& event) {
  return name_uuid(schema::identity_text(origin, stream.name, event));
}

Commit::Commit(Store& store,
               schema::StoreHead head,
               const Settings& settings,
               std::string origin)
    : store_(store),
      head_(std::move(head)),
      settings_(settings),
      origin_(std::move(origin)),
      store_size_(head_.size),
      tree_(store.tree(head_.size)) {
  head_.previous_size = head_.size;
  head_.previous_root = head_.root;
}

void Commit::continue_from(const Checkpoint& anchored) {
  head_.previous_size = anchored.size;
  head_.previous_root = bytes_of(view(anchored.root));
}

void Commit::put(Space space, std::string key, std::string value) {
  batch_.push_back({space, std::move(key), std::move(value)});
}

void Commit::erase(Space space, std::string key) {
  batch_.push_back({space, std::move(key), std::nullopt});
}

void Commit::put_fold(const schema::ViewState& view, OverlayRows& rows) {
  for (auto& [key, row] : rows.changed()) {
    put(Space::kView,
        keys::row(view.projection, view.generation, key),
        encode(row));
    row.bytes = {};  // a batch may be large
  }
  put_parked(view, rows.parked());
}

void Commit::put_parked(const schema::ViewState& view,
                        const std::vector<Parked>& parked) {
  for (const Parked& event : parked) {
    put(Space::kView,
        keys::parked(
            view.projection, view.generation, event.stream, event.position),
        event.why);
  }
}

schema::ViewState* Commit::find_view(std::uint16_t projection) {
  const auto it = std::ranges::find(
      head_.views, projection, &schema::ViewState::projection);
  return it == head_.views.end() ? nullptr : &*it;
}

schema::ViewState& Commit::view_of(const Projection& projection) {
  if (schema::ViewState* view = find_view(projection.number())) {
    return *view;
  }
  head_.views.emplace_back();
  head_.views.back().projection = projection.number();
  return head_.views.back();
}

Status Commit::refuse_newer_views() const {
  for (const schema::ViewState& view : head_.views) {
    const Projection* own =
        find_projection(settings_.projections, view.projection);
    if (own == nullptr || own->definition() < view.definition) {
      return fail(ErrorCode::kUsage,
                  "program-too-old",
                  "a newer release-ledger has written to this ledger; this "
                  "one may read it, not write to it",
                  "use the newer program");
    }
  }
  return {};
}

Status Commit::bring_views_up_to_date() {
  RL_TRY(refuse_newer_views());
  for (const Projection* projection : settings_.projections) {
    const schema::ViewState* view = find_view(projection->number());
    if (view != nullptr && view->definition == projection->definition()) {
      continue;
    }
    if (head_.size >= kFoldInMemoryMax) {
      return fail(ErrorCode::kUsage,
                  "views-outdated",
                  fmt::format("the view \"{}\" was written by an older "
                              "release-ledger",
                              projection->name()),
                  "run `release-ledger rebuild` once");
    }
    RL_TRY(rebuild_view(*projection));
  }
  return {};
}

Status Commit::erase_all(std::string first) {
  const std::string last = keys::after(first);
  return store_.engine().scan(
      Space::kView, first, last, [&](std::string_view key, std::string_view) {
        erase(Space::kView, std::string(key));
        return true;
      });
}

// Of a small ledger: the new rows, the erasure of the old ones and the switch
// go into this batch, so that at any moment either generation is whole and in
// force. Rebuild does it for any.
Status Commit::rebuild_view(const Projection& projection) {
  schema::ViewState& view = view_of(projection);
  RL_TRY(erase_all(keys::row(view.projection, view.generation, "")));
  RL_TRY(erase_all(keys::parked(view.projection, view.generation)));
  RL_ASSIGN(FoldedView folded, fold_all(store_, projection, nullptr));
  RL_ASSIGN(view.generation,
            store_.free_generation(view.projection, view.generation));
  view.definition = projection.definition();
  view.rows = folded.rows.size();
  view.parked = folded.parked.size();
  std::set<StreamId> still;
  for (const Parked& parked : folded.parked) {
    still.insert(parked.stream);
  }
  put_parked(view, folded.parked);
  for (const auto& [key, row] : folded.rows) {
    put(Space::kView,
        keys::row(view.projection, view.generation, key),
        encode(row));
  }
  // Later folds of this batch continue from here.
  rows_.erase(view.projection);
  rows_.emplace(view.projection,
                OverlayRows(
                    [rows = std::move(folded.rows)](
                        std::string_view key) -> Result<std::optional<Row>> {
                      const auto it = rows.find(key);
                      return it == rows.end() ? std::nullopt
                                              : std::optional(it->second);
                    },
                    [still = std::move(still)](const StreamId& stream) {
                      return still.contains(stream);
                    }));
  return {};
}

std::int64_t Commit::read_clock(schema::Envelope& envelope) {
  const std::int64_t now = settings_.clock->now_ms();
  const std::int64_t behind = head_.latest_at_ms - now;
  if (behind > std::chrono::milliseconds(kClockTolerance).count()) {
    envelope.tags.push_back({});
    envelope.tags.back().kind = "clock";
    envelope.tags.back().value = fmt::format("{} ms behind", behind);
    if (warnings_.empty()) {
      warnings_.push_back(
          fmt::format("this machine's clock is {} s behind the newest event "
                      "of the ledger",
                      behind / 1000));
    }
  }
  return now;
}

Result<RecordedEvent> Commit::add_one(const StreamId& stream,
                                      StreamVersion version,
                                      const NewEvent& event,
                                      schema::Envelope envelope) {
  const Position position = head_.size;
  const Uuid id = event_id(origin_, stream, event.event);
  const std::string payload = schema::encode_payload(event.event);
  const std::string salt = random_bytes(kSaltBytes);

  envelope.event_id = bytes_of(view(id));
  envelope.stream_kind = stream.kind;
  envelope.stream = stream.name;
  envelope.stream_version = version;
  envelope.type = schema::type_name(event.event);
  envelope.schema_version = schema::payload_version(envelope.type);
  envelope.recorded_at_ms = read_clock(envelope);
  envelope.tool_version = settings_.tool_version;
  envelope.causation_id = bytes_of(event.causation_id);
  envelope.payload_digest = bytes_of(view(sha256({salt, payload})));

  const std::string bytes = schema::encode(envelope);
  if (bytes.size() > schema::kEnvelopeBytesMax) {
    return fail(ErrorCode::kUsage,
                "event-too-large",
                fmt::format("the envelope of a {} event has {} bytes",
                            envelope.type,
                            bytes.size()));
  }
  RL_TRY(stage(envelope, leaf_hash(bytes), bytes, salt + payload));
  return RecordedEvent{position, std::move(envelope), payload};
}

Status Commit::stage(const schema::Envelope& envelope,
                     const Digest& leaf,
                     std::string bytes,
                     std::string stored) {
  const Position position = head_.size;
  const StreamId stream{envelope.stream_kind, envelope.stream};
  RL_TRY(tree_.append(leaf));
  put(Space::kLog, keys::envelope(position), std::move(bytes));
  put(Space::kLog, keys::payload(position), std::move(stored));
  put(Space::kLog,
      keys::stream_index(stream, envelope.stream_version),
      keys::number(position));
  put(Space::kLog,
      keys::event_id(view(envelope.event_id)),
      keys::number(position));
  head_.latest_at_ms = std::max(head_.latest_at_ms, envelope.recorded_at_ms);
  ++head_.size;
  if (head_.size % kTimeBlock == 0) {
    put(Space::kLog,
        keys::time_block(head_.size / kTimeBlock - 1),
        keys::number(static_cast<std::uint64_t>(head_.latest_at_ms)));
  }
  positions_.push_back(position);
  return {};
}

Status Commit::fold_views(std::span<const StreamSlice> slices) {
  for (const Projection* projection : settings_.projections) {
    schema::ViewState* state = find_view(projection->number());
    RL_CHECK(state != nullptr, "views are brought up to date before a fold");
    // Over the rows as they were before this batch.
    OverlayRows& rows =
        rows_.try_emplace(state->projection, store_, *state).first->second;
    const std::uint64_t rows_before = rows.added();
    const std::uint64_t parked_before = rows.parked().size();
    for (const StreamSlice& slice : slices) {
      RL_TRY(rows.fold(*projection, slice));
    }
    state->rows += rows.added() - rows_before;
    state->parked += rows.parked().size() - parked_before;
  }
  return {};
}

Result<std::vector<RecordedEvent>> Commit::add(
    const StreamId& stream,
    const std::vector<NewEvent>& events,
    const schema::Actor& actor,
    const Uuid& run_id) {
  // This batch may have added to the stream before.
  std::optional<StreamHead> end;
  if (const auto it = ends_.find(stream); it != ends_.end()) {
    end = it->second;
  } else {
    RL_ASSIGN(end, store_.stream_head(stream));
  }
  StreamHead next = end.value_or(StreamHead{0, 0, head_.size});
  std::vector<RecordedEvent> recorded;
  for (const NewEvent& event : events) {
    schema::Envelope envelope;
    envelope.actor = std::make_unique<schema::Actor>(actor);
    envelope.run_id = bytes_of(view(run_id));
    const StreamVersion version =
        end ? end->version + 1 + recorded.size() : recorded.size();
    RL_ASSIGN(RecordedEvent one,
              add_one(stream, version, event, std::move(envelope)));
    next.version = version;
    next.position = one.position;
    recorded.push_back(std::move(one));
  }
  if (!end) {
    ++head_.streams;
  }
  ends_[stream] = next;
  put(Space::kLog, keys::stream_head(stream), encode(next));
  const StreamSlice slice{stream, next.first_position, recorded};
  RL_TRY(fold_views({&slice, 1}));
  return recorded;
}

Status Commit::adopt(AdoptedEvent event) {
  const schema::Envelope& envelope = event.event.envelope;
  const StreamId stream{envelope.stream_kind, envelope.stream};
  auto it = adopted_.find(stream);
  if (it == adopted_.end()) {
    RL_ASSIGN(const auto end, store_.stream_head(stream));
    it = adopted_.emplace(stream, Adopted{}).first;
    // One before the first is what a new stream ends at.
    it->second.head =
        end.value_or(StreamHead{StreamVersion(-1), 0, head_.size});
    head_.streams += end ? 0U : 1U;
  }
  StreamHead& head = it->second.head;
  if (envelope.stream_version != head.version + 1) {
    return damaged("revision-wrong",
                   fmt::format("it is event {} of \"{}\", where {} belongs",
                               envelope.stream_version,
                               stream.name,
                               head.version + 1));
  }
  head.version = envelope.stream_version;
  head.position = head_.size;
  RL_TRY(follow_redaction(event.event));
  RL_TRY(stage(envelope,
               event.leaf,
               std::move(event.envelope_bytes),
               std::move(event.stored)));
  it->second.events.push_back(std::move(event.event));
  return {};
}

// A redaction of another copy also takes away what this one has.
Status Commit::follow_redaction(const RecordedEvent& event) {
  const auto redaction = as_redaction(event);
  if (!redaction) {
    return {};
  }
  const Position position = redaction->position;
  if (position >= store_size_) {
    return damaged("redaction-wrong",
                   fmt::format("it redacts position {}, which is not before it",
                               position));
  }
  RL_ASSIGN(const RecordedEvent target, store_.event(position));
  if (!redacts(*redaction, target) || !is_redactable(target)) {
    return damaged("redaction-wrong",
                   fmt::format("it is no redaction of the event at position {}",
                               position));
  }
  return redact(position, event.position);
}

Status Commit::finish_adopted() {
  if (adopted_.empty()) {
    return {};
  }
  std::vector<StreamSlice> slices;
  for (const auto& [stream, adopted] : adopted_) {
    put(Space::kLog, keys::stream_head(stream), encode(adopted.head));
    slices.push_back({stream, adopted.head.first_position, adopted.events});
  }
  RL_TRY(fold_views(slices));
  if (in_parts_) {
    RL_TRY(store_.engine().write(std::exchange(batch_, {})));
  }
  adopted_.clear();
  return {};
}

void Commit::mark_batch() {
  const std::uint64_t number = head_.batches++;
  for (const Space space : {Space::kLog, Space::kView}) {
    put(space, keys::batch(number), "");
    if (number >= kBatchMarks) {
      erase(space, keys::batch(number - kBatchMarks));
    }
  }
}

Result<schema::StoreHead> Commit::write() {
  RL_TRY(finish_adopted());
  RL_ASSIGN(const Digest root, tree_.root());
  head_.root = bytes_of(view(root));
  head_.format = kFormat;
  head_.minimum_reader = kFormat;
  for (const auto& [id, hashes] : tree_.changed()) {
    put(Space::kLog, keys::tile(id), hashes);
  }
  for (auto& [number, rows] : rows_) {
    put_fold(*find_view(number), rows);
  }
  mark_batch();
  put(Space::kLog, keys::kHead, schema::encode(head_));
  RL_TRY(store_.engine().write(batch_));
  return head_;
}

}  // namespace ledger
