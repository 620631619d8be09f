#include "ledger/proof.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "ledger/file.h"
#include "ledger/opening.h"
#include "ledger/tlog.h"
#include "tests/ledger/scene.h"

namespace ledger_tests {
namespace {

using namespace ledger;

std::vector<Digest> leaves_of(std::size_t count) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) {
    leaves.push_back(leaf_hash(std::to_string(i)));
  }
  return leaves;
}

Tree tree_of(const std::vector<Digest>& leaves) {
  Tree tree([](const TileId&) { return std::nullopt; }, 0);
  for (const Digest& leaf : leaves) {
    EXPECT_TRUE(tree.append(leaf));
  }
  return tree;
}

Checkpoint tree_head(Tree& tree, std::uint64_t size) {
  return {"o", size, tree.root_at(size).value()};
}

// RFC 9162, 2.1.5: the tree of seven, by the names it gives its nodes.
TEST(Proof, IsTheOneThatTheStandardGives) {
  const auto leaf = leaves_of(7);
  Tree tree = tree_of(leaf);
  const Digest& a = leaf[0];
  const Digest& b = leaf[1];
  const Digest& c = leaf[2];
  const Digest& d = leaf[3];
  const Digest& f = leaf[5];
  const Digest& j = leaf[6];
  const Digest g = node_hash(a, b);
  const Digest h = node_hash(c, d);
  const Digest i = node_hash(leaf[4], f);
  const Digest k = node_hash(g, h);
  const Digest l = node_hash(i, j);
  using Path = std::vector<Digest>;
  EXPECT_EQ(tree.inclusion_proof(0, 7).value(), (Path{b, h, l}));
  EXPECT_EQ(tree.inclusion_proof(3, 7).value(), (Path{c, g, l}));
  EXPECT_EQ(tree.inclusion_proof(4, 7).value(), (Path{f, j, k}));
  EXPECT_EQ(tree.inclusion_proof(6, 7).value(), (Path{i, k}));
  EXPECT_EQ(tree.consistency_proof(3, 7).value(), (Path{c, d, g, l}));
  EXPECT_EQ(tree.consistency_proof(4, 7).value(), (Path{l}));
  EXPECT_EQ(tree.consistency_proof(6, 7).value(), (Path{i, j, k}));
  EXPECT_EQ(tree.consistency_proof(7, 7).value(), Path());
}

TEST(Proof, HoldsForEveryLeafOfEverySizeAndForNoOther) {
  constexpr std::uint64_t kMost = 70;
  const auto leaves = leaves_of(kMost);
  Tree tree = tree_of(leaves);
  for (std::uint64_t size = 1; size <= kMost; ++size) {
    const Checkpoint head = tree_head(tree, size);
    for (std::uint64_t index = 0; index < size; ++index) {
      auto path = tree.inclusion_proof(index, size).value();
      EXPECT_TRUE(proves_inclusion(leaves[index], index, path, head));
      EXPECT_FALSE(
          proves_inclusion(leaves[(index + 1) % kMost], index, path, head));
      path.push_back(leaves[0]);
      EXPECT_FALSE(proves_inclusion(leaves[index], index, path, head));
    }
    EXPECT_FALSE(proves_inclusion(leaves[0], size, {}, head));
  }
}

TEST(Proof, OfGrowthHoldsForEveryPairOfSizes) {
  constexpr std::uint64_t kMost = 40;
  Tree tree = tree_of(leaves_of(kMost));
  for (std::uint64_t from = 1; from <= kMost; ++from) {
    for (std::uint64_t size = from; size <= kMost; ++size) {
      const Checkpoint old = tree_head(tree, from);
      const Checkpoint head = tree_head(tree, size);
      auto path = tree.consistency_proof(from, size).value();
      EXPECT_TRUE(proves_consistency(old, path, head));
      Checkpoint other = old;
      other.root[5] ^= 1U;
      EXPECT_FALSE(proves_consistency(other, path, head));
      if (from != size) {
        EXPECT_FALSE(proves_consistency(head, path, old));
        path.pop_back();
        EXPECT_FALSE(proves_consistency(old, path, head));
      }
    }
  }
}

TEST(Proof, OfNothingIsNone) {
  EXPECT_FALSE(proves_consistency({"o", 0, empty_root()}, {}, {"o", 0, {}}));
  EXPECT_FALSE(proves_inclusion({}, 0, {}, {"o", 0, empty_root()}));
}

// The proof of a ledger, checked from the outside.
TEST(Proof, OfALedgerLeadsToItsSignedHead) {
  const Scene scene;
  scene.fill(37);
  const Snapshot snapshot = scene.read();
  for (Position at = 0; at < snapshot.size(); ++at) {
    const auto proof = prove_inclusion(snapshot, at);
    ASSERT_TRUE(proof.has_value()) << proof.error().message;
    EXPECT_EQ(check_signatures(proof->head.note, snapshot.keys()),
              Signature::kGood);
    EXPECT_TRUE(
        proves_inclusion(leaf_hash(snapshot.store().envelope_bytes(at).value()),
                         at,
                         proof->path,
                         proof->head.checkpoint));
    EXPECT_TRUE(to_text(*proof).starts_with(
        fmt::format("c2sp.org/tlog-proof@v1\nindex {}\n", at)));
    EXPECT_TRUE(to_text(*proof).ends_with("\n\n" + proof->head.note));
  }
  EXPECT_EQ(reason_of(prove_inclusion(snapshot, snapshot.size())),
            "no-such-position");
}

TEST(Proof, FromAnOlderHeadHoldsAndFromAnotherHistoryDoesNot) {
  const Scene scene;
  scene.fill(5);
  const Anchor kept = scene.read().anchor();
  scene.fill(30);
  const Snapshot snapshot = scene.read();
  const auto proof = prove_consistency(snapshot, kept);
  ASSERT_TRUE(proof.has_value()) << proof.error().message;
  EXPECT_TRUE(
      proves_consistency(kept.checkpoint, proof->path, proof->head.checkpoint));

  const auto key = load_or_create_key(
      key_file(scene.settings(), snapshot.origin()), snapshot.origin());
  ASSERT_TRUE(key.has_value());
  const auto signed_head = [&](Checkpoint head) {
    return Anchor{sign(head, *key), head};
  };
  Checkpoint head = kept.checkpoint;
  head.root[0] ^= 1U;
  EXPECT_EQ(reason_of(require_continued(snapshot, signed_head(head))),
            "history-differs");
  head = kept.checkpoint;
  head.size = 1'000;
  EXPECT_EQ(reason_of(require_continued(snapshot, signed_head(head))),
            "records-missing");
  head.origin = "another";
  EXPECT_EQ(reason_of(require_continued(snapshot, signed_head(head))),
            "head-of-another-ledger");
  Anchor forged = kept;
  forged.note = sign(kept.checkpoint, {snapshot.origin(), std::string(32, 7)});
  EXPECT_EQ(reason_of(require_continued(snapshot, forged)), "head-signature");
}

// --- tiles ---

std::string tile_bytes(const std::filesystem::path& file) {
  return read_file(file).value().value_or("(none)");
}

// By one append, which is one sync.
void append_many(const Scene& scene,
                 const std::string& stream,
                 std::uint32_t count) {
  AppendRequest request;
  request.stream = release_stream(stream);
  request.actor = ann();
  for (std::uint32_t i = 1; i <= count; ++i) {
    request.events.push_back({fact(i, fmt::format("reason {}", i)), {}});
  }
  ASSERT_TRUE(scene.append(request));
}

TEST(Tiles, AreNamedInGroupsOfThreeDigits) {
  EXPECT_EQ(tile_number(0), "000");
  EXPECT_EQ(tile_number(999), "999");
  EXPECT_EQ(tile_number(1'000), "x001/000");
  EXPECT_EQ(tile_number(1'234'067), "x001/x234/067");
}

TEST(Tiles, HoldHashesAndEntriesAndGoOn) {
  const Scene scene;
  const std::filesystem::path place = scene.place() / "log";
  append_many(scene, "few", 40);
  const Ledger book = scene.ledger();
  const auto first = export_tlog(book, place, nullptr);
  ASSERT_TRUE(first.has_value()) << first.error().message;
  const std::string partial = fmt::format("000.p/{}", first->size);
  EXPECT_EQ(tile_bytes(place / "tile/0" / partial).size(), 32 * first->size);
  EXPECT_TRUE(parse_checkpoint(tile_bytes(place / "checkpoint")) == *first);

  append_many(scene, "many", 260);
  const auto second = export_tlog(book, place, nullptr);
  ASSERT_TRUE(second.has_value()) << second.error().message;
  const std::string leaves = tile_bytes(place / "tile/0/000");
  EXPECT_EQ(leaves.size(), 256U * 32);
  EXPECT_EQ(leaves.substr(0, 32 * first->size),
            tile_bytes(place / "tile/0" / partial));
  EXPECT_EQ(tile_bytes(place / "tile/1/000.p/1").size(), 32U);
  // One tile is the root of the whole tile below it.
  EXPECT_EQ(tile_bytes(place / "tile/1/000.p/1"),
            std::string(view(scene.read().root_at(256).value())));
  const std::string entry = scene.read().store().envelope_bytes(0).value();
  const std::string bundle = tile_bytes(place / "tile/entries/000");
  EXPECT_EQ(bundle.substr(2, entry.size()), entry);
  EXPECT_EQ(static_cast<unsigned char>(bundle[0]) * 256U +
                static_cast<unsigned char>(bundle[1]),
            entry.size());
}

TEST(Tiles, DoNotGoIntoWhatIsSomethingElse) {
  const Scene scene;
  const Scene other;
  const std::filesystem::path place = scene.place() / "log";
  ASSERT_TRUE(export_tlog(other.ledger(), place, nullptr));
  EXPECT_EQ(reason_of(export_tlog(scene.ledger(), place, nullptr)),
            "head-of-another-ledger");
  std::filesystem::create_directory(scene.place() / "mine");
  std::ofstream(scene.place() / "mine" / "file.txt") << "mine";
  EXPECT_EQ(
      reason_of(export_tlog(scene.ledger(), scene.place() / "mine", nullptr)),
      "not-an-export");
}

}  // namespace
}  // namespace ledger_tests
