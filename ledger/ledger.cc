#include "ledger/ledger.h"

#include <algorithm>

#include <sys/vfs.h>
#include <unistd.h>

#include "ledger/anchor.h"
#include "ledger/commit.h"
#include "ledger/file.h"
#include "ledger/keys.h"
#include "ledger/rocksdb_engine.h"

namespace ledger {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kCreatingInfix = ".creating-";

void observe(const Settings& settings, AppendMoment moment, std::size_t count) {
  if (settings.observer) {
    settings.observer(moment, count);
  }
}

// flock does not hold between machines on these; a store there would be lost
// the day two of them write.
Status refuse_network_file_system(const fs::path& folder) {
  struct statfs info {};
  if (::statfs(folder.c_str(), &info) != 0) {
    return {};
  }
  constexpr std::array<unsigned long, 6> kNetwork = {0x6969 /* NFS */,
                                                     0x517B /* SMB */,
                                                     0xFF534D42 /* CIFS */,
                                                     0xFE534D42 /* SMB2 */,
                                                     0x01021997 /* 9P */,
                                                     0x5346414F /* AFS */};
  const auto type = static_cast<unsigned long>(info.f_type) & 0xffffffffUL;
  if (std::ranges::find(kNetwork, type) == kNetwork.end()) {
    return {};
  }
  return fail(ErrorCode::kUsage,
              "network-file-system",
              fmt::format("{} is on a network file system, where locks do not "
                          "hold between machines",
                          folder.string()),
              "keep the ledger on a local disk: --ledger FOLDER");
}

Status publish_head(const fs::path& folder,
                    const Checkpoint& checkpoint,
                    const SignerKey& key) {
  return write_file(folder / kHeadName, sign(checkpoint, key), 0644);
}

// The store, open for writing, with its head agreeing with HEAD.
struct Writable {
  StoreLock lock;
  std::unique_ptr<Store> store;
  schema::StoreHead head;
  Checkpoint anchored;  // what HEAD says now
  SignerKey key;
  bool key_recorded;
};

Result<Writable> open_for_writing(const Settings& settings,
                                  const std::string& origin,
                                  const fs::path& key_file) {
  const fs::path& folder = settings.folder;
  RL_TRY(refuse_network_file_system(folder));
  RL_ASSIGN(
      StoreLock lock,
      StoreLock::acquire(folder, LockMode::kExclusive, settings.lock_timeout));
  remove_leftover_temporaries(folder);
  RL_ASSIGN(Anchor anchor, read_anchor(folder));
  RL_ASSIGN(const auto keys, read_writer_keys(folder));
  RL_TRY(check_anchor_signature(anchor, keys));
  RL_ASSIGN(SignerKey key, load_or_create_key(key_file, origin));
  const VerifierKey own = public_half(key);
  const bool recorded = std::ranges::any_of(keys, [&](const VerifierKey& k) {
    return k.public_key == own.public_key;
  });
  RL_ASSIGN(auto engine,
            open_rocksdb(folder / kStoreName, OpenMode::kReadWrite));
  auto store = std::make_unique<Store>(std::move(engine));
  RL_ASSIGN(schema::StoreHead head, store->head());
  RL_ASSIGN(const Agreement agreement, compare(anchor.checkpoint, head));
  if (agreement == Agreement::kOneBatchAhead && recorded) {
    anchor.checkpoint = checkpoint_of(origin, head);
    RL_TRY(publish_head(folder, anchor.checkpoint, key));
  }
  return Writable{std::move(lock),
                  std::move(store),
                  std::move(head),
                  std::move(anchor.checkpoint),
                  std::move(key),
                  recorded};
}

// The positions the events have, if all are recorded; nothing if none is.
Result<std::optional<std::vector<Position>>> find_recorded(
    const Store& store, const AppendRequest& request, std::string_view origin) {
  std::vector<Position> positions;
  for (const NewEvent& event : request.events) {
    const Uuid id = event_id(origin, request.stream, event.event);
    RL_ASSIGN(const auto position, store.find_event(view(id)));
    if (!position) {
      continue;
    }
    RL_ASSIGN(const RecordedEvent recorded, store.event(*position));
    const auto same = recorded.payload ? schema::decode_payload(
                                             recorded.envelope.type,
                                             recorded.envelope.schema_version,
                                             *recorded.payload)
                                       : std::nullopt;
    if (!same || recorded.envelope.stream != request.stream.name ||
        *same != event.event) {
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
  if (positions.size() != request.events.size()) {
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

fs::path Ledger::key_file() const {
  return settings_.key_file.empty() ? settings_.key_folder / origin_
                                    : settings_.key_file;
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

Status Ledger::create(const Settings& settings, const schema::Actor& actor) {
  const fs::path& folder = settings.folder;
  const std::string origin = "release-ledger." + to_hex(view(random_uuid()));
  const fs::path building =
      folder.string() + std::string(kCreatingInfix) + to_hex(random_bytes(6));
  RL_TRY(make_private_folder(folder.parent_path()));
  RL_TRY(refuse_network_file_system(folder.parent_path()));
  RL_TRY(make_private_folder(building));

  Settings inside = settings;
  inside.folder = building;
  const Ledger unborn(inside, origin);
  RL_ASSIGN(const SignerKey key, load_or_create_key(unborn.key_file(), origin));
  RL_TRY(write_writer_key(building, public_half(key)));
  {
    RL_ASSIGN(auto engine,
              open_rocksdb(building / kStoreName, OpenMode::kCreate));
    Store store(std::move(engine));
    schema::StoreHead empty;
    const Digest root = empty_root();
    empty.root.assign(root.begin(), root.end());
    Commit commit(store, std::move(empty), settings, origin);
    RL_TRY(commit.bring_views_up_to_date());
    schema::LedgerCreated created;
    created.origin = origin;
    created.format = kFormat;
    created.writer_key = to_text(public_half(key));
    RL_TRY(commit.add(ledger_stream(), {{created, {}}}, actor, random_uuid()));
    observe(settings, AppendMoment::kBeforeCommit, 1);
    RL_ASSIGN(const schema::StoreHead head, commit.write());
    observe(settings, AppendMoment::kCommitted, 1);
    RL_TRY(publish_head(building, checkpoint_of(origin, head), key));
  }
  std::error_code error;
  fs::rename(building, folder, error);
  if (error) {
    std::error_code ignored;
    fs::remove_all(building, ignored);
    if (error == std::errc::directory_not_empty ||
        error == std::errc::file_exists) {
      return {};  // another process was quicker; its ledger is the one
    }
    return io_error(folder, error.value());
  }
  RL_TRY(sync_folder(folder.parent_path()));
  observe(settings, AppendMoment::kAcknowledged, 1);
  return {};
}

Result<AppendReceipt> Ledger::append(const AppendRequest& request) const {
  RL_CHECK(!request.events.empty(), "an append has events");
  RL_ASSIGN(Writable open, open_for_writing(settings_, origin_, key_file()));
  RL_ASSIGN(const auto recorded, find_recorded(*open.store, request, origin_));
  if (recorded) {
    return AppendReceipt{
        *recorded, true, checkpoint_of(origin_, open.head), {}};
  }
  RL_TRY(check_expectations(*open.store, open.head, request));

  Commit commit(*open.store, std::move(open.head), settings_, origin_);
  commit.continue_from(open.anchored);
  RL_TRY(commit.bring_views_up_to_date());
  AppendReceipt receipt;
  if (!open.key_recorded) {
    const VerifierKey own = public_half(open.key);
    schema::WriterKeyAdded added;
    added.writer_key = to_text(own);
    RL_TRY(commit.add(
        ledger_stream(), {{added, {}}}, request.actor, request.run_id));
    RL_TRY(write_writer_key(settings_.folder, own));
    receipt.warnings.push_back(
        "this writer's signing key is new; it was recorded on the ledger");
  }
  const std::size_t own_events = commit.positions().size();
  RL_TRY(commit.add(
      request.stream, request.events, request.actor, request.run_id));
  observe(settings_, AppendMoment::kBeforeCommit, request.events.size());
  RL_ASSIGN(const schema::StoreHead head, commit.write());
  observe(settings_, AppendMoment::kCommitted, request.events.size());
  receipt.head = checkpoint_of(origin_, head);
  RL_TRY(publish_head(settings_.folder, receipt.head, open.key));
  observe(settings_, AppendMoment::kAcknowledged, request.events.size());

  std::copy(
      commit.positions().begin() + static_cast<std::ptrdiff_t>(own_events),
      commit.positions().end(),
      std::back_inserter(receipt.positions));
  std::ranges::copy(commit.warnings(), std::back_inserter(receipt.warnings));
  // The events are safe; that tidying up failed is the next writer's concern.
  (void)open.store->engine().maintain();
  return receipt;
}

Result<Snapshot> Ledger::read() const {
  RL_ASSIGN(StoreLock lock,
            StoreLock::acquire(
                settings_.folder, LockMode::kShared, settings_.lock_timeout));
  RL_ASSIGN(const Anchor anchor, read_anchor(settings_.folder));
  RL_ASSIGN(auto engine,
            open_rocksdb(settings_.folder / kStoreName, OpenMode::kReadOnly));
  auto store = std::make_unique<Store>(std::move(engine));
  RL_ASSIGN(schema::StoreHead head, store->head());
  RL_TRY(compare(anchor.checkpoint, head));
  return Snapshot(std::move(lock), std::move(store), std::move(head), origin_);
}

Result<std::uint64_t> Ledger::rebuild(const Progress& progress) const {
  RL_ASSIGN(Writable open, open_for_writing(settings_, origin_, key_file()));
  const std::uint64_t size = open.head.size;
  Commit commit(*open.store, std::move(open.head), settings_, origin_);
  commit.continue_from(open.anchored);
  RL_TRY(commit.rebuild_views(progress));
  RL_TRY(commit.write());
  return size;
}

}  // namespace ledger
