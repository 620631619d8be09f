#include "ledger/merkle.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace ledger {
namespace {

constexpr std::size_t kHashSize = 32;
constexpr std::string_view kLeafPrefix{"\0", 1};
constexpr std::string_view kNodePrefix{"\1", 1};

Digest to_digest(std::string_view bytes) {
  Digest digest;
  std::ranges::copy(bytes, digest.begin());
  return digest;
}

// Root of a power of two of hashes that stand one after the other.
Digest fold(std::string_view hashes) {
  if (hashes.size() == kHashSize) {
    return to_digest(hashes);
  }
  const std::size_t half = hashes.size() / 2;
  return node_hash(fold(hashes.substr(0, half)), fold(hashes.substr(half)));
}

}  // namespace

Digest leaf_hash(std::string_view entry) {
  return sha256({kLeafPrefix, entry});
}

Digest node_hash(const Digest& left, const Digest& right) {
  return sha256({kNodePrefix, view(left), view(right)});
}

Digest empty_root() {
  return sha256({});
}

Tree::Tree(TileSource source, std::uint64_t size)
    : source_(std::move(source)), size_(size) {}

Result<std::string> Tree::tile(const TileId& id) {
  if (const auto it = changed_.find(id); it != changed_.end()) {
    return it->second;
  }
  RL_ASSIGN(std::optional<std::string> stored, source_(id));
  return stored.value_or("");
}

Status Tree::append(const Digest& leaf) {
  Digest hash = leaf;
  std::uint64_t index = size_;
  for (std::uint8_t level = 0;; ++level) {
    const TileId id{level, index / kTileWidth};
    const std::size_t slot = index % kTileWidth;
    std::string hashes;
    if (slot > 0) {
      RL_ASSIGN(hashes, tile(id));
    }
    if (hashes.size() < slot * kHashSize) {
      return fail(
          ErrorCode::kCorruption,
          "tree-damaged",
          fmt::format("tile {}/{} of the tree is short", level, id.index),
          "run `release-ledger verify`");
    }
    hashes.resize(slot * kHashSize);  // beyond: an older, longer tree's
    hashes += view(hash);
    changed_[id] = hashes;
    if (slot + 1 < kTileWidth) {
      break;
    }
    hash = fold(hashes);
    index /= kTileWidth;
  }
  ++size_;
  return {};
}

Result<Digest> Tree::complete_node(unsigned level, std::uint64_t index) {
  const unsigned below = level % kTileHeight;
  const std::uint64_t first = index << below;
  const TileId id{static_cast<std::uint8_t>(level / kTileHeight),
                  first / kTileWidth};
  RL_ASSIGN(const std::string hashes, tile(id));
  const std::size_t offset = (first % kTileWidth) * kHashSize;
  const std::size_t count = (std::size_t{1} << below) * kHashSize;
  if (hashes.size() < offset + count) {
    return fail(
        ErrorCode::kCorruption,
        "tree-damaged",
        fmt::format("tile {}/{} of the tree is short", id.level, id.index),
        "run `release-ledger verify`");
  }
  return fold(std::string_view(hashes).substr(offset, count));
}

Result<Digest> Tree::root_at(std::uint64_t size) {
  RL_CHECK(size <= size_, "root of more leaves than the tree has");
  return size == 0 ? empty_root() : root_of(0, size);
}

Result<Digest> Tree::root_of(std::uint64_t first, std::uint64_t last) {
  // The perfect subtrees of their number, from the right; each is joined to
  // the left of what is there already.
  const std::uint64_t count = last - first;
  std::optional<Digest> right;
  for (unsigned level = 0; level < 64 && (count >> level) != 0; ++level) {
    if (((count >> level) & 1U) == 0) {
      continue;
    }
    const std::uint64_t index = (first >> level) + (count >> level) - 1;
    RL_ASSIGN(const Digest left, complete_node(level, index));
    right = right ? node_hash(left, *right) : left;
  }
  return *right;
}

Result<std::vector<Digest>> Tree::inclusion_proof(std::uint64_t index,
                                                  std::uint64_t size) {
  RL_CHECK(index < size && size <= size_, "a proof of a leaf that is there");
  // From the root down; a proof goes up.
  std::vector<Digest> path;
  std::uint64_t first = 0;
  std::uint64_t last = size;
  while (last - first > 1) {
    const std::uint64_t middle = first + std::bit_floor(last - first - 1);
    const bool is_left = index < middle;
    RL_ASSIGN(const Digest sibling,
              is_left ? root_of(middle, last) : root_of(first, middle));
    path.push_back(sibling);
    (is_left ? last : first) = middle;
  }
  std::ranges::reverse(path);
  return path;
}

Result<std::vector<Digest>> Tree::consistency_proof(std::uint64_t from,
                                                    std::uint64_t size) {
  RL_CHECK(from > 0 && from <= size && size <= size_,
           "a proof from a tree that was there");
  std::vector<Digest> path;
  std::uint64_t first = 0;
  std::uint64_t last = size;
  while (from != last) {
    const std::uint64_t middle = first + std::bit_floor(last - first - 1);
    const bool is_left = from <= middle;
    RL_ASSIGN(const Digest sibling,
              is_left ? root_of(middle, last) : root_of(first, middle));
    path.push_back(sibling);
    (is_left ? last : first) = middle;
  }
  // The older tree's root is known to whoever asks; the root of a part of it
  // is not.
  if (first != 0) {
    RL_ASSIGN(const Digest part, root_of(first, last));
    path.push_back(part);
  }
  std::ranges::reverse(path);
  return path;
}

}  // namespace ledger
