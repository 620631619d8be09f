// Everything that belongs to an append is written at once: a reader, or a
// crash, sees all of it or nothing.

#include "ledger/commit.h"

#include <map>

#include "ledger/keys.h"
#include "tests/ledger/scene.h"

namespace ledger_tests {
namespace {

using ledger::Space;
using ledger::Status;
namespace keys = ledger::keys;

// A store in memory that counts how often it was written to.
class CountedStore : public ledger::Engine {
 public:
  ledger::Result<std::optional<std::string>> get(
      Space space, std::string_view key) const override {
    const auto it = rows_.find({space, std::string(key)});
    return it == rows_.end() ? std::nullopt : std::optional(it->second);
  }
  Status scan(Space space,
              std::string_view first,
              std::string_view last,
              const Visit& visit) const override {
    auto it = rows_.lower_bound({space, std::string(first)});
    const auto end = rows_.lower_bound({space, std::string(last)});
    while (it != end && visit(it->first.second, it->second)) {
      ++it;
    }
    return {};
  }
  Status scan_back(Space,
                   std::string_view,
                   std::string_view,
                   const Visit&) const override {
    return ledger::fail(ledger::ErrorCode::kInternal, "unused", "");
  }
  Status write(const std::vector<ledger::Write>& batch) override {
    ++writes;
    for (const ledger::Write& one : batch) {
      if (one.value) {
        rows_[{one.space, one.key}] = *one.value;
      } else {
        rows_.erase({one.space, one.key});
      }
    }
    return {};
  }
  Status maintain(std::size_t) override { return {}; }
  Status purge(Space, std::string_view, std::string_view) override {
    return {};
  }

  std::size_t writes = 0;

 private:
  std::map<std::pair<Space, std::string>, std::string> rows_;
};

TEST(Commit, OfSeveralEventsWithTheirViewsAndIndexesIsOneWrite) {
  const Scene scene;
  const ledger::Settings settings = scene.settings();
  auto engine = std::make_unique<CountedStore>();
  const CountedStore& counted = *engine;
  ledger::Store store(std::move(engine));
  schema::StoreHead empty;
  const ledger::Digest root = ledger::empty_root();
  empty.root.assign(root.begin(), root.end());
  ledger::Commit commit(store, std::move(empty), settings, "origin");
  ASSERT_TRUE(commit.bring_views_up_to_date());
  const auto stream = ledger::release_stream("1");
  ASSERT_TRUE(commit.add(
      stream, {{fact(1, "one"), {}}, {fact(2, "two"), {}}}, ann(), {}));
  EXPECT_EQ(counted.writes, 0U) << "before write()";
  ASSERT_TRUE(commit.write());
  EXPECT_EQ(counted.writes, 1U);
  for (const std::string& key : {std::string(keys::kHead),
                                 keys::envelope(1),
                                 keys::payload(1),
                                 keys::stream_head(stream),
                                 keys::stream_index(stream, 1),
                                 keys::tile({0, 0})}) {
    EXPECT_TRUE(counted.get(Space::kLog, key).value()) << key;
  }
  EXPECT_TRUE(counted.get(Space::kView, keys::row(1, 1, "1")).value());
}

}  // namespace
}  // namespace ledger_tests
