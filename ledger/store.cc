#include "ledger/store.h"

#include <algorithm>

#include "ledger/decoded.h"
#include "ledger/keys.h"

namespace ledger {
namespace {

constexpr std::size_t kNumber = sizeof(std::uint64_t);

// Events read at once.
constexpr Position kReadBlock = 4'096;
constexpr std::size_t kSlice = 1'000;

std::unexpected<Error> event_missing(Position position) {
  return damaged("event-missing",
                 fmt::format("the event at position {} is gone", position));
}

}  // namespace

Result<RecordedEvent> decode(Position position, const RawEvent& raw) {
  if (!raw.envelope) {
    return event_missing(position);
  }
  RecordedEvent event{position, {}, std::nullopt};
  auto envelope = schema::decode_envelope(*raw.envelope);
  if (!envelope) {
    return damaged(
        "event-damaged",
        fmt::format("the event at position {} is not an envelope", position));
  }
  event.envelope = std::move(*envelope);
  if (!raw.stored) {
    return event;
  }
  if (raw.stored->size() == kNumber) {
    event.redacted_by = keys::parse_number(*raw.stored);
    return event;
  }
  const Digest digest = sha256({*raw.stored});
  if (raw.stored->size() < kSaltBytes ||
      !std::ranges::equal(event.envelope.payload_digest, digest)) {
    return damaged("payload-damaged",
                   fmt::format("the payload at position {} is not the one "
                               "recorded",
                               position));
  }
  event.payload = raw.stored->substr(kSaltBytes);
  return event;
}

std::unexpected<Error> damaged(std::string reason, std::string what) {
  return fail(ErrorCode::kCorruption,
              std::move(reason),
              std::move(what),
              "run `release-ledger verify`, keep the folder as it is and put "
              "back a backup beside it");
}

std::string encode(const Row& row) {
  return keys::number(row.position) + row.bytes;
}

Result<Row> decode_row(std::string_view value) {
  const auto position = keys::parse_number(value.substr(0, kNumber));
  if (!position) {
    return damaged("view-damaged", "a row of a view is short");
  }
  return Row{*position, std::string(value.substr(kNumber))};
}

std::string encode(const std::optional<SpareGeneration::Build>& build) {
  return build ? keys::number(build->definition) + keys::number(build->folded) +
                     keys::number(build->rows) + keys::number(build->parked)
               : "";
}

std::string encode(const StreamHead& head) {
  return keys::number(head.version) + keys::number(head.position) +
         keys::number(head.first_position);
}

std::optional<StreamHead> decode_stream_head(std::string_view value) {
  if (value.size() != 3 * kNumber) {
    return std::nullopt;
  }
  return StreamHead{
      keys::parse_number(value.substr(0, kNumber)).value_or(0),
      keys::parse_number(value.substr(kNumber, kNumber)).value_or(0),
      keys::parse_number(value.substr(2 * kNumber)).value_or(0)};
}

Result<schema::StoreHead> Store::head() const {
  RL_ASSIGN(const auto value, engine_->get(Space::kLog, keys::kHead));
  if (!value) {
    return damaged("head-damaged", "the store has no head record");
  }
  auto head = schema::decode_store_head(*value);
  if (!head || head->root.size() != Digest{}.size() ||
      head->previous_root.size() != Digest{}.size()) {
    return damaged("head-damaged", "the store's head record is unreadable");
  }
  if (head->minimum_reader > kFormat) {
    return fail(ErrorCode::kUsage,
                "format-too-new",
                fmt::format("the ledger needs format {}, this program reads {}",
                            head->minimum_reader,
                            kFormat),
                "use a newer release-ledger");
  }
  return std::move(*head);
}

Result<std::string> Store::envelope_bytes(Position position) const {
  RL_ASSIGN(auto value, engine_->get(Space::kLog, keys::envelope(position)));
  if (!value) {
    return event_missing(position);
  }
  return std::move(*value);
}

Result<RecordedEvent> Store::event(Position position) const {
  RL_ASSIGN(std::string bytes, envelope_bytes(position));
  RL_ASSIGN(auto payload, engine_->get(Space::kLog, keys::payload(position)));
  return decode(position, {std::move(bytes), std::move(payload)});
}

// Consecutive values of one kind of key; one that is missing is nothing.
Result<std::vector<std::optional<std::string>>> Store::values(
    std::string (*key_of)(Position), Position from, Position to) const {
  std::vector<std::optional<std::string>> result(to - from);
  bool readable = true;
  RL_TRY(engine_->scan(Space::kLog,
                       key_of(from),
                       key_of(to),
                       [&](std::string_view key, std::string_view value) {
                         const auto position =
                             keys::parse_number(key.substr(1));
                         readable = readable && position.has_value();
                         if (readable) {
                           result[*position - from] = value;
                         }
                         return readable;
                       }));
  if (!readable) {
    return damaged("index-damaged",
                   fmt::format("between positions {} and {} is a key that is "
                               "none",
                               from,
                               to));
  }
  return result;
}

Status Store::raw_events(
    Position from,
    Position to,
    const std::function<bool(Position, RawEvent)>& visit) const {
  while (from < to) {
    const Position end = std::min(to, from + kReadBlock);
    RL_ASSIGN(auto envelopes, values(keys::envelope, from, end));
    RL_ASSIGN(auto payloads, values(keys::payload, from, end));
    for (std::size_t i = 0; i < envelopes.size(); ++i) {
      if (!visit(from + i, {std::move(envelopes[i]), std::move(payloads[i])})) {
        return {};
      }
    }
    from = end;
  }
  return {};
}

Status Store::events(Position from,
                     Position to,
                     const std::function<bool(RecordedEvent)>& visit) const {
  Status status;
  RL_TRY(raw_events(from, to, [&](Position position, const RawEvent& raw) {
    auto event = decode(position, raw);
    if (!event) {
      status = std::unexpected(std::move(event.error()));
      return false;
    }
    return visit(std::move(*event));
  }));
  return status;
}

Result<std::optional<StreamHead>> Store::stream_head(
    const StreamId& stream) const {
  RL_ASSIGN(const auto value,
            engine_->get(Space::kLog, keys::stream_head(stream)));
  if (!value) {
    return std::nullopt;
  }
  const auto head = decode_stream_head(*value);
  if (!head) {
    return damaged(
        "index-damaged",
        fmt::format("the head of stream \"{}\" is unreadable", stream.name));
  }
  return head;
}

Result<std::vector<Position>> Store::stream_positions(
    const StreamId& stream, StreamVersion from) const {
  RL_ASSIGN(const auto head, stream_head(stream));
  std::vector<Position> positions;
  if (!head || from > head->version) {
    return positions;
  }
  bool readable = true;
  RL_TRY(engine_->scan(Space::kLog,
                       keys::stream_index(stream, from),
                       keys::stream_index(stream, head->version + 1),
                       [&](std::string_view, std::string_view value) {
                         const auto position = keys::parse_number(value);
                         readable = readable && position.has_value();
                         positions.push_back(position.value_or(0));
                         return readable;
                       }));
  if (!readable || positions.size() != head->version + 1 - from) {
    return damaged("index-damaged",
                   fmt::format("stream \"{}\" has {} of its {} events",
                               stream.name,
                               positions.size() + from,
                               head->version + 1));
  }
  return positions;
}

Result<std::vector<RecordedEvent>> Store::stream_events(
    const StreamId& stream, StreamVersion from) const {
  RL_ASSIGN(const auto positions, stream_positions(stream, from));
  return events_of(stream, from, positions);
}

Status Store::stream_slices(
    const StreamId& stream,
    const std::function<Status(std::span<const RecordedEvent>)>& visit) const {
  RL_ASSIGN(const auto positions, stream_positions(stream, 0));
  for (std::size_t from = 0; from < positions.size(); from += kSlice) {
    const auto part = std::span(positions).subspan(
        from, std::min(kSlice, positions.size() - from));
    RL_ASSIGN(auto events, events_of(stream, from, part));
    // Once for all the views that are folded of it.
    for (RecordedEvent& event : events) {
      event.said = decoded(event);
    }
    RL_TRY(visit(events));
  }
  return {};
}

Result<std::vector<RecordedEvent>> Store::events_of(
    const StreamId& stream,
    StreamVersion from,
    std::span<const Position> positions) const {
  std::vector<RecordedEvent> result;
  result.reserve(positions.size());
  for (std::size_t i = 0; i < positions.size();) {
    // Events of a stream often stand one behind the other.
    std::size_t run = 1;
    while (i + run < positions.size() &&
           positions[i + run] == positions[i] + run) {
      ++run;
    }
    RL_TRY(events(positions[i], positions[i] + run, [&](RecordedEvent event) {
      result.push_back(std::move(event));
      return true;
    }));
    i += run;
  }
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (result[i].envelope.stream != stream.name ||
        result[i].envelope.stream_version != from + i) {
      return damaged("index-damaged",
                     fmt::format("position {} is not event {} of stream \"{}\"",
                                 positions[i],
                                 from + i,
                                 stream.name));
    }
  }
  return result;
}

Status Store::streams(
    const std::function<Status(const StreamId&, const StreamHead&)>& visit)
    const {
  Status status;
  RL_TRY(engine_->scan(
      Space::kLog,
      "s",
      keys::after("s"),
      [&](std::string_view key, std::string_view value) {
        const auto head = decode_stream_head(value);
        if (key.size() < 3 || !head) {
          status = damaged("index-damaged", "a stream's head is unreadable");
          return false;
        }
        const StreamId stream{static_cast<schema::StreamKind>(key[1]),
                              std::string(key.substr(2, key.size() - 3))};
        status = visit(stream, *head);
        return status.has_value();
      }));
  return status;
}

Result<std::optional<Position>> Store::find_event(std::string_view id) const {
  RL_ASSIGN(const auto value, engine_->get(Space::kLog, keys::event_id(id)));
  if (!value) {
    return std::nullopt;
  }
  return keys::parse_number(*value);
}

Status Store::check_batches(const schema::StoreHead& head) const {
  const std::uint64_t first =
      head.batches > kBatchMarks ? head.batches - kBatchMarks : 0;
  for (const Space space : {Space::kLog, Space::kView}) {
    std::uint64_t next = first;
    RL_TRY(engine_->scan(space,
                         keys::batch(first),
                         keys::batch(head.batches),
                         [&](std::string_view key, std::string_view) {
                           if (key != keys::batch(next)) {
                             return false;
                           }
                           ++next;
                           return true;
                         }));
    if (next != head.batches) {
      return damaged(
          "records-missing",
          fmt::format("batch {} of {} is missing in the store, newer ones are "
                      "there: a log file below db/ was deleted or cut",
                      next,
                      head.batches));
    }
  }
  return {};
}

Result<std::optional<Row>> Store::row(const schema::ViewState& view,
                                      std::string_view key) const {
  RL_ASSIGN(const auto value,
            engine_->get(Space::kView,
                         keys::row(view.projection, view.generation, key)));
  if (!value) {
    return std::nullopt;
  }
  RL_ASSIGN(Row row, decode_row(*value));
  return std::optional(std::move(row));
}

Result<std::vector<Position>> Store::parked(
    const schema::ViewState& view,
    const std::optional<StreamId>& stream) const {
  const std::string first =
      stream ? keys::parked(view.projection, view.generation, *stream)
             : keys::parked(view.projection, view.generation);
  std::vector<Position> positions;
  RL_TRY(engine_->scan(Space::kView,
                       first,
                       keys::after(first),
                       [&](std::string_view key, std::string_view) {
                         positions.push_back(
                             keys::parse_parked(key).value_or(0));
                         return true;
                       }));
  return positions;
}

Result<std::vector<SpareGeneration>> Store::spare_generations() const {
  const std::string first(keys::kSpareKind);
  std::vector<SpareGeneration> result;
  bool readable = true;
  RL_TRY(engine_->scan(
      Space::kView,
      first,
      keys::after(first),
      [&](std::string_view key, std::string_view value) {
        const auto view = keys::parse_view(key);
        readable = view && (value.empty() || value.size() == 4 * kNumber);
        if (!readable) {
          return false;
        }
        SpareGeneration spare{view->projection, view->generation, {}};
        if (!value.empty()) {
          const auto number = [&](std::size_t i) {
            return keys::parse_number(value.substr(i * kNumber, kNumber))
                .value_or(0);
          };
          spare.build = {static_cast<std::uint32_t>(number(0)),
                         number(1),
                         number(2),
                         number(3)};
        }
        result.push_back(spare);
        return true;
      }));
  if (!readable) {
    return damaged("view-damaged", "the record of a rebuild is unreadable");
  }
  return result;
}

Result<std::uint32_t> Store::free_generation(std::uint16_t projection,
                                             std::uint32_t in_force) const {
  RL_ASSIGN(const auto spares, spare_generations());
  std::uint32_t newest = in_force;
  for (const SpareGeneration& spare : spares) {
    if (spare.projection == projection) {
      newest = std::max(newest, spare.generation);
    }
  }
  return newest + 1;
}

Tree Store::tree(std::uint64_t size) const {
  return Tree(
      [this](const TileId& id) {
        return engine_->get(Space::kLog, keys::tile(id));
      },
      size);
}

}  // namespace ledger
