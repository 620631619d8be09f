// verify finds every kind of damage, and says where it is.

#include <fstream>

#include "ledger/keys.h"
#include "ledger/rocksdb_engine.h"
#include "tests/ledger/scene.h"

namespace ledger_tests {
namespace {

using ledger::Space;
namespace keys = ledger::keys;

constexpr int kManyEvents = 70;  // more than one time block and tile

class Damage : public testing::Test {
 protected:
  Damage() { scene_.fill(kManyEvents); }

  std::string stored(Space space, const std::string& key) const {
    const auto engine = open(ledger::OpenMode::kReadOnly);
    return engine->get(space, key).value().value();
  }

  void put(Space space,
           const std::string& key,
           std::optional<std::string> value) const {
    const auto engine = open(ledger::OpenMode::kReadWrite);
    ASSERT_TRUE(engine->write({{space, key, std::move(value)}}));
  }

  // One bit of the last byte but `from_end`.
  void flip(Space space, const std::string& key, std::size_t from_end) const {
    std::string value = stored(space, key);
    char& byte = value[value.size() - 1 - from_end];
    byte = static_cast<char>(byte ^ 1);
    put(space, key, value);
  }

  void expect_problem(const std::string& kind, const std::string& where) const {
    const auto verification = scene_.verify();
    const bool found = std::ranges::any_of(
        verification.problems, [&](const ledger::Problem& problem) {
          return problem.kind == kind &&
                 problem.where.find(where) != std::string::npos;
        });
    std::string all;
    for (const ledger::Problem& p : verification.problems) {
      all += p.kind + " | " + p.where + " | " + p.what + "\n";
    }
    EXPECT_TRUE(found) << "no " << kind << " at " << where << " in\n" << all;
  }

  Scene scene_;

 private:
  std::unique_ptr<ledger::Engine> open(ledger::OpenMode mode) const {
    auto engine = ledger::open_rocksdb(scene_.folder() / "db", mode);
    RL_CHECK(engine.has_value(), "cannot open the store to damage it");
    return std::move(*engine);
  }
};

std::string row_key(const std::string& key) {
  return keys::row(1, 1, key);
}

TEST_F(Damage, OfNothingIsNoProblem) {
  const auto verification = scene_.verify();
  EXPECT_EQ(verification.events, kManyEvents + 1U);
  EXPECT_EQ(verification.root, scene_.read().checkpoint().root);
  EXPECT_TRUE(verification.problems.empty());
}

TEST_F(Damage, OfAnEnvelopeIsFound) {
  for (const std::size_t from_end : {0U, 60U, 150U}) {
    flip(Space::kLog, keys::envelope(5), from_end);
    expect_problem("root-wrong", "head");
    flip(Space::kLog, keys::envelope(5), from_end);
  }
  EXPECT_TRUE(scene_.verify().problems.empty());
}

TEST_F(Damage, OfAnEnvelopeThatIsNoneIsFound) {
  put(Space::kLog, keys::envelope(5), "nonsense");
  expect_problem("event-damaged", "position 5");
}

TEST_F(Damage, OfAPayloadIsFound) {
  flip(Space::kLog, keys::payload(5), 3);
  expect_problem("payload-damaged", "position 5");
  EXPECT_EQ(reason_of(scene_.read().event(5)), "payload-damaged");
}

TEST_F(Damage, OfASaltIsFound) {
  std::string value = stored(Space::kLog, keys::payload(5));
  value[0] = static_cast<char>(value[0] ^ 1);
  put(Space::kLog, keys::payload(5), value);
  expect_problem("payload-damaged", "position 5");
}

TEST_F(Damage, ByAMissingPayloadIsFound) {
  put(Space::kLog, keys::payload(5), std::nullopt);
  expect_problem("payload-missing", "position 5");
}

TEST_F(Damage, ByAMissingEventIsFound) {
  put(Space::kLog, keys::envelope(5), std::nullopt);
  expect_problem("event-missing", "position 5");
  EXPECT_EQ(reason_of(scene_.read().event(5)), "event-missing");
}

TEST_F(Damage, ByAnEventBeyondTheHeadIsFound) {
  put(Space::kLog,
      keys::envelope(kManyEvents + 1),
      stored(Space::kLog, keys::envelope(5)));
  expect_problem("index-damaged", "kind e");
}

TEST_F(Damage, BySwappedEventsIsFound) {
  const std::string five = stored(Space::kLog, keys::envelope(5));
  const std::string six = stored(Space::kLog, keys::envelope(6));
  put(Space::kLog, keys::envelope(5), six);
  put(Space::kLog, keys::envelope(6), five);
  expect_problem("root-wrong", "head");
}

TEST_F(Damage, ByAnEventOfAnotherRevisionIsFound) {
  auto envelope =
      schema::decode_envelope(stored(Space::kLog, keys::envelope(5))).value();
  envelope.stream_version += 1;
  put(Space::kLog, keys::envelope(5), schema::encode(envelope));
  expect_problem("stream-gap", "position 5");
}

TEST_F(Damage, ByAnEventOfAnotherIdIsFound) {
  auto envelope =
      schema::decode_envelope(stored(Space::kLog, keys::envelope(5))).value();
  envelope.event_id[3] ^= 1U;
  put(Space::kLog, keys::envelope(5), schema::encode(envelope));
  expect_problem("id-wrong", "position 5");
}

TEST_F(Damage, OfAMarkOfABatchIsFound) {
  const std::string key = keys::batch(kManyEvents - 20);
  for (const Space space : {Space::kLog, Space::kView}) {
    put(space, key, std::nullopt);
    EXPECT_EQ(reason_of(scene_.ledger().read()), "records-missing");
    expect_problem("records-missing", "batches");
    put(space, key, "");
  }
  put(Space::kView, keys::batch(kManyEvents + 20), "");
  expect_problem("index-damaged", "views");
}

TEST_F(Damage, OfTheStreamIndexIsFound) {
  const std::string key = keys::stream_index(ledger::release_stream("1"), 2);
  const std::string before = stored(Space::kLog, key);
  put(Space::kLog, key, keys::number(9));
  expect_problem("index-damaged", "position 8");
  EXPECT_EQ(
      reason_of(scene_.read().stream_events(ledger::release_stream("1"), 0)),
      "index-damaged");
  put(Space::kLog, key, std::nullopt);
  expect_problem("index-damaged", "position 8");
  EXPECT_EQ(
      reason_of(scene_.read().stream_events(ledger::release_stream("1"), 0)),
      "index-damaged");
  put(Space::kLog, key, before);
  put(Space::kLog,
      keys::stream_index(ledger::release_stream("none"), 0),
      keys::number(1));
  expect_problem("index-damaged", "kind i");
}

TEST_F(Damage, ByAStreamThatEndsTooEarlyIsFound) {
  const auto stream = ledger::release_stream("1");
  const auto head = scene_.read().stream_head(stream).value().value();
  put(Space::kLog, keys::stream_index(stream, head.version), std::nullopt);
  EXPECT_EQ(reason_of(scene_.read().stream_events(stream, 0)), "index-damaged");
}

TEST_F(Damage, OfTheIdIndexIsFound) {
  const auto event = scene_.read().event(5).value();
  const std::string id(event.envelope.event_id.begin(),
                       event.envelope.event_id.end());
  put(Space::kLog, keys::event_id(id), keys::number(6));
  expect_problem("index-damaged", "position 5");
  put(Space::kLog, keys::event_id(id), keys::number(5));
  put(Space::kLog, keys::event_id(std::string(16, 'x')), keys::number(5));
  expect_problem("index-damaged", "kind d");
}

TEST_F(Damage, OfATileIsFound) {
  flip(Space::kLog, keys::tile({0, 2}), 40);
  expect_problem("tree-damaged", "tile 0/2");
  flip(Space::kLog, keys::tile({0, 2}), 40);
  flip(Space::kLog, keys::tile({1, 0}), 0);
  expect_problem("tree-damaged", "tile 1/0");
  put(Space::kLog, keys::tile({1, 0}), std::nullopt);
  expect_problem("tree-damaged", "tile 1/0");
}

TEST_F(Damage, ByATileTooManyIsFound) {
  put(Space::kLog, keys::tile({3, 9}), std::string(32, 'x'));
  expect_problem("index-damaged", "kind h");
}

TEST_F(Damage, OfATimeBlockIsFound) {
  put(Space::kLog, keys::time_block(0), keys::number(17));
  expect_problem("index-damaged", "position 63");
  put(Space::kLog, keys::time_block(0), std::nullopt);
  expect_problem("index-damaged", "position 63");
  EXPECT_EQ(reason_of(scene_.read().position_at(17)), "index-damaged");
}

TEST_F(Damage, OfAStreamHeadIsFound) {
  const std::string key = keys::stream_head(ledger::release_stream("1"));
  const std::string before = stored(Space::kLog, key);
  flip(Space::kLog, key, 0);
  expect_problem("index-damaged", "stream \"1\"");
  put(Space::kLog, key, "short");
  expect_problem("index-damaged", "stream");
  put(Space::kLog, key, std::nullopt);
  expect_problem("index-damaged", "head");
  EXPECT_EQ(reason_of(scene_.read().row(
                scene_.view, ledger::release_stream("1"), "1")),
            "view-disagrees");
  put(Space::kLog, key, before);
  put(Space::kLog, keys::stream_head(ledger::release_stream("none")), before);
  expect_problem("index-damaged", "stream \"none\"");
}

TEST_F(Damage, OfAViewRowIsFound) {
  const std::string before = stored(Space::kView, row_key("1"));
  flip(Space::kView, row_key("1"), 0);
  expect_problem("view-disagrees", "row \"1\"");
  put(Space::kView, row_key("1"), "x");
  expect_problem("view-disagrees", "row \"1\"");
  const auto short_row =
      scene_.read().row(scene_.view, ledger::release_stream("1"), "1");
  EXPECT_EQ(reason_of(short_row), "view-damaged");
  put(Space::kView, row_key("1"), std::nullopt);
  expect_problem("view-disagrees", "view counting");
  EXPECT_EQ(reason_of(scene_.read().rows(scene_.view)), "view-disagrees");
  const auto no_row =
      scene_.read().row(scene_.view, ledger::release_stream("1"), "1");
  EXPECT_EQ(reason_of(no_row), "view-disagrees");
  put(Space::kView, row_key("1"), before);
  put(Space::kView, row_key("1x"), before);
  expect_problem("view-disagrees", "row \"1x\"");
  EXPECT_EQ(reason_of(scene_.read().rows(scene_.view)), "view-disagrees");
}

TEST_F(Damage, ByAnOlderRowIsFound) {
  const std::string older = stored(Space::kView, row_key("1"));
  ASSERT_TRUE(scene_.append(scene_.next("1", "newer")));
  put(Space::kView, row_key("1"), older);
  expect_problem("view-disagrees", "row \"1\"");
  const auto row =
      scene_.read().row(scene_.view, ledger::release_stream("1"), "1");
  EXPECT_EQ(reason_of(row), "view-disagrees");
}

// The row and the head of its stream agree, the event there is another's.
TEST_F(Damage, OfARowAndItsStreamHeadAlikeIsFound) {
  const auto stream = ledger::release_stream("1");
  auto head = scene_.read().stream_head(stream).value().value();
  auto row = scene_.read().row(scene_.view, stream, "1").value().value();
  head.position += 1;
  row.position += 1;
  put(Space::kView, row_key("1"), encode(row));
  expect_problem("view-disagrees", "row \"1\"");
  put(Space::kLog, keys::stream_head(stream), encode(head));
  EXPECT_EQ(reason_of(scene_.read().row(scene_.view, stream, "1")),
            "view-disagrees");
}

TEST_F(Damage, ByAParkedEventThatCouldBeFoldedIsFound) {
  put(Space::kView,
      keys::parked(1, 1, ledger::release_stream("1"), 8),
      "by hand");
  expect_problem("view-disagrees", "view counting");
}

TEST_F(Damage, ByRowsOfNoViewIsFound) {
  put(Space::kView, keys::row(7, 1, "1"), "x");
  expect_problem("view-disagrees", "views");
}

TEST_F(Damage, ByAKeyOfNoKindIsFound) {
  put(Space::kLog, "?", "x");
  expect_problem("index-damaged", "kind ?");
}

TEST_F(Damage, OfTheHeadRecordIsFound) {
  const std::string before = stored(Space::kLog, keys::kHead);
  auto head = schema::decode_store_head(before).value();
  head.streams = 9;
  put(Space::kLog, keys::kHead, schema::encode(head));
  expect_problem("index-damaged", "head");
  head = schema::decode_store_head(before).value();
  head.latest_at_ms += 1;
  put(Space::kLog, keys::kHead, schema::encode(head));
  expect_problem("head-damaged", "head");
  head = schema::decode_store_head(before).value();
  head.views[0].rows += 1;
  put(Space::kLog, keys::kHead, schema::encode(head));
  expect_problem("view-disagrees", "view counting");
  head = schema::decode_store_head(before).value();
  head.views[0].parked += 1;
  put(Space::kLog, keys::kHead, schema::encode(head));
  expect_problem("view-disagrees", "view counting");
  head = schema::decode_store_head(before).value();
  head.root[0] ^= 1U;
  put(Space::kLog, keys::kHead, schema::encode(head));
  expect_problem("head-disagrees", "HEAD");
  expect_problem("root-wrong", "head");
  head = schema::decode_store_head(before).value();
  head.minimum_reader = 2;
  put(Space::kLog, keys::kHead, schema::encode(head));
  EXPECT_EQ(reason_of(scene_.ledger().read()), "format-too-new");
}

TEST_F(Damage, OfAWritersKeyFileIsFound) {
  const auto folder = scene_.folder() / "keys";
  const auto file = std::filesystem::directory_iterator(folder)->path();
  const std::string before = ledger::read_file(file).value().value();
  std::ofstream(file) << "nonsense";
  expect_problem("key-damaged", "keys");
  std::ofstream(file) << before;
  const ledger::SignerKey stranger{"x", std::string(32, 'x')};
  std::ofstream(folder / "stranger")
      << ledger::to_text(ledger::public_half(stranger));
  expect_problem("key-unknown", "keys/");
  std::filesystem::remove(file);
  expect_problem("key-missing", "keys");
  expect_problem("head-signature", "HEAD");
}

TEST_F(Damage, ByAViewOfAnotherDefinitionIsSaid) {
  const CountingView newer(1, 2);
  scene_.projections = {&newer};
  expect_problem("view-outdated", "view counting");
}

}  // namespace
}  // namespace ledger_tests
