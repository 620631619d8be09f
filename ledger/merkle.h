// The Merkle tree over the envelopes: RFC 6962, SHA-256, complete at every
// commit. Nodes are kept in tiles of height 4, built like the tiles of C2SP
// tlog-tiles (which has height 8): level 0 holds leaf hashes; slot i of tile n
// at level l is the root of the 16^l leaves from (16 n + i) 16^l on; a tile
// that is not full is never hashed into the level above.
//
// Why tiles and not one key per node: an append rewrites one value of at most
// 512 bytes instead of adding two keys, and a bulk load writes one key for 16
// events. Why height 4 and not 8: a partial tile of height 8 would put 4 kB on
// average into each commit.

#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/digest.h"
#include "ledger/result.h"

namespace ledger {

constexpr unsigned kTileHeight = 4;
constexpr std::uint64_t kTileWidth = 1U << kTileHeight;

Digest leaf_hash(std::string_view entry);
Digest node_hash(const Digest& left, const Digest& right);
Digest empty_root();

struct TileId {
  std::uint8_t level = 0;
  std::uint64_t index = 0;
  auto operator<=>(const TileId&) const = default;
};

// The hashes of a tile, one after the other; nothing if it is not there.
using TileSource =
    std::function<Result<std::optional<std::string>>(const TileId&)>;

// A tree of `size` leaves whose tiles come from `source`; new leaves change
// tiles in memory only. Errors: those of the source, and kCorruption
// `tree-damaged` where a tile is missing or short.
class Tree {
 public:
  Tree(TileSource source, std::uint64_t size);

  std::uint64_t size() const { return size_; }
  Status append(const Digest& leaf);
  // Of the first `size` leaves; `size` <= size().
  Result<Digest> root_at(std::uint64_t size);
  Result<Digest> root() { return root_at(size_); }
  // RFC 9162, 2.1.3 and 2.1.4: what a reader needs beside the leaf at `index`,
  // or beside the root at `from`, to come to the root at `size`; reads a
  // logarithm of the tiles. `index` < `size`, 0 < `from` <= `size` <= size().
  Result<std::vector<Digest>> inclusion_proof(std::uint64_t index,
                                              std::uint64_t size);
  Result<std::vector<Digest>> consistency_proof(std::uint64_t from,
                                                std::uint64_t size);

  // Tiles that append() changed, whole.
  const std::map<TileId, std::string>& changed() const { return changed_; }

 private:
  Result<std::string> tile(const TileId& id);
  Result<Digest> complete_node(unsigned level, std::uint64_t index);
  // Of the leaves from `first` up to, not including, `last`. `first` is a
  // multiple of the power of two that is not smaller than their number.
  Result<Digest> root_of(std::uint64_t first, std::uint64_t last);

  TileSource source_;
  std::uint64_t size_;
  std::map<TileId, std::string> changed_;
};

}  // namespace ledger
