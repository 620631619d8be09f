#include "ledger/store.h"

#include "ledger/keys.h"

namespace ledger {
namespace {

constexpr std::size_t kNumber = sizeof(std::uint64_t);

}  // namespace

std::unexpected<Error> damaged(std::string reason, std::string what) {
  return fail(ErrorCode::kCorruption,
              std::move(reason),
              std::move(what),
              "run `release-ledger verify`, keep the folder as it is and put "
              "back a backup beside it");
}

Result<RecordedEvent> decode_event(Position position,
                                   std::string_view bytes,
                                   std::optional<std::string> stored) {
  RecordedEvent event{position, {}, std::nullopt};
  auto envelope = schema::decode_envelope(bytes);
  if (!envelope) {
    return damaged(
        "event-damaged",
        fmt::format("the event at position {} is not an envelope", position));
  }
  event.envelope = std::move(*envelope);
  if (!stored) {
    return event;
  }
  const Digest digest = sha256({*stored});
  const auto& expected = event.envelope.payload_digest;
  if (stored->size() < kSaltBytes ||
      !std::equal(
          expected.begin(), expected.end(), digest.begin(), digest.end())) {
    return damaged(
        "payload-damaged",
        fmt::format("the payload at position {} is not the one recorded",
                    position));
  }
  event.payload = stored->substr(kSaltBytes);
  return event;
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
    return damaged("event-missing",
                   fmt::format("the event at position {} is gone", position));
  }
  return std::move(*value);
}

Result<RecordedEvent> Store::event(Position position) const {
  RL_ASSIGN(const std::string bytes, envelope_bytes(position));
  RL_ASSIGN(auto payload, engine_->get(Space::kLog, keys::payload(position)));
  return decode_event(position, bytes, std::move(payload));
}

Status Store::events(Position from,
                     Position to,
                     const std::function<bool(RecordedEvent)>& visit) const {
  for (Position position = from; position < to; ++position) {
    RL_ASSIGN(RecordedEvent recorded, event(position));
    if (!visit(std::move(recorded))) {
      break;
    }
  }
  return {};
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
  std::vector<RecordedEvent> events;
  events.reserve(positions.size());
  for (const Position position : positions) {
    RL_ASSIGN(RecordedEvent recorded, event(position));
    if (recorded.envelope.stream != stream.name ||
        recorded.envelope.stream_version != from + events.size()) {
      return damaged("index-damaged",
                     fmt::format("position {} is not event {} of stream \"{}\"",
                                 position,
                                 from + events.size(),
                                 stream.name));
    }
    events.push_back(std::move(recorded));
  }
  return events;
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

Tree Store::tree(std::uint64_t size) const {
  return Tree(
      [this](const TileId& id) {
        return engine_->get(Space::kLog, keys::tile(id));
      },
      size);
}

}  // namespace ledger
