// The pass of `verify` over the log.

#include <algorithm>
#include <deque>
#include <future>

#include "ledger/commit.h"
#include "ledger/decoded.h"
#include "ledger/keys.h"
#include "ledger/redaction.h"
#include "ledger/verifier.h"

namespace ledger {
namespace {

// Threads, and events that one of them looks at before it is asked again.
constexpr std::size_t kLanes = 2;
constexpr Position kStretch = 4'096;

}  // namespace

std::string at(Position position) {
  return fmt::format("position {}", position);
}

Result<Verifier::Stretch> Verifier::look_at(Position from,
                                            Position to,
                                            const EventVisitor& visit) {
  Stretch stretch;
  const auto problem = [&](const Error& error, Position position) {
    stretch.problems.push_back({error.reason, at(position), error.message});
  };
  RL_TRY(
      store_.raw_events(from, to, [&](Position position, const RawEvent& raw) {
        if (raw.envelope) {
          stretch.leaves.push_back(leaf_hash(*raw.envelope));
        }
        auto event = decode(position, raw);
        if (!event && event.error().reason == "payload-damaged") {
          // What it says of itself still stands.
          problem(event.error(), position);
          event = decode(position, {raw.envelope, std::nullopt});
        } else if (!event) {
          problem(event.error(), position);
          stretch.ended = true;
          return false;
        } else {
          check_identity(*event, visit, stretch);
        }
        const schema::Envelope& envelope = event->envelope;
        stretch.ids.push_back(uuid_of(envelope.event_id).value_or(Uuid{}));
        stretch.streams.push_back({envelope.stream_kind, envelope.stream});
        stretch.versions.push_back(envelope.stream_version);
        stretch.times.push_back(envelope.recorded_at_ms);
        return true;
      }));
  return stretch;
}

void Verifier::check_identity(const RecordedEvent& event,
                              const EventVisitor& visit,
                              Stretch& stretch) {
  const schema::Envelope& envelope = event.envelope;
  if (event.redacted_by) {
    stretch.redacted.push_back(event);
    return;
  }
  if (!event.payload) {
    stretch.problems.push_back(
        {"payload-missing",
         at(event.position),
         fmt::format("the payload of {} is gone", envelope.type)});
    return;
  }
  const auto decoded = ledger::decoded(event);
  if (!decoded) {
    return;  // a type of a newer program: its digest was checked
  }
  const Uuid id =
      event_id(origin_, {envelope.stream_kind, envelope.stream}, *decoded);
  if (!std::ranges::equal(envelope.event_id, id)) {
    stretch.problems.push_back(
        {"id-wrong",
         at(event.position),
         fmt::format("the id of {} does not follow from what it says",
                     envelope.type)});
  }
  if (const auto* created = std::get_if<schema::LedgerCreated>(&*decoded)) {
    stretch.writer_keys.emplace(created->writer_key, event.position);
  }
  if (const auto* added = std::get_if<schema::WriterKeyAdded>(&*decoded)) {
    stretch.writer_keys.emplace(added->writer_key, event.position);
  }
  if (const auto* gone = std::get_if<schema::PayloadRedacted>(&*decoded)) {
    stretch.redactions.emplace_back(event.position, *gone);
  }
  if (visit) {
    const std::lock_guard guard(mutex_);
    visit(event, *decoded);
  }
}

// Joins a stretch to what was known of the events before it.
Status Verifier::add(Position from, Stretch stretch) {
  std::ranges::move(stretch.problems, std::back_inserter(result_.problems));
  writer_keys_.merge(stretch.writer_keys);
  std::ranges::move(stretch.redacted, std::back_inserter(redacted_));
  redactions_.insert(stretch.redactions.begin(), stretch.redactions.end());
  std::ranges::copy(stretch.ids, std::back_inserter(ids_));
  for (const Digest& leaf : stretch.leaves) {
    RL_TRY(tree_.append(leaf));
  }
  for (std::size_t i = 0; i < stretch.ids.size(); ++i) {
    const Position position = from + i;
    const auto [it, is_new] = streams_.try_emplace(
        std::move(stretch.streams[i]), StreamHead{0, 0, position});
    const StreamVersion expected = is_new ? 0 : it->second.version + 1;
    if (stretch.versions[i] != expected) {
      report("stream-gap",
             at(position),
             fmt::format("\"{}\" has event {} where {} belongs",
                         it->first.name,
                         stretch.versions[i],
                         expected));
    }
    it->second.version = stretch.versions[i];
    it->second.position = position;
    latest_at_ms_ = std::max(latest_at_ms_, stretch.times[i]);
    RL_TRY(check_time(position));
  }
  result_.events += stretch.ids.size();
  return {};
}

Status Verifier::check_time(Position position) {
  if ((position + 1) % kTimeBlock != 0) {
    return {};
  }
  RL_ASSIGN(const auto value,
            store_.engine().get(Space::kLog,
                                keys::time_block(position / kTimeBlock)));
  if (value != keys::number(static_cast<std::uint64_t>(latest_at_ms_))) {
    report("index-damaged",
           at(position),
           "the time index does not agree with the events before it");
  }
  return {};
}

Status Verifier::check_log(const Progress& progress,
                           const EventVisitor& visit) {
  struct Lane {
    Position from;
    std::future<Result<Stretch>> stretch;
  };
  std::deque<Lane> lanes;
  Position next = 0;
  const auto start = [&] {
    if (next < head_.size) {
      const Position from = next;
      next = std::min<Position>(from + kStretch, head_.size);
      lanes.push_back(
          {from, std::async(std::launch::async, [this, &visit, from, next] {
             return look_at(from, next, visit);
           })});
    }
  };
  for (std::size_t i = 0; i < kLanes; ++i) {
    start();
  }
  while (!lanes.empty()) {
    const Position from = lanes.front().from;
    Result<Stretch> stretch = lanes.front().stretch.get();
    lanes.pop_front();
    if (!stretch) {
      return std::unexpected(std::move(stretch.error()));
    }
    const bool ended = stretch->ended;
    if (!ended) {
      start();
    }
    RL_TRY(add(from, std::move(*stretch)));
    if (ended) {
      break;
    }
    if (progress) {
      progress(result_.events / 2);
    }
  }
  return {};
}

// What is gone was redacted, and what was redacted is gone.
void Verifier::check_redactions() {
  std::set<Position> gone;
  for (const RecordedEvent& event : redacted_) {
    gone.insert(event.position);
    const auto it = redactions_.find(*event.redacted_by);
    if (it == redactions_.end() || !redacts(it->second, event)) {
      report("payload-missing",
             at(event.position),
             fmt::format("what {} said is gone, and position {} is no "
                         "redaction of it",
                         event.envelope.type,
                         *event.redacted_by));
    }
  }
  for (const auto& [position, redaction] : redactions_) {
    if (!gone.contains(redaction.position)) {
      report("redaction-undone",
             at(redaction.position),
             fmt::format("it was redacted at position {}, and still says what "
                         "it said",
                         position));
    }
  }
}

// Every id leads to its event, and nothing else is in the index.
Status Verifier::check_ids() {
  std::vector<bool> seen(ids_.size());
  std::uint64_t extra = 0;
  const std::string first = keys::event_id("");
  RL_TRY(store_.engine().scan(
      Space::kLog,
      first,
      keys::after(first),
      [&](std::string_view key, std::string_view value) {
        const auto position = keys::parse_number(value);
        if (position && *position < ids_.size() &&
            key.substr(1) == ledger::view(ids_[*position])) {
          seen[*position] = true;
        } else {
          ++extra;
        }
        return true;
      }));
  for (Position position = 0; position < seen.size(); ++position) {
    if (!seen[position]) {
      report("index-damaged", at(position), "the id index does not lead to it");
    }
  }
  if (extra != 0 && result_.events == head_.size) {
    report("index-damaged",
           "keys of kind d",
           fmt::format("{} lead to no event of that id", extra));
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
                       to_hex(view(head_.root)),
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

// A stream could not be followed: which of its events does the index miss?
Status Verifier::locate_index_damage() {
  return store_.events(0, result_.events, [&](const RecordedEvent& event) {
    const schema::Envelope& envelope = event.envelope;
    const auto value = store_.engine().get(
        Space::kLog,
        keys::stream_index({envelope.stream_kind, envelope.stream},
                           envelope.stream_version));
    if (!value || *value != keys::number(event.position)) {
      report("index-damaged",
             at(event.position),
             "the stream index does not lead to it");
    }
    return true;
  });
}

}  // namespace ledger
