// Ledger::verify: everything the store says beside the events is recomputed
// from them and compared. A pass over the log (envelopes, tree, indexes), then
// one over the streams for each view.

#include <algorithm>
#include <array>
#include <set>

#include "ledger/anchor.h"
#include "ledger/commit.h"
#include "ledger/keys.h"
#include "ledger/ledger.h"
#include "ledger/rocksdb_engine.h"

namespace ledger {
namespace {

std::string at(Position position) {
  return fmt::format("position {}", position);
}

class Verifier {
 public:
  Verifier(const Store& store,
           schema::StoreHead head,
           std::string origin,
           Verification& result)
      : store_(store),
        head_(std::move(head)),
        origin_(std::move(origin)),
        result_(result),
        tree_([](const TileId&) { return std::nullopt; }, 0) {}

  Status check_log(const Progress& progress);
  Status check_tree();
  Status check_streams();
  Status check_keys(const std::vector<VerifierKey>& keys);
  Status check_view(const Projection& projection);
  Status check_extra_keys();

 private:
  void report(std::string kind, std::string where, std::string what) {
    result_.problems.push_back(
        {std::move(kind), std::move(where), std::move(what)});
  }
  // False where the event cannot be read: nothing after it can be judged.
  Result<bool> check_event(Position position);
  Status check_indexes(const RecordedEvent& event);
  void check_identity(const RecordedEvent& event);

  const Store& store_;
  schema::StoreHead head_;
  std::string origin_;
  Verification& result_;
  Tree tree_;
  std::int64_t latest_at_ms_ = 0;
  std::map<StreamId, StreamHead> streams_;
  std::set<std::string> writer_keys_;
};

Result<bool> Verifier::check_event(Position position) {
  const auto bytes = store_.envelope_bytes(position);
  if (!bytes) {
    report(bytes.error().reason, at(position), bytes.error().message);
    return false;
  }
  RL_TRY(tree_.append(leaf_hash(*bytes)));
  const auto event = store_.event(position);
  if (!event) {
    report(event.error().reason, at(position), event.error().message);
    return event.error().reason == "payload-damaged";
  }
  check_identity(*event);
  RL_TRY(check_indexes(*event));
  return true;
}

void Verifier::check_identity(const RecordedEvent& event) {
  const schema::Envelope& envelope = event.envelope;
  if (!event.payload) {
    report("payload-missing",
           at(event.position),
           fmt::format("the payload of {} is gone", envelope.type));
    return;
  }
  const auto decoded = schema::decode_payload(
      envelope.type, envelope.schema_version, *event.payload);
  if (!decoded) {
    return;  // a type of a newer program: its digest was checked
  }
  const Uuid id =
      event_id(origin_, {envelope.stream_kind, envelope.stream}, *decoded);
  if (!std::ranges::equal(envelope.event_id, id)) {
    report("id-wrong",
           at(event.position),
           fmt::format("the id of {} does not follow from what it says",
                       envelope.type));
  }
  if (const auto* created = std::get_if<schema::LedgerCreated>(&*decoded)) {
    writer_keys_.insert(created->writer_key);
  }
  if (const auto* added = std::get_if<schema::WriterKeyAdded>(&*decoded)) {
    writer_keys_.insert(added->writer_key);
  }
}

Status Verifier::check_indexes(const RecordedEvent& event) {
  const schema::Envelope& envelope = event.envelope;
  const StreamId stream{envelope.stream_kind, envelope.stream};
  const auto [it, is_new] =
      streams_.try_emplace(stream, StreamHead{0, 0, event.position});
  const StreamVersion expected = is_new ? 0 : it->second.version + 1;
  if (envelope.stream_version != expected) {
    report("stream-gap",
           at(event.position),
           fmt::format("\"{}\" has event {} where {} belongs",
                       stream.name,
                       envelope.stream_version,
                       expected));
  }
  it->second.version = envelope.stream_version;
  it->second.position = event.position;

  const std::string_view id(
      reinterpret_cast<const char*>(envelope.event_id.data()),
      envelope.event_id.size());
  const std::array<std::pair<std::string_view, std::string>, 2> expected_keys =
      {{{"stream index", keys::stream_index(stream, envelope.stream_version)},
        {"id index", keys::event_id(id)}}};
  for (const auto& [name, key] : expected_keys) {
    RL_ASSIGN(const auto value, store_.engine().get(Space::kLog, key));
    if (value != keys::number(event.position)) {
      report("index-damaged",
             at(event.position),
             fmt::format("the {} does not lead to it", name));
    }
  }
  latest_at_ms_ = std::max(latest_at_ms_, envelope.recorded_at_ms);
  if ((event.position + 1) % kTimeBlock == 0) {
    RL_ASSIGN(const auto value,
              store_.engine().get(
                  Space::kLog, keys::time_block(event.position / kTimeBlock)));
    if (value != keys::number(static_cast<std::uint64_t>(latest_at_ms_))) {
      report("index-damaged",
             at(event.position),
             "the time index does not agree with the events before it");
    }
  }
  return {};
}

Status Verifier::check_log(const Progress& progress) {
  constexpr std::uint64_t kProgressStep = 1000;
  for (Position position = 0; position < head_.size; ++position) {
    RL_ASSIGN(const bool readable, check_event(position));
    if (!readable) {
      break;
    }
    ++result_.events;
    if (progress && result_.events % kProgressStep == 0) {
      progress(result_.events);
    }
  }
  return {};
}

Status Verifier::check_tree() {
  RL_ASSIGN(result_.root, tree_.root());
  if (result_.events != head_.size ||
      !std::ranges::equal(head_.root, result_.root)) {
    report("root-wrong",
           "head",
           fmt::format("the events give root {} at size {}, the head says {} "
                       "at size {}",
                       to_hex(result_.root),
                       result_.events,
                       to_hex({reinterpret_cast<const char*>(head_.root.data()),
                               head_.root.size()}),
                       head_.size));
  }
  for (const auto& [id, hashes] : tree_.changed()) {
    RL_ASSIGN(const auto stored,
              store_.engine().get(Space::kLog, keys::tile(id)));
    if (stored != hashes) {
      report("tree-damaged",
             fmt::format("tile {}/{}", id.level, id.index),
             "the stored hashes are not those of the events");
    }
  }
  if (head_.latest_at_ms != latest_at_ms_) {
    report("head-damaged", "head", "its newest time is not the events'");
  }
  return {};
}

Status Verifier::check_streams() {
  std::size_t found = 0;
  RL_TRY(store_.streams(
      [&](const StreamId& stream, const StreamHead& head) -> Status {
        ++found;
        const auto it = streams_.find(stream);
        if (it == streams_.end() || it->second.version != head.version ||
            it->second.position != head.position ||
            it->second.first_position != head.first_position) {
          report("index-damaged",
                 fmt::format("stream \"{}\"", stream.name),
                 "its head does not agree with the events");
        }
        return {};
      }));
  if (found != streams_.size() || head_.streams != streams_.size()) {
    report(
        "index-damaged",
        "head",
        fmt::format(
            "{} streams are listed, {} have events", found, streams_.size()));
  }
  return {};
}

// What the store holds more than the events account for is as wrong as what
// it lacks: an event beyond the head, an index entry nobody wrote.
Status Verifier::check_extra_keys() {
  const std::array<std::pair<std::string, std::uint64_t>, 4> counts = {
      {{"e", head_.size},
       {"i", head_.size},
       {"d", head_.size},
       {"T", head_.size / kTimeBlock}}};
  for (const auto& [kind, expected] : counts) {
    std::uint64_t found = 0;
    RL_TRY(store_.engine().scan(Space::kLog,
                                kind,
                                keys::after(kind),
                                [&](std::string_view, std::string_view) {
                                  ++found;
                                  return true;
                                }));
    if (found != expected) {
      report("index-damaged",
             fmt::format("keys of kind {}", kind),
             fmt::format("{} are stored, {} belong there", found, expected));
    }
  }
  return {};
}

Status Verifier::check_keys(const std::vector<VerifierKey>& keys) {
  for (const VerifierKey& key : keys) {
    if (!writer_keys_.contains(to_text(key))) {
      report("key-unknown",
             fmt::format("{}/{}", kKeysName, to_hex(key_id(key))),
             "no event says that this key is a writer's");
    }
  }
  for (const std::string& text : writer_keys_) {
    const bool present = std::ranges::any_of(
        keys, [&](const VerifierKey& key) { return to_text(key) == text; });
    if (!present) {
      report("key-missing", std::string(kKeysName), text);
    }
  }
  return {};
}

Status Verifier::check_view(const Projection& projection) {
  const auto state = std::ranges::find_if(head_.views, [&](const auto& view) {
    return view.projection == projection.number();
  });
  const std::string where = fmt::format("view {}", projection.name());
  if (state == head_.views.end() ||
      state->definition != projection.definition()) {
    report("view-outdated",
           where,
           "written by another version of this program; run `release-ledger "
           "rebuild`");
    return {};
  }
  auto expected = fold_all(store_, projection, nullptr);
  if (!expected) {
    report("view-unfoldable", where, expected.error().message);
    return {};
  }
  const std::string first = keys::row(state->projection, state->generation, "");
  std::uint64_t found = 0;
  RL_TRY(store_.engine().scan(
      Space::kView,
      first,
      keys::after(first),
      [&](std::string_view key, std::string_view value) {
        ++found;
        const auto it = expected->find(keys::row_key(key));
        if (it == expected->end() || encode(it->second) != value) {
          report("view-disagrees",
                 fmt::format("{}, row \"{}\"", where, keys::row_key(key)),
                 "the stored row is not the fold of the events");
        }
        return true;
      }));
  if (found != expected->size() || state->rows != found) {
    report(
        "view-disagrees",
        where,
        fmt::format(
            "{} rows are stored, the events give {}", found, expected->size()));
  }
  return {};
}

}  // namespace

Result<Verification> Ledger::verify(const Progress& progress) const {
  RL_ASSIGN(StoreLock lock,
            StoreLock::acquire(
                settings_.folder, LockMode::kShared, settings_.lock_timeout));
  Verification result;
  const auto problem = [&](const Error& error, std::string_view where) {
    result.problems.push_back(
        {error.reason, std::string(where), error.message});
  };
  RL_ASSIGN(const Anchor anchor, read_anchor(settings_.folder));
  const auto keys = read_writer_keys(settings_.folder);
  if (!keys) {
    problem(keys.error(), kKeysName);
  } else if (const Status signature = check_anchor_signature(anchor, *keys);
             !signature) {
    problem(signature.error(), kHeadName);
  }
  RL_ASSIGN(auto engine,
            open_rocksdb(settings_.folder / kStoreName, OpenMode::kReadOnly));
  const Store store(std::move(engine));
  RL_ASSIGN(const schema::StoreHead head, store.head());
  if (const auto agreement = compare(anchor.checkpoint, head); !agreement) {
    problem(agreement.error(), kHeadName);
  }
  Verifier verifier(store, head, origin_, result);
  RL_TRY(verifier.check_log(progress));
  RL_TRY(verifier.check_tree());
  RL_TRY(verifier.check_streams());
  RL_TRY(verifier.check_extra_keys());
  if (keys) {
    RL_TRY(verifier.check_keys(*keys));
  }
  for (const Projection* projection : settings_.projections) {
    RL_TRY(verifier.check_view(*projection));
  }
  return result;
}

}  // namespace ledger
