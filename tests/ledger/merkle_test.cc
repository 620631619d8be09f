#include "ledger/merkle.h"

#include <array>
#include <bit>
#include <span>
#include <vector>

#include <gtest/gtest.h>

namespace ledger_tests {
namespace {

using namespace ledger;

// Published by transparency-dev/merkle: eight leaves and the roots over the
// first 0 to 8 of them.
constexpr std::array kLeaves = {"",
                                "00",
                                "10",
                                "2021",
                                "3031",
                                "40414243",
                                "5051525354555657",
                                "606162636465666768696a6b6c6d6e6f"};
constexpr std::array kRoots = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

// Tiles as a store keeps them.
using Tiles = std::map<TileId, std::string>;

Tree tree_over(const Tiles& tiles, std::uint64_t size) {
  return Tree(
      [&tiles](const TileId& id) -> Result<std::optional<std::string>> {
        const auto it = tiles.find(id);
        return it == tiles.end() ? std::nullopt : std::optional(it->second);
      },
      size);
}

void store(const Tree& tree, Tiles& tiles) {
  for (const auto& [id, hashes] : tree.changed()) {
    tiles[id] = hashes;
  }
}

// RFC 6962, section 2.1, word for word.
Digest naive_root(std::span<const Digest> leaves) {
  if (leaves.empty()) {
    return empty_root();
  }
  if (leaves.size() == 1) {
    return leaves[0];
  }
  const std::size_t k = std::bit_floor(leaves.size() - 1);
  return node_hash(naive_root(leaves.first(k)), naive_root(leaves.subspan(k)));
}

std::vector<Digest> numbered_leaves(std::size_t count) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) {
    leaves.push_back(leaf_hash(std::to_string(i)));
  }
  return leaves;
}

TEST(Merkle, AgreesWithThePublishedRoots) {
  Tiles none;
  Tree tree = tree_over(none, 0);
  EXPECT_EQ(to_hex(tree.root().value()), kRoots[0]);
  for (std::size_t i = 0; i < kLeaves.size(); ++i) {
    ASSERT_TRUE(tree.append(leaf_hash(from_hex(kLeaves.at(i)).value())));
    EXPECT_EQ(to_hex(tree.root().value()), kRoots.at(i + 1));
  }
}

TEST(Merkle, AgreesWithThePublishedHashes) {
  EXPECT_EQ(to_hex(leaf_hash("L123456")),
            "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
  EXPECT_EQ(to_hex(sha256({std::string("\x01", 1), "N123", "N456"})),
            "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb");
}

TEST(Merkle, RootOfEverySizeIsTheNaiveOne) {
  constexpr std::size_t kSizeMax = 300;
  const auto leaves = numbered_leaves(kSizeMax);
  Tiles none;
  Tree tree = tree_over(none, 0);
  for (const Digest& leaf : leaves) {
    ASSERT_TRUE(tree.append(leaf));
  }
  for (std::size_t size = 0; size <= kSizeMax; ++size) {
    EXPECT_EQ(tree.root_at(size).value(),
              naive_root(std::span(leaves).first(size)))
        << size;
  }
}

TEST(Merkle, GrowsOverStoredTilesInBatchesOfAnySize) {
  constexpr std::size_t kSizeMax = 300;
  const auto leaves = numbered_leaves(kSizeMax);
  for (const std::size_t batch : {1U, 2U, 7U, 16U, 17U, 255U}) {
    Tiles tiles;
    std::size_t size = 0;
    while (size < kSizeMax) {
      Tree tree = tree_over(tiles, size);
      for (std::size_t i = 0; i < batch && size < kSizeMax; ++i) {
        ASSERT_TRUE(tree.append(leaves[size++]));
      }
      ASSERT_EQ(tree.root().value(), naive_root(std::span(leaves).first(size)))
          << batch << " " << size;
      store(tree, tiles);
    }
    for (size = 0; size <= kSizeMax; ++size) {
      ASSERT_EQ(tree_over(tiles, kSizeMax).root_at(size).value(),
                naive_root(std::span(leaves).first(size)));
    }
  }
}

// A larger tree's tiles hold more hashes than a smaller tree may see.
TEST(Merkle, ForgetsWhatALongerTreeLeft) {
  const auto leaves = numbered_leaves(20);
  Tiles tiles;
  Tree longer = tree_over(tiles, 0);
  for (const Digest& leaf : leaves) {
    ASSERT_TRUE(longer.append(leaf));
  }
  store(longer, tiles);
  Tree shorter = tree_over(tiles, 5);
  std::vector<Digest> expected(leaves.begin(), leaves.begin() + 5);
  expected.push_back(leaf_hash("other"));
  ASSERT_TRUE(shorter.append(expected.back()));
  EXPECT_EQ(shorter.root().value(), naive_root(expected));
}

TEST(Merkle, NamesATileThatIsMissingOrShort) {
  Tiles tiles;
  Tree missing = tree_over(tiles, 3);
  const auto root = missing.root();
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().reason, "tree-damaged");
  EXPECT_EQ(root.error().code, ErrorCode::kCorruption);
  tiles[{0, 0}] = std::string(33, 'x');
  Tree shortened = tree_over(tiles, 3);
  const auto appended = shortened.append(leaf_hash("x"));
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().reason, "tree-damaged");
  EXPECT_NE(appended.error().message.find("0/0"), std::string::npos);
}

}  // namespace
}  // namespace ledger_tests
