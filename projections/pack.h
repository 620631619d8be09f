// The auditor pack: what an auditor needs of one release to check it without
// the ledger and without this program. Every event of the release and of the
// ledger's own stream with its bytes and its proof, the signed head, the
// writers' keys, signatures, the digests of the logs, and what it adds up to in
// words. docs/guide/proofs.md says how it is checked.
//
// The same ledger and request give the same bytes. Errors: the ledger's;
// kNotFound `no-such-release`.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ledger/snapshot.h"
#include "projections/queries.h"

namespace projections {

struct PackedFile {
  std::string name;              // relative, with `/`
  std::string bytes;             // or, where it is not empty,
  std::filesystem::path source;  // the file they are in
  std::uint64_t size = 0;
  std::string digest;  // SHA-256, hex
};

class Pack {
 public:
  void add(std::string name, std::string bytes);
  // A file on disk, whose digest was just taken. kIo if it is gone.
  ledger::Status add_file(std::string name,
                          std::filesystem::path source,
                          std::string digest);
  // In the order of their names, with the MANIFEST of all others.
  std::vector<PackedFile> finish() &&;

 private:
  std::vector<PackedFile> files_;
};

struct PackRequest {
  std::string release;
  std::filesystem::path folder;  // the ledger's, below which the logs lie
  bool logs = false;             // the logs themselves too
};
// All but the notes and what another query knows, which the caller adds.
struct PackedRelease {
  Pack pack;
  ReleaseView view;
  std::vector<std::string> warnings;
};
ledger::Result<PackedRelease> pack_release(const ledger::Snapshot& snapshot,
                                           const PackRequest& request);

}  // namespace projections
