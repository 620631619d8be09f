#include "ledger/import.h"

#include <algorithm>
#include <cstring>
#include <future>
#include <span>
#include <unordered_map>

#include "ledger/building.h"
#include "ledger/import_line.h"
#include "ledger/opening.h"
#include "ledger/redaction.h"
#include "ledger/rocksdb_engine.h"
#include "ledger/tasks.h"

namespace ledger {
namespace {
namespace fs = std::filesystem;

// An error with the line it is of; positions are lines from 0.
std::unexpected<Error> in_line(Position position, Error error) {
  error.message = fmt::format("line {}: {}", position + 1, error.message);
  if (error.code == ErrorCode::kCorruption) {
    error.hint = "export it anew from the ledger it came from";
  }
  return std::unexpected(std::move(error));
}

// An id is made of a digest: any part of it is as good as all.
struct IdHash {
  std::size_t operator()(const Uuid& id) const {
    std::size_t hash = 0;
    std::memcpy(&hash, id.data(), sizeof hash);
    return hash;
  }
};

// The file, as checked events, a portion at a time. A portion does not end
// between an event without its payload and the redaction that explains it.
class Events {
 public:
  Events(const LineSource& next_line, std::string first, std::string origin)
      : next_line_(next_line),
        ahead_(std::move(first)),
        origin_(std::move(origin)) {}

  std::uint64_t lines() const { return lines_; }
  const std::string& origin() const { return origin_; }

  // Empty at the end.
  Result<std::vector<AdoptedEvent>> portion() {
    std::vector<AdoptedEvent> result;
    do {
      RL_ASSIGN(const auto lines, take_lines());
      RL_TRY(add_events(lines, result));
    } while (ahead_ && !unexplained_.empty());
    if (!unexplained_.empty()) {
      return in_line(unexplained_.begin()->second.position,
                     payload_missing().error());
    }
    return result;
  }

 private:
  using Parsed = std::optional<Result<AdoptedEvent>>;

  Result<std::vector<std::string>> take_lines() {
    std::vector<std::string> lines;
    std::size_t bytes = 0;
    while (ahead_ && lines.size() < kImportPortion &&
           bytes < kImportPortionBytes) {
      bytes += ahead_->size();
      lines.push_back(std::move(*ahead_));
      RL_ASSIGN(ahead_, next_line_());
    }
    return lines;
  }

  // Each half up to its first line that is wrong.
  std::vector<Parsed> parse(const std::vector<std::string>& lines) const {
    std::vector<Parsed> parsed(lines.size());
    const auto part = [&](std::size_t from, std::size_t to) -> Task {
      return [&, from, to]() -> Status {
        for (std::size_t i = from; i < to; ++i) {
          parsed[i] = parse_export_line(lines[i], lines_ + i, origin_);
          if (!*parsed[i]) {
            break;
          }
        }
        return {};
      };
    };
    const std::size_t half = lines.size() / 2;
    const Task halves[] = {part(0, half), part(half, lines.size())};
    const Status done =
        run_all(halves, half > 0 ? Threads::kOneEach : Threads::kOne);
    RL_CHECK(done.has_value(), "what is wrong is said of each line");
    return parsed;
  }

  Status add_events(const std::vector<std::string>& lines,
                    std::vector<AdoptedEvent>& events) {
    events.reserve(events.size() + lines.size());
    for (Parsed& event : parse(lines)) {
      if (!*event) {
        return in_line(lines_, event->error());
      }
      if (Status is_new = remember((*event)->event); !is_new) {
        return in_line(lines_, is_new.error());
      }
      if (Status explained = explain((*event)->event); !explained) {
        return in_line(lines_, explained.error());
      }
      events.push_back(std::move(**event));
      ++lines_;
    }
    return {};
  }

  static std::unexpected<Error> payload_missing() {
    return damaged("payload-missing",
                   "its payload is null, and the file has no redaction of it");
  }

  // Its id must be new in the file, which is all of the ledger.
  Status remember(const RecordedEvent& event) {
    const auto id = uuid_of(event.envelope.event_id);
    RL_CHECK(id.has_value(), "a line's envelope was checked");
    const auto [it, is_new] = positions_.emplace(*id, event.position);
    if (is_new) {
      return {};
    }
    return damaged("id-twice",
                   fmt::format("its id is that of an event before it, at "
                               "position {}",
                               it->second));
  }

  Status explain(const RecordedEvent& event) {
    if (event.redacted_by) {
      const auto [it, is_new] = unexplained_.emplace(*event.redacted_by, event);
      return is_new ? Status() : Status(payload_missing());
    }
    const auto it = unexplained_.find(event.position);
    if (it == unexplained_.end()) {
      return {};
    }
    const auto redaction = as_redaction(event);
    if (!redaction || !redacts(*redaction, it->second)) {
      return damaged("redaction-wrong",
                     fmt::format("line {} names it as its redaction",
                                 it->second.position + 1));
    }
    unexplained_.erase(it);
    return {};
  }

  const LineSource& next_line_;
  std::optional<std::string> ahead_;
  std::string origin_;
  std::uint64_t lines_ = 0;
  std::unordered_map<Uuid, Position, IdHash> positions_;
  std::map<Position, RecordedEvent> unexplained_;  // by their redaction's
};

// The portions, each read and checked while the one before it is committed.
class Ahead {
 public:
  explicit Ahead(Events& events) : events_(events), next_(begin()) {}

  // Empty at the end.
  Result<std::vector<AdoptedEvent>> portion() {
    auto result = next_.get();
    if (result && !result->empty()) {
      next_ = begin();
    }
    return result;
  }

 private:
  std::future<Result<std::vector<AdoptedEvent>>> begin() {
    return std::async(std::launch::async, [this] { return events_.portion(); });
  }

  Events& events_;
  std::future<Result<std::vector<AdoptedEvent>>> next_;
};

// A redaction is a batch of its own: what it takes away is stored by then.
std::vector<std::span<AdoptedEvent>> batches(std::span<AdoptedEvent> events) {
  std::vector<std::span<AdoptedEvent>> result;
  std::size_t begin = 0;
  const auto cut = [&](std::size_t end) {
    if (end > begin) {
      result.push_back(events.subspan(begin, end - begin));
      begin = end;
    }
  };
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (as_redaction(events[i].event)) {
      cut(i);
      cut(i + 1);
    }
  }
  cut(events.size());
  return result;
}

// The events of the portion from `from` on, as one batch.
Result<schema::StoreHead> commit_portion(Commit& commit,
                                         const Settings& settings,
                                         std::span<AdoptedEvent> events,
                                         Position from) {
  RL_TRY(commit.bring_views_up_to_date());
  std::size_t count = 0;
  for (AdoptedEvent& event : events) {
    const Position position = event.event.position;
    if (position < from) {
      continue;
    }
    if (Status adopted = commit.adopt(std::move(event)); !adopted) {
      return in_line(position, adopted.error());
    }
    ++count;
  }
  observe(settings, AppendMoment::kBeforeCommit, count);
  RL_ASSIGN(schema::StoreHead head, commit.write());
  observe(settings, AppendMoment::kCommitted, count);
  return head;
}

// --- into nothing ---

// All of the file, into a new store.
Result<schema::StoreHead> fill_store(const fs::path& folder,
                                     const Settings& settings,
                                     Events& events,
                                     const Progress& progress) {
  RL_ASSIGN(auto engine, open_rocksdb(folder, OpenMode::kCreateBulk));
  Store store(std::move(engine));
  schema::StoreHead head;
  const Digest root = empty_root();
  head.root.assign(root.begin(), root.end());
  Ahead ahead(events);
  while (true) {
    RL_ASSIGN(auto portion, ahead.portion());
    if (portion.empty()) {
      break;
    }
    for (const std::span<AdoptedEvent> batch : batches(portion)) {
      Commit commit(store, std::move(head), settings, events.origin());
      commit.write_in_parts();
      RL_ASSIGN(head, commit_portion(commit, settings, batch, 0));
    }
    if (progress) {
      progress(head.size);
    }
  }
  // Once, when all is there. Nothing is left in a log that the next open would
  // have to read.
  RL_TRY(store.engine().maintain(0));
  return head;
}

// The files of the keys that the events name, and of this machine's.
Status write_keys(const fs::path& folder,
                  const Store& store,
                  const SignerKey& own) {
  RL_ASSIGN(auto wanted, recorded_keys(store));
  wanted.push_back(to_text(public_half(own)));
  std::vector<VerifierKey> present;
  if (auto keys = read_writer_keys(folder)) {
    present = std::move(*keys);
  }
  return write_missing_keys(folder, present, wanted);
}

// Strictly opened once more, with the options of every day.
Status finish_store(const fs::path& folder, const SignerKey& own) {
  RL_ASSIGN(auto engine,
            open_rocksdb(folder / kStoreName, OpenMode::kReadWrite));
  Store store(std::move(engine));
  RL_TRY(write_keys(folder, store, own));
  return store.engine().maintain(0);
}

std::unexpected<Error> somebody_was_quicker(const fs::path& place) {
  return fail(
      ErrorCode::kConflict,
      "ledger-moved",
      fmt::format("another process has begun a ledger at {}", place.string()),
      "type the command again");
}

Result<Imported> import_beside(const Settings& settings,
                               Events& events,
                               bool replace,
                               const Progress& progress) {
  const fs::path place = plain_place(settings.folder);
  RL_TRY(make_private_folder(place.parent_path()));
  RL_TRY(refuse_network_file_system(place.parent_path()));
  RL_ASSIGN(Building building, Building::begin(place));
  NewKey key(key_file(settings, events.origin()));
  RL_ASSIGN(const SignerKey signer, key.load(events.origin()));
  RL_ASSIGN(
      const schema::StoreHead head,
      fill_store(building.folder() / kStoreName, settings, events, progress));
  RL_TRY(finish_store(building.folder(), signer));
  Imported result{
      events.lines(), head.size, checkpoint_of(events.origin(), head), {}, {}};
  RL_TRY(publish_head(building.folder(), result.head, signer));
  if (replace) {
    // Nobody is writing to the empty one while it goes.
    RL_ASSIGN(
        const StoreLock lock,
        StoreLock::acquire(place, LockMode::kExclusive, settings.lock_timeout));
    RL_ASSIGN(const Anchor anchor, read_anchor(place));
    if (anchor.checkpoint.size != kEmptySize) {
      return somebody_was_quicker(place);
    }
    result.replaced = building.name_of_replaced(settings.clock->now_ms());
    RL_TRY(building.replace(result.replaced));
  } else {
    RL_ASSIGN(const bool published, building.publish());
    if (!published) {
      return somebody_was_quicker(place);
    }
  }
  key.keep();
  observe(settings, AppendMoment::kAcknowledged, result.events);
  return result;
}

// --- into a beginning of the file ---

// The event of the file is the one of the ledger.
Status require_same(const Store& store, const AdoptedEvent& event) {
  const Position position = event.event.position;
  RL_ASSIGN(const std::string own, store.envelope_bytes(position));
  if (own == event.envelope_bytes) {
    return {};
  }
  return in_line(position,
                 {ErrorCode::kCorruption,
                  "history-differs",
                  fmt::format("the ledger has another event at position {}: "
                              "the two were continued apart",
                              position),
                  ""});
}

Status require_same(const Store& store,
                    const std::vector<AdoptedEvent>& events,
                    std::uint64_t size) {
  for (const AdoptedEvent& event : events) {
    if (event.event.position < size) {
      RL_TRY(require_same(store, event));
    }
  }
  return {};
}

// One batch on a ledger that is there, and its HEAD.
Status continue_by(Writable& open,
                   const Settings& settings,
                   std::span<AdoptedEvent> events,
                   std::vector<Position>& redacted) {
  const std::string& origin = open.anchored.origin;
  const std::uint64_t size = open.head.size;
  Commit commit(*open.store, open.head, settings, origin);
  commit.continue_from(open.anchored);
  RL_ASSIGN(open.head, commit_portion(commit, settings, events, size));
  RL_TRY(write_keys(settings.folder, *open.store, open.key));
  open.anchored = checkpoint_of(origin, open.head);
  RL_TRY(publish_head(settings.folder, open.anchored, open.key));
  observe(settings, AppendMoment::kAcknowledged, open.head.size - size);
  std::ranges::copy(commit.redacted(), std::back_inserter(redacted));
  return {};
}

// Compares what the ledger has and adds the rest.
Status continue_with(const Settings& settings,
                     const std::string& origin,
                     std::vector<AdoptedEvent> events,
                     Imported& result) {
  RL_ASSIGN(Writable open, open_for_writing(settings, origin));
  result.warnings = std::move(open.warnings);
  const std::uint64_t size = open.head.size;
  RL_TRY(require_same(*open.store, events, size));
  std::vector<Position> redacted;
  for (const std::span<AdoptedEvent> batch : batches(events)) {
    if (batch.back().event.position >= size) {
      RL_TRY(continue_by(open, settings, batch, redacted));
    }
  }
  RL_TRY(purge_redacted(open, settings, origin, redacted));
  result.events += open.head.size - size;
  (void)open.store->engine().maintain(kLogFilesMax);
  result.head = open.anchored;
  return {};
}

Result<Imported> import_onto(const Ledger& book,
                             Events& events,
                             const Progress& progress) {
  Imported result;
  std::uint64_t size = 0;
  {
    RL_ASSIGN(const Snapshot snapshot, book.read());
    size = snapshot.size();
    result.head = snapshot.checkpoint();
  }
  while (true) {
    RL_ASSIGN(auto portion, events.portion());
    if (portion.empty()) {
      break;
    }
    if (portion.back().event.position < size) {
      RL_ASSIGN(const Snapshot snapshot, book.read());
      RL_TRY(require_same(snapshot.store(), portion, size));
    } else {
      RL_TRY(continue_with(
          book.settings(), book.origin(), std::move(portion), result));
    }
    result.lines = events.lines();
    if (progress) {
      progress(result.lines);
    }
  }
  return result;
}

Result<bool> is_empty(const Ledger& book) {
  RL_ASSIGN(const Snapshot snapshot, book.read());
  return snapshot.size() == kEmptySize;
}

}  // namespace

Result<Imported> import_events(const Settings& settings,
                               const LineSource& next_line,
                               const Progress& progress) {
  RL_ASSIGN(auto first, next_line());
  if (!first) {
    return fail(ErrorCode::kUsage,
                "import-empty",
                "there is no event to import",
                "`release-ledger export` writes what can be imported");
  }
  const auto origin = origin_of_export(*first);
  if (!origin) {
    return in_line(0, origin.error());
  }
  Events events(next_line, std::move(*first), *origin);
  const auto book = Ledger::open(settings);
  if (!book && book.error().code == ErrorCode::kNotFound) {
    return import_beside(settings, events, false, progress);
  }
  RL_TRY(book);
  if (book->origin() == *origin) {
    return import_onto(*book, events, progress);
  }
  RL_ASSIGN(const bool empty, is_empty(*book));
  if (empty) {
    return import_beside(settings, events, true, progress);
  }
  return fail(ErrorCode::kUsage,
              "another-ledger",
              fmt::format("the file is of ledger {}, the one at {} is {}",
                          *origin,
                          settings.folder.string(),
                          book->origin()),
              "name a new place with --ledger FOLDER");
}

}  // namespace ledger
