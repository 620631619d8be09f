// Time is evidence, not order: what the ledger held at a time is found even
// where the clocks of its writers went backwards.

#include <random>

#include "tests/ledger/scene.h"

namespace ledger_tests {
namespace {

// The last position whose running maximum of times is not after `at_ms`.
std::optional<ledger::Position> naive(const std::vector<std::int64_t>& times,
                                      std::int64_t at_ms) {
  std::optional<ledger::Position> result;
  std::int64_t latest = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    latest = std::max(latest, times[i]);
    if (latest <= at_ms) {
      result = i;
    }
  }
  return result;
}

TEST(PositionAt, AgreesWithANaiveSearchWithClocksGoingBackwards) {
  constexpr std::uint32_t kSeed = 7;
  constexpr int kMovedEvents = 200;
  std::mt19937 random(kSeed);
  const Scene scene;
  std::vector<std::int64_t> times = {scene.clock.at_ms};
  (void)scene.ledger();
  ledger::AppendRequest request = scene.next("1.4.0", "0");
  for (int i = 0; i < kMovedEvents; ++i) {
    scene.clock.at_ms += static_cast<std::int64_t>(random() % 2000) - 700;
    request.events = {{fact(static_cast<std::uint32_t>(i) + 1, "x"), {}}};
    request.next_version = static_cast<std::uint64_t>(i);
    ASSERT_TRUE(scene.append(request));
    times.push_back(scene.clock.at_ms);
  }
  const auto snapshot = scene.read();
  std::vector<std::int64_t> asked = {0, times[0] - 1, times[0] + 10'000'000};
  for (const std::int64_t at : times) {
    asked.insert(asked.end(), {at - 1, at, at + 1});
  }
  for (const std::int64_t at : asked) {
    EXPECT_EQ(snapshot.position_at(at).value(), naive(times, at)) << at;
  }
  EXPECT_TRUE(scene.verify().problems.empty());
}

TEST(RootAt, IsTheRootTheLedgerHadThen) {
  const Scene scene;
  (void)scene.ledger();
  std::vector<ledger::Digest> roots = {scene.read().checkpoint().root};
  for (int i = 0; i < 40; ++i) {
    const auto receipt = scene.append(scene.next("1.4.0", "x"));
    ASSERT_TRUE(receipt);
    roots.push_back(receipt->head.root);
  }
  const auto snapshot = scene.read();
  for (std::size_t i = 0; i < roots.size(); ++i) {
    EXPECT_EQ(snapshot.root_at(i + 1).value(), roots[i]);
  }
}

}  // namespace
}  // namespace ledger_tests
