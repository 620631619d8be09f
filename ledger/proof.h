// Proofs for somebody who has a signed head and not the ledger: that an event
// is in it (C2SP tlog-proof), and that it goes on from an older head. The
// second has no file format of its own; it is written as C2SP tlog-witness
// sends it. Checking is pure and thread-safe.
//
// Errors: the snapshot's; kNotFound `no-such-position`; kCorruption
// `head-of-another-ledger`, `head-signature`, `records-missing`,
// `history-differs`.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/anchor.h"
#include "ledger/snapshot.h"

namespace ledger {

// RFC 9162, 2.1.3.2 and 2.1.4.2. A tree grew from nothing without a proof; such
// a question is answered with no.
bool proves_inclusion(const Digest& leaf,
                      std::uint64_t index,
                      const std::vector<Digest>& path,
                      const Checkpoint& head);
bool proves_consistency(const Checkpoint& from,
                        const std::vector<Digest>& path,
                        const Checkpoint& head);

struct InclusionProof {
  Position position = 0;
  std::vector<Digest> path;
  Anchor head;
};
Result<InclusionProof> prove_inclusion(const Snapshot& snapshot,
                                       Position position);
std::string to_text(const InclusionProof& proof);

// From an older head to the one in force.
struct ConsistencyProof {
  Checkpoint from;
  std::vector<Digest> path;
  Anchor head;
};
Result<ConsistencyProof> prove_consistency(const Snapshot& snapshot,
                                           const Anchor& kept);
std::string to_text(const ConsistencyProof& proof);

// A head that was kept elsewhere. kUsage `head-unreadable`.
Result<Anchor> read_kept_head(const std::filesystem::path& file);
// Whether a writer of this ledger signed it, and the ledger still has all that
// it had then.
Status require_continued(const Snapshot& snapshot, const Anchor& kept);

}  // namespace ledger
