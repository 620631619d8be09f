// Opening the store of a ledger: lock, engine, and the proof that the store
// holds what HEAD says. Every way to the records leads through here.
//
// Errors: kBusy; kIo; kUsage `network-file-system`, `format-too-new`; kConflict
// `ledger-replaced`; kCorruption, see anchor.h and store.h.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/anchor.h"
#include "ledger/commit.h"
#include "ledger/ledger.h"
#include "ledger/lock.h"
#include "ledger/store.h"

namespace ledger {

struct Readable {
  StoreLock lock;
  std::unique_ptr<Store> store;
  schema::StoreHead head;
  Anchor anchor;  // HEAD
  std::vector<VerifierKey> keys;
  std::vector<std::string> warnings;
};
// Writes nothing.
Result<Readable> open_for_reading(const Settings& settings,
                                  std::string_view origin);

struct Writable {
  StoreLock lock;
  std::unique_ptr<Store> store;
  schema::StoreHead head;
  Checkpoint anchored;  // what HEAD says now
  SignerKey key;
  bool key_recorded = false;  // on the ledger
  std::vector<std::string> warnings;
};
// Finishes what a crash between a commit and its HEAD left undone, and mends
// the store where a crash tore its newest log.
Result<Writable> open_for_writing(const Settings& settings,
                                  std::string_view origin);

// The public keys that the ledger's own events name.
Result<std::vector<std::string>> recorded_keys(const Store& store);
// Their files, those that are not `present`: a crash between a commit and its
// HEAD may have left out the one of a key the commit recorded.
Status write_missing_keys(const std::filesystem::path& folder,
                          const std::vector<VerifierKey>& present,
                          const std::vector<std::string>& recorded);

// Adds this writer's key to the commit, if the ledger does not know it.
Status record_key(Commit& commit,
                  const Writable& open,
                  const schema::Actor& actor,
                  const Uuid& run_id);
// Commits, then writes the key's file and HEAD. `count` is for the observer.
Status commit_and_publish(Commit& commit,
                          Writable& open,
                          const Settings& settings,
                          std::size_t count);

// Takes away a bounded part of the rows that a rebuild replaced, or that one of
// an older program left behind; all of them after some calls. rebuild.cc.
Status remove_stale_rows(Writable& open,
                         const Settings& settings,
                         std::string_view origin);

// Nothing of the payloads that were taken away there stays in the store's
// files. redaction.cc.
Status purge_redacted(Writable& open,
                      const Settings& settings,
                      std::string_view origin,
                      const std::vector<Position>& positions);

// Writes HEAD.
Status publish_head(const std::filesystem::path& folder,
                    const Checkpoint& checkpoint,
                    const SignerKey& key);

// Where this writer's private key is.
std::filesystem::path key_file(const Settings& settings,
                               std::string_view origin);

// Its public half; nothing if there is no such file.
std::optional<VerifierKey> own_key(const Settings& settings,
                                   std::string_view origin);

// flock does not hold between machines on these; a store there would be lost
// the day two of them write.
Status refuse_network_file_system(const std::filesystem::path& folder);

// Tells the observer of the settings.
void observe(const Settings& settings, AppendMoment moment, std::size_t count);

}  // namespace ledger
