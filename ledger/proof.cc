#include "ledger/proof.h"

#include <algorithm>
#include <bit>

#include "ledger/file.h"

namespace ledger {
namespace {

// One step of RFC 9162: `first` and `last` are the numbers, at one level, of
// the node being followed and of the rightmost one.
struct Climb {
  std::uint64_t first;
  std::uint64_t last;

  // The next hash of the path stands to the left of the node.
  bool is_right() const { return (first & 1U) != 0 || first == last; }
  void pass_lone_nodes() {
    while ((first & 1U) == 0 && first != 0) {
      up();
    }
  }
  void up() {
    first >>= 1U;
    last >>= 1U;
  }
};

std::string lines_of(const std::vector<Digest>& path) {
  std::string text;
  for (const Digest& hash : path) {
    text += to_base64(view(hash)) + "\n";
  }
  return text;
}

std::unexpected<Error> unlike(std::string reason, std::string what) {
  return fail(ErrorCode::kCorruption,
              std::move(reason),
              std::move(what),
              "keep both as they are, and ask who restored or replaced the "
              "ledger: `release-ledger history --type LedgerRestored`");
}

}  // namespace

bool proves_inclusion(const Digest& leaf,
                      std::uint64_t index,
                      const std::vector<Digest>& path,
                      const Checkpoint& head) {
  if (index >= head.size) {
    return false;
  }
  Climb climb{index, head.size - 1};
  Digest root = leaf;
  for (const Digest& hash : path) {
    if (climb.last == 0) {
      return false;
    }
    if (climb.is_right()) {
      root = node_hash(hash, root);
      climb.pass_lone_nodes();
    } else {
      root = node_hash(root, hash);
    }
    climb.up();
  }
  return climb.last == 0 && root == head.root;
}

bool proves_consistency(const Checkpoint& from,
                        const std::vector<Digest>& path,
                        const Checkpoint& head) {
  if (from.size == 0 || from.size > head.size) {
    return false;
  }
  if (from.size == head.size) {
    return path.empty() && from.root == head.root;
  }
  if (path.empty()) {
    return false;
  }
  // A whole subtree: its root is the one that is known.
  const bool is_whole = std::has_single_bit(from.size);
  Climb climb{from.size - 1, head.size - 1};
  while ((climb.first & 1U) != 0) {
    climb.up();
  }
  Digest older = is_whole ? from.root : path.front();
  Digest newer = older;
  for (std::size_t i = is_whole ? 0 : 1; i < path.size(); ++i) {
    if (climb.last == 0) {
      return false;
    }
    if (climb.is_right()) {
      older = node_hash(path[i], older);
      newer = node_hash(path[i], newer);
      climb.pass_lone_nodes();
    } else {
      newer = node_hash(newer, path[i]);
    }
    climb.up();
  }
  return climb.last == 0 && older == from.root && newer == head.root;
}

Result<InclusionProof> prove_inclusion(const Snapshot& snapshot,
                                       Position position) {
  const Anchor& head = snapshot.anchor();
  if (position >= snapshot.size()) {
    return fail(ErrorCode::kNotFound,
                "no-such-position",
                fmt::format("there is no position {}; the ledger has {} events",
                            position,
                            snapshot.size()),
                "`release-ledger history` shows them");
  }
  if (position >= head.checkpoint.size) {
    return fail(ErrorCode::kNotFound,
                "not-signed-yet",
                fmt::format("a crash came between position {} and its signed "
                            "head",
                            position),
                "the next command that writes signs it");
  }
  InclusionProof proof{position, {}, head};
  RL_ASSIGN(proof.path,
            snapshot.store()
                .tree(snapshot.size())
                .inclusion_proof(position, head.checkpoint.size));
  RL_ASSIGN(const std::string bytes, snapshot.store().envelope_bytes(position));
  if (!proves_inclusion(
          leaf_hash(bytes), position, proof.path, head.checkpoint)) {
    return damaged("tree-damaged",
                   fmt::format("the tree does not lead from position {} to the "
                               "signed root",
                               position));
  }
  return proof;
}

std::string to_text(const InclusionProof& proof) {
  return fmt::format("c2sp.org/tlog-proof@v1\nindex {}\n{}\n{}",
                     proof.position,
                     lines_of(proof.path),
                     proof.head.note);
}

Result<ConsistencyProof> prove_consistency(const Snapshot& snapshot,
                                           const Anchor& kept) {
  RL_TRY(require_continued(snapshot, kept));
  const Checkpoint& head = snapshot.anchor().checkpoint;
  ConsistencyProof proof{kept.checkpoint, {}, snapshot.anchor()};
  if (kept.checkpoint.size > head.size || kept.checkpoint.size == 0) {
    return fail(ErrorCode::kNotFound,
                "nothing-to-prove",
                fmt::format("no proof leads from a head of {} events to one of "
                            "{}",
                            kept.checkpoint.size,
                            head.size),
                "`release-ledger verify --head FILE` compares them");
  }
  RL_ASSIGN(proof.path,
            snapshot.store()
                .tree(snapshot.size())
                .consistency_proof(kept.checkpoint.size, head.size));
  if (!proves_consistency(proof.from, proof.path, head)) {
    return damaged("tree-damaged",
                   "the tree does not lead from the kept root to the signed "
                   "one");
  }
  return proof;
}

std::string to_text(const ConsistencyProof& proof) {
  return fmt::format(
      "old {}\n{}\n{}", proof.from.size, lines_of(proof.path), proof.head.note);
}

Result<Anchor> read_kept_head(const std::filesystem::path& file) {
  auto note = read_file(file);
  const auto checkpoint =
      note && *note ? parse_checkpoint(**note) : std::nullopt;
  if (!checkpoint) {
    return fail(ErrorCode::kUsage,
                "head-unreadable",
                !note    ? note.error().message
                : !*note ? fmt::format("there is no file {}", file.string())
                         : fmt::format("{} is no signed head", file.string()),
                "name a copy of the ledger's HEAD");
  }
  return Anchor{std::move(**note), *checkpoint};
}

Status require_continued(const Snapshot& snapshot, const Anchor& kept) {
  const Checkpoint& head = kept.checkpoint;
  if (head.origin != snapshot.origin()) {
    return unlike("head-of-another-ledger",
                  fmt::format("the kept head is of ledger {}, this is {}",
                              head.origin,
                              snapshot.origin()));
  }
  if (check_signatures(kept.note, snapshot.keys()) != Signature::kGood) {
    return unlike("head-signature",
                  "the kept head is not signed by a writer of this ledger");
  }
  if (head.size > snapshot.size()) {
    return unlike("records-missing",
                  fmt::format("the kept head has {} events, the ledger {}: it "
                              "was put back to an older state",
                              head.size,
                              snapshot.size()));
  }
  RL_ASSIGN(const Digest root, snapshot.root_at(head.size));
  if (root != head.root) {
    return unlike("history-differs",
                  fmt::format("the first {} events are not those of the kept "
                              "head: the history was rewritten",
                              head.size));
  }
  return {};
}

}  // namespace ledger
