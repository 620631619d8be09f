// Ledger::create: a new ledger, built beside its place and published by one
// rename, so that there is a whole one or none.

#include "ledger/building.h"
#include "ledger/commit.h"
#include "ledger/file.h"
#include "ledger/opening.h"
#include "ledger/rocksdb_engine.h"

namespace ledger {
namespace {
namespace fs = std::filesystem;

// The first commit, into `building`.
Status write_first_event(const Settings& settings,
                         const fs::path& building,
                         const SignerKey& key,
                         const schema::Actor& actor) {
  const std::string& origin = key.name;
  RL_TRY(write_writer_key(building, public_half(key)));
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
  return publish_head(building, checkpoint_of(origin, head), key);
}

}  // namespace

Status Ledger::create(const Settings& settings, const schema::Actor& actor) {
  const std::string origin = "release-ledger." + to_hex(view(random_uuid()));
  const fs::path place = plain_place(settings.folder);
  RL_TRY(make_private_folder(place.parent_path()));
  RL_TRY(refuse_network_file_system(place.parent_path()));
  RL_ASSIGN(Building building, Building::begin(place));
  NewKey key(key_file(settings, origin));
  RL_ASSIGN(const SignerKey signer, key.load(origin));
  RL_TRY(write_first_event(settings, building.folder(), signer, actor));
  const auto published = building.publish();
  if (published && !*published) {
    return {};  // another process was quicker; its ledger is the one
  }
  key.keep();
  RL_TRY(published);
  observe(settings, AppendMoment::kAcknowledged, 1);
  return {};
}

}  // namespace ledger
