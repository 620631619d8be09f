#include "ledger/opening.h"

#include <algorithm>
#include <array>

#include <sys/vfs.h>

#include "ledger/decoded.h"
#include "ledger/file.h"
#include "ledger/recovery.h"

namespace ledger {
namespace {
namespace fs = std::filesystem;

// HEAD, of the ledger we think this is.
Result<Anchor> read_own_anchor(const fs::path& folder,
                               std::string_view origin,
                               const std::vector<VerifierKey>& keys) {
  RL_ASSIGN(Anchor anchor, read_anchor(folder));
  RL_TRY(check_anchor_signature(anchor, keys));
  if (anchor.checkpoint.origin != origin) {
    return fail(ErrorCode::kConflict,
                "ledger-replaced",
                fmt::format("the ledger at {} was replaced by another one",
                            folder.string()),
                "type the command again");
  }
  return anchor;
}

// Puts a recovery on the ledger, also one that a crash kept from it.
Status record_recovery(Writable& open, const Settings& settings) {
  RL_ASSIGN(const auto recovery, pending_recovery(settings.folder));
  if (!recovery) {
    return {};
  }
  schema::LedgerRecovered event;
  event.kept = recovery->kept;
  event.size = open.head.size;
  event.detail = recovery->detail;
  const std::string& origin = open.anchored.origin;
  const Uuid id = event_id(origin, ledger_stream(), event);
  RL_ASSIGN(const auto recorded, open.store->find_event(view(id)));
  if (!recorded) {
    const Uuid run_id = random_uuid();
    Commit commit(*open.store, open.head, settings, origin);
    commit.continue_from(open.anchored);
    RL_TRY(commit.bring_views_up_to_date());
    RL_TRY(record_key(commit, open, this_account(), run_id));
    RL_TRY(commit.add(ledger_stream(), {{event, {}}}, this_account(), run_id));
    RL_TRY(commit_and_publish(commit, open, settings, 1));
  }
  open.warnings.push_back(
      fmt::format("{}; the store was mended, a copy of it as it was is {}",
                  torn_warning(recovery->detail),
                  (settings.folder / recovery->kept).string()));
  return forget_recovery(settings.folder);
}

}  // namespace

Result<std::vector<std::string>> recorded_keys(const Store& store) {
  std::vector<std::string> result;
  RL_ASSIGN(const auto events, store.stream_events(ledger_stream(), 0));
  for (const RecordedEvent& event : events) {
    const auto decoded = ledger::decoded(event);
    if (!decoded) {
      continue;
    }
    if (const auto* created = std::get_if<schema::LedgerCreated>(&*decoded)) {
      result.push_back(created->writer_key);
    } else if (const auto* added =
                   std::get_if<schema::WriterKeyAdded>(&*decoded)) {
      result.push_back(added->writer_key);
    }
  }
  return result;
}

Status write_missing_keys(const fs::path& folder,
                          const std::vector<VerifierKey>& present,
                          const std::vector<std::string>& recorded) {
  for (const std::string& text : recorded) {
    const auto key = parse_verifier_key(text);
    const bool missing = std::ranges::none_of(
        present, [&](const VerifierKey& k) { return to_text(k) == text; });
    if (key && missing) {
      RL_TRY(write_writer_key(folder, *key));
    }
  }
  return {};
}

void observe(const Settings& settings, AppendMoment moment, std::size_t count) {
  if (settings.observer) {
    settings.observer(moment, count);
  }
}

fs::path key_file(const Settings& settings, std::string_view origin) {
  return settings.key_file.empty() ? settings.key_folder / origin
                                   : settings.key_file;
}

std::optional<VerifierKey> own_key(const Settings& settings,
                                   std::string_view origin) {
  const fs::path file = key_file(settings, origin);
  std::error_code error;
  if (!fs::exists(file, error)) {
    return std::nullopt;
  }
  const auto key = load_or_create_key(file, origin);
  return key ? std::optional(public_half(*key)) : std::nullopt;
}

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

Status record_key(Commit& commit,
                  const Writable& open,
                  const schema::Actor& actor,
                  const Uuid& run_id) {
  if (open.key_recorded) {
    return {};
  }
  schema::WriterKeyAdded added;
  added.writer_key = to_text(public_half(open.key));
  RL_TRY(commit.add(ledger_stream(), {{added, {}}}, actor, run_id));
  return {};
}

Status commit_and_publish(Commit& commit,
                          Writable& open,
                          const Settings& settings,
                          std::size_t count) {
  observe(settings, AppendMoment::kBeforeCommit, count);
  RL_ASSIGN(open.head, commit.write());
  observe(settings, AppendMoment::kCommitted, count);
  if (!open.key_recorded) {
    RL_TRY(write_writer_key(settings.folder, public_half(open.key)));
    open.key_recorded = true;
    open.warnings.emplace_back(
        "this writer's signing key is new; it was recorded on the ledger");
  }
  open.anchored = checkpoint_of(open.anchored.origin, open.head);
  RL_TRY(publish_head(settings.folder, open.anchored, open.key));
  observe(settings, AppendMoment::kAcknowledged, count);
  return {};
}

Result<Readable> open_for_reading(const Settings& settings,
                                  std::string_view origin) {
  const fs::path& folder = settings.folder;
  RL_ASSIGN(
      StoreLock lock,
      StoreLock::acquire(folder, LockMode::kShared, settings.lock_timeout));
  RL_ASSIGN(const auto keys, read_writer_keys(folder));
  RL_ASSIGN(Anchor anchor, read_own_anchor(folder, origin, keys));
  RL_ASSIGN(OpenStore open,
            open_store(folder, OpenMode::kReadOnly, anchor.checkpoint, 0));
  Readable result{std::move(lock),
                  std::move(open.store),
                  std::move(open.head),
                  std::move(anchor),
                  keys,
                  {}};
  if (!open.torn.empty()) {
    result.warnings.push_back(torn_warning(open.torn));
  }
  return result;
}

Result<Writable> open_for_writing(const Settings& settings,
                                  std::string_view origin) {
  const fs::path& folder = settings.folder;
  RL_TRY(refuse_network_file_system(folder));
  RL_ASSIGN(
      StoreLock lock,
      StoreLock::acquire(folder, LockMode::kExclusive, settings.lock_timeout));
  remove_leftover_temporaries(folder);
  remove_leftover_temporaries(folder / kKeysName);
  RL_ASSIGN(const auto keys, read_writer_keys(folder));
  RL_ASSIGN(Anchor anchor, read_own_anchor(folder, origin, keys));
  RL_ASSIGN(OpenStore open,
            open_store(folder,
                       OpenMode::kReadWrite,
                       anchor.checkpoint,
                       settings.clock->now_ms()));

  RL_ASSIGN(const auto recorded, recorded_keys(*open.store));
  RL_TRY(write_missing_keys(folder, keys, recorded));
  RL_ASSIGN(SignerKey key,
            load_or_create_key(key_file(settings, origin), origin));
  const bool key_recorded =
      std::ranges::find(recorded, to_text(public_half(key))) != recorded.end();
  if (open.agreement == Agreement::kOneBatchAhead && key_recorded) {
    anchor.checkpoint = checkpoint_of(origin, open.head);
    RL_TRY(publish_head(folder, anchor.checkpoint, key));
  }
  Writable result{std::move(lock),
                  std::move(open.store),
                  std::move(open.head),
                  std::move(anchor.checkpoint),
                  std::move(key),
                  key_recorded,
                  {}};
  RL_TRY(record_recovery(result, settings));
  return result;
}

}  // namespace ledger
