#include "ledger/opening.h"

#include <algorithm>
#include <array>

#include <sys/vfs.h>

#include "ledger/file.h"
#include "ledger/rocksdb_engine.h"

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

// The public keys that the ledger's own events name.
Result<std::vector<std::string>> recorded_keys(const Store& store) {
  std::vector<std::string> result;
  RL_ASSIGN(const auto events, store.stream_events(ledger_stream(), 0));
  for (const RecordedEvent& event : events) {
    const auto decoded =
        event.payload ? schema::decode_payload(event.envelope.type,
                                               event.envelope.schema_version,
                                               *event.payload)
                      : std::nullopt;
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

// A crash between a commit and its HEAD may have left out the file of a key
// the commit recorded.
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

}  // namespace

void observe(const Settings& settings, AppendMoment moment, std::size_t count) {
  if (settings.observer) {
    settings.observer(moment, count);
  }
}

fs::path key_file(const Settings& settings, std::string_view origin) {
  return settings.key_file.empty() ? settings.key_folder / origin
                                   : settings.key_file;
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

Result<Readable> open_for_reading(const Settings& settings,
                                  std::string_view origin) {
  const fs::path& folder = settings.folder;
  RL_ASSIGN(
      StoreLock lock,
      StoreLock::acquire(folder, LockMode::kShared, settings.lock_timeout));
  RL_ASSIGN(const auto keys, read_writer_keys(folder));
  RL_ASSIGN(const Anchor anchor, read_own_anchor(folder, origin, keys));
  RL_ASSIGN(auto engine,
            open_rocksdb(folder / kStoreName, OpenMode::kReadOnly));
  auto store = std::make_unique<Store>(std::move(engine));
  RL_ASSIGN(schema::StoreHead head, store->head());
  RL_TRY(compare(anchor.checkpoint, head));
  return Readable{std::move(lock), std::move(store), std::move(head)};
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
  RL_ASSIGN(auto engine,
            open_rocksdb(folder / kStoreName, OpenMode::kReadWrite));
  auto store = std::make_unique<Store>(std::move(engine));
  RL_ASSIGN(schema::StoreHead head, store->head());
  RL_ASSIGN(const Agreement agreement, compare(anchor.checkpoint, head));

  RL_ASSIGN(const auto recorded, recorded_keys(*store));
  RL_TRY(write_missing_keys(folder, keys, recorded));
  RL_ASSIGN(SignerKey key,
            load_or_create_key(key_file(settings, origin), origin));
  const bool key_recorded =
      std::ranges::find(recorded, to_text(public_half(key))) != recorded.end();
  if (agreement == Agreement::kOneBatchAhead && key_recorded) {
    anchor.checkpoint = checkpoint_of(origin, head);
    RL_TRY(publish_head(folder, anchor.checkpoint, key));
  }
  return Writable{std::move(lock),
                  std::move(store),
                  std::move(head),
                  std::move(anchor.checkpoint),
                  std::move(key),
                  key_recorded};
}

}  // namespace ledger
