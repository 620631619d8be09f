// Ledger::verify: everything the store says beside the events is recomputed
// from them and compared. A pass over the log (envelopes, tree, indexes), then
// one over the streams for each view.

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "ledger/anchor.h"
#include "ledger/commit.h"
#include "ledger/keys.h"
#include "ledger/ledger.h"
#include "ledger/opening.h"
#include "ledger/recovery.h"
#include "ledger/rocksdb_engine.h"

namespace ledger {
namespace {

// No kind of key begins with this byte.
constexpr std::string_view kBehindAllKeys = "\xff";

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

  Status check_all(const Progress& progress, Projections projections);
  void check_keys(const std::vector<VerifierKey>& keys,
                  const std::optional<VerifierKey>& own,
                  std::uint64_t anchored_size);

 private:
  Status check_log(const Progress& progress);
  Status check_tree();
  Status check_streams();
  Status check_view(const Projection& projection);
  Status check_extra_keys();
  Status check_extra_rows();
  // Damage that ends a check is a problem found; anything else is an error.
  Status found(const Status& status, std::string_view where);
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
  std::map<std::string, Position> writer_keys_;
};

Status Verifier::found(const Status& status, std::string_view where) {
  if (status || status.error().code != ErrorCode::kCorruption) {
    return status;
  }
  report(status.error().reason, std::string(where), status.error().message);
  return {};
}

Status Verifier::check_all(const Progress& progress, Projections projections) {
  RL_TRY(found(check_log(progress), "log"));
  RL_TRY(found(check_tree(), "tree"));
  RL_TRY(found(check_streams(), "streams"));
  RL_TRY(found(store_.check_batches(head_), "batches"));
  RL_TRY(found(check_extra_keys(), "indexes"));
  RL_TRY(found(check_extra_rows(), "views"));
  for (const Projection* projection : projections) {
    RL_TRY(found(check_view(*projection),
                 fmt::format("view {}", projection->name())));
  }
  return {};
}

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
    writer_keys_.emplace(created->writer_key, event.position);
  }
  if (const auto* added = std::get_if<schema::WriterKeyAdded>(&*decoded)) {
    writer_keys_.emplace(added->writer_key, event.position);
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
  std::size_t listed = 0;
  RL_TRY(store_.streams(
      [&](const StreamId& stream, const StreamHead& head) -> Status {
        ++listed;
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
  if (listed != streams_.size() || head_.streams != streams_.size()) {
    report(
        "index-damaged",
        "head",
        fmt::format(
            "{} streams are listed, {} have events", listed, streams_.size()));
  }
  return {};
}

// What the store holds more than the events account for is as wrong as what
// it lacks: an event beyond the head, an index entry nobody wrote.
Status Verifier::check_extra_keys() {
  std::map<char, std::uint64_t> stored;
  RL_TRY(store_.engine().scan(Space::kLog,
                              "",
                              kBehindAllKeys,
                              [&](std::string_view key, std::string_view) {
                                ++stored[key.empty() ? '\0' : key.front()];
                                return true;
                              }));
  const std::map<char, std::uint64_t> expected = {
      {'e', head_.size},
      {'p', head_.size},
      {'i', head_.size},
      {'d', head_.size},
      {'s', streams_.size()},
      {'h', tree_.changed().size()},
      {'T', head_.size / kTimeBlock},
      {'B', std::min(head_.batches, kBatchMarks)},
      {'H', 1}};
  for (const auto& [kind, count] : stored) {
    const auto it = expected.find(kind);
    if (it == expected.end() || count > it->second) {
      report("index-damaged",
             fmt::format("keys of kind {}", kind),
             fmt::format("{} are stored, {} belong there",
                         count,
                         it == expected.end() ? 0 : it->second));
    }
  }
  return {};
}

// Rows of views the head does not know, or of generations that were replaced.
Status Verifier::check_extra_rows() {
  std::set<std::string> known;
  for (const schema::ViewState& view : head_.views) {
    known.insert(keys::row(view.projection, view.generation, ""));
  }
  std::uint64_t extra = 0;
  std::uint64_t marks = 0;
  RL_TRY(store_.engine().scan(
      Space::kView,
      "",
      kBehindAllKeys,
      [&](std::string_view key, std::string_view) {
        if (key.starts_with(keys::kBatchKind)) {
          ++marks;
          return true;
        }
        const std::size_t prefix = key.size() - keys::row_key(key).size();
        extra += known.contains(std::string(key.substr(0, prefix))) ? 0U : 1U;
        return true;
      }));
  if (marks != std::min(head_.batches, kBatchMarks)) {
    report("index-damaged", "views", "the marks of the batches are not right");
  }
  if (extra != 0) {
    report("view-disagrees",
           "views",
           fmt::format("{} rows belong to no view in force", extra));
  }
  return {};
}

// The file of a key is written after the commit that records it, so it may be
// missing where a crash came between that commit and HEAD. This machine's own
// signs what it imported before its first event records it.
void Verifier::check_keys(const std::vector<VerifierKey>& keys,
                          const std::optional<VerifierKey>& own,
                          std::uint64_t anchored_size) {
  for (const VerifierKey& key : keys) {
    const bool is_own = own && to_text(*own) == to_text(key);
    if (!writer_keys_.contains(to_text(key)) && !is_own) {
      report("key-unknown",
             fmt::format("{}/{}", kKeysName, to_hex(key_id(key))),
             "no event says that this key is a writer's");
    }
  }
  for (const auto& [text, position] : writer_keys_) {
    const bool present = std::ranges::any_of(
        keys, [&](const VerifierKey& key) { return to_text(key) == text; });
    if (!present && position < anchored_size) {
      report("key-missing", std::string(kKeysName), text);
    }
  }
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
  std::uint64_t stored = 0;
  RL_TRY(store_.engine().scan(
      Space::kView,
      first,
      keys::after(first),
      [&](std::string_view key, std::string_view value) {
        ++stored;
        const auto it = expected->find(keys::row_key(key));
        if (it == expected->end() || encode(it->second) != value) {
          report("view-disagrees",
                 fmt::format("{}, row \"{}\"", where, keys::row_key(key)),
                 "the stored row is not the fold of the events");
        }
        return true;
      }));
  if (stored != expected->size() || state->rows != stored) {
    report("view-disagrees",
           where,
           fmt::format("{} rows are stored, the events give {}",
                       stored,
                       expected->size()));
  }
  return {};
}

// What stands before a torn tail is verified; the head decides what that means.
Result<std::unique_ptr<Engine>> open_for_verify(
    const std::filesystem::path& folder, Verification& result) {
  auto strict = open_rocksdb(folder, OpenMode::kReadOnly);
  if (strict || strict.error().reason != "store-damaged") {
    return strict;
  }
  auto torn = open_rocksdb(folder, OpenMode::kTornReadOnly);
  if (!torn) {
    return strict;
  }
  result.warnings.push_back(torn_warning(strict.error().message));
  return torn;
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
  const auto anchor = read_anchor(settings_.folder);
  if (!anchor && anchor.error().code != ErrorCode::kCorruption) {
    return std::unexpected(anchor.error());
  }
  const auto keys = read_writer_keys(settings_.folder);
  if (!anchor) {
    problem(anchor.error(), kHeadName);
  }
  if (!keys) {
    problem(keys.error(), kKeysName);
  } else if (anchor) {
    if (const Status s = check_anchor_signature(*anchor, *keys); !s) {
      problem(s.error(), kHeadName);
    }
  }
  auto engine = open_for_verify(settings_.folder / kStoreName, result);
  if (!engine) {
    problem(engine.error(), kStoreName);
    return result;
  }
  const Store store(std::move(*engine));
  const auto head = store.head();
  if (!head) {
    problem(head.error(), "head");
    return result;
  }
  if (anchor) {
    if (const auto a = compare(anchor->checkpoint, *head); !a) {
      problem(a.error(), kHeadName);
    }
  }
  Verifier verifier(store, *head, origin_, result);
  RL_TRY(verifier.check_all(progress, settings_.projections));
  if (keys) {
    verifier.check_keys(*keys,
                        own_key(settings_, origin_),
                        anchor ? anchor->checkpoint.size : head->size);
  }
  return result;
}

}  // namespace ledger
