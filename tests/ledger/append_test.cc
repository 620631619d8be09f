#include <limits>

#include "tests/ledger/scene.h"

namespace ledger_tests {
namespace {

using ledger::release_stream;
using std::filesystem::directory_iterator;

TEST(Append, GivesDensePositionsAndVersions) {
  const Scene scene;
  scene.fill(6);
  const auto snapshot = scene.read();
  EXPECT_EQ(snapshot.size(), 7U);  // the ledger's own first event
  for (std::uint64_t position = 0; position < 7; ++position) {
    EXPECT_EQ(snapshot.event(position).value().position, position);
  }
  const auto events = snapshot.stream_events(release_stream("1"), 0).value();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].position, 2U);
  EXPECT_EQ(events[0].envelope.stream_version, 0U);
  EXPECT_EQ(events[1].position, 5U);
  EXPECT_EQ(events[1].envelope.stream_version, 1U);
}

TEST(Append, RecordsWhoWhenAndWith) {
  Scene scene;
  (void)scene.ledger();
  ledger::AppendRequest request = scene.next("1.4.0", "why");
  request.run_id = ledger::name_uuid("run");
  request.events[0].causation_id = std::string(16, 'c');
  ASSERT_TRUE(scene.append(request));
  const auto event = scene.read().event(1).value();
  EXPECT_EQ(event.envelope.type, "WaiverGranted");
  EXPECT_EQ(event.envelope.actor->name, "Ann");
  EXPECT_EQ(event.envelope.recorded_at_ms, scene.clock.at_ms);
  EXPECT_EQ(event.envelope.tool_version, "0.1.0");
  EXPECT_TRUE(std::ranges::equal(event.envelope.run_id, request.run_id));
  EXPECT_EQ(event.envelope.causation_id.size(), 16U);
  const auto decoded =
      schema::decode_payload("WaiverGranted", 1, *event.payload);
  EXPECT_TRUE(*decoded == request.events[0].event);
}

TEST(Append, SaltsEachPayloadAnew) {
  const Scene scene;
  (void)scene.ledger();
  ASSERT_TRUE(scene.append(scene.next("1.4.0", "yes")));
  ASSERT_TRUE(scene.append(scene.next("1.5.0", "yes")));
  const auto one = scene.read().event(1).value();
  const auto other = scene.read().event(2).value();
  EXPECT_EQ(one.payload, other.payload);
  // Or a short secret could be guessed from its digest.
  EXPECT_NE(one.envelope.payload_digest, other.envelope.payload_digest);
}

TEST(Append, OfManyEventsIsOneBatch) {
  const Scene scene;
  (void)scene.ledger();
  ledger::AppendRequest request = scene.next("1.4.0", "first");
  for (std::uint32_t i = 2; i <= 100; ++i) {
    request.events.push_back({fact(i, "more"), {}});
  }
  const auto receipt = scene.append(request);
  ASSERT_TRUE(receipt);
  ASSERT_EQ(receipt->positions.size(), 100U);
  EXPECT_EQ(receipt->positions.front(), 1U);
  EXPECT_EQ(receipt->positions.back(), 100U);
  EXPECT_EQ(receipt->head.size, 101U);
  EXPECT_EQ(receipt->head, scene.read().checkpoint());
  EXPECT_TRUE(scene.verify().problems.empty());
}

TEST(Append, TypedAgainAddsNothing) {
  const Scene scene;
  (void)scene.ledger();
  const auto request = scene.next("1.4.0", "why");
  const auto first = scene.append(request);
  ASSERT_TRUE(first);
  scene.clock.at_ms += 60'000;
  auto again = request;
  again.actor.name = "Bo";
  again.run_id = ledger::random_uuid();
  again.next_version = 99;
  const auto second = scene.append(again);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_TRUE(second->already_recorded);
  EXPECT_EQ(second->positions, first->positions);
  EXPECT_EQ(second->head, first->head);
  EXPECT_EQ(scene.read().size(), 2U);
}

TEST(Append, OfAMetricThatIsNoNumberIsStillTheSameFact) {
  const Scene scene;
  (void)scene.ledger();
  schema::ValidationCompleted completed;
  completed.name = "smoke";
  completed.metrics.resize(1);
  completed.metrics[0].key = "loss";
  completed.metrics[0].value = std::numeric_limits<double>::quiet_NaN();
  ledger::AppendRequest request = scene.next("1.4.0", "");
  request.events = {{completed, {}}};
  ASSERT_TRUE(scene.append(request));
  const auto again = scene.append(request);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(again->already_recorded);
}

TEST(Append, RefusesAnotherFactUnderTheSameId) {
  const Scene scene;
  (void)scene.ledger();
  auto request = scene.next("1.4.0", "why");
  ASSERT_TRUE(scene.append(request));
  request.events = {{fact(1, "another reason"), {}}};
  request.next_version = 1;
  const auto second = scene.append(request);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().reason, "id-reused");
  EXPECT_EQ(second.error().code, ledger::ErrorCode::kConflict);
  EXPECT_NE(second.error().message.find("position 1"), std::string::npos);
  EXPECT_EQ(scene.read().size(), 2U);
}

TEST(Append, RefusesABatchThatIsRecordedInPart) {
  const Scene scene;
  (void)scene.ledger();
  auto request = scene.next("1.4.0", "why");
  ASSERT_TRUE(scene.append(request));
  request.events.push_back({fact(2, "new"), {}});
  EXPECT_EQ(reason_of(scene.append(request)), "stream-moved");
  EXPECT_EQ(scene.read().size(), 2U);
}

TEST(Append, RefusesRecordedEventsInAnotherOrder) {
  const Scene scene;
  (void)scene.ledger();
  auto request = scene.next("1.4.0", "first");
  request.events.push_back({fact(2, "second"), {}});
  ASSERT_TRUE(scene.append(request));
  std::swap(request.events[0], request.events[1]);
  EXPECT_EQ(reason_of(scene.append(request)), "stream-moved");
}

TEST(Append, RefusesAStreamThatMoved) {
  const Scene scene;
  scene.fill(4);
  for (const std::uint64_t version : {0U, 1U, 3U}) {
    auto request = scene.next("0", "late");
    request.next_version = version;
    const auto late = scene.append(request);
    ASSERT_FALSE(late) << version;
    EXPECT_EQ(late.error().reason, "stream-moved");
    EXPECT_EQ(late.error().code, ledger::ErrorCode::kConflict);
  }
  auto request = scene.next("new", "early");
  request.next_version = 1;
  EXPECT_EQ(reason_of(scene.append(request)), "stream-moved");
  EXPECT_EQ(scene.read().size(), 5U);
}

TEST(Append, RefusesALedgerThatMoved) {
  const Scene scene;
  scene.fill(1);
  auto request = scene.next("new", "start");
  request.expected_size = 1;
  EXPECT_EQ(reason_of(scene.append(request)), "ledger-moved");
  request.expected_size = 2;
  EXPECT_TRUE(scene.append(request));
}

TEST(Append, RefusesAnEventWhoseEnvelopeIsTooLarge) {
  const Scene scene;
  (void)scene.ledger();
  auto request = scene.next("1.4.0", "why");
  request.actor.name = std::string(70'000, 'x');
  EXPECT_EQ(reason_of(scene.append(request)), "event-too-large");
  EXPECT_EQ(scene.read().size(), 1U);
  request.actor.name = "Ann";
  request.events = {{fact(1, std::string(500'000, 'x')), {}}};
  EXPECT_TRUE(scene.append(request)) << "payloads may be large";
}

TEST(Append, OfAnotherWriterRecordsTheKeyBeforeItsFirstUse) {
  Scene scene;
  scene.fill(1);
  scene.use_key_folder("keys-of-bo");
  const auto receipt = scene.append(scene.next("1.4.0", "by Bo"));
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->warnings.size(), 1U);
  EXPECT_EQ(receipt->positions, std::vector<ledger::Position>{3});
  const auto added = scene.read().event(2).value();
  EXPECT_EQ(added.envelope.type, "WriterKeyAdded");
  EXPECT_EQ(added.envelope.stream_kind, schema::StreamKind::ledger);
  EXPECT_EQ(std::distance(directory_iterator(scene.folder() / "keys"),
                          directory_iterator{}),
            2);
  // From then on both write without a word.
  const auto again = scene.append(scene.next("1.4.0", "by Bo again"));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->warnings.empty());
  scene.use_key_folder("keys-of-ann");
  const auto first = scene.append(scene.next("1.4.0", "by Ann"));
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->warnings.empty());
  EXPECT_TRUE(scene.verify().problems.empty());
}

TEST(Append, WritesTheFileOfItsKeyAnewWhereItIsGone) {
  Scene scene;
  scene.fill(1);
  scene.use_key_folder("keys-of-bo");
  ASSERT_TRUE(scene.append(scene.next("0", "by Bo")));
  // HEAD is Bo's now; Ann's public key goes missing, then Ann writes.
  scene.use_key_folder("keys-of-ann");
  const auto created = scene.read().event(0).value();
  for (const auto& file : directory_iterator(scene.folder() / "keys")) {
    const auto text = ledger::read_file(file.path()).value().value();
    if (created.payload->find(text.substr(0, text.size() - 1)) !=
        std::string::npos) {
      std::filesystem::remove(file.path());
    }
  }
  EXPECT_EQ(kinds(scene.verify()), std::vector<std::string>{"key-missing"});
  ASSERT_TRUE(scene.append(scene.next("0", "by Ann")));
  EXPECT_TRUE(scene.verify().problems.empty());
}

TEST(Append, WarnsAboutAClockThatIsBehindAndMarksTheEvent) {
  const Scene scene;
  scene.fill(1);
  scene.clock.at_ms -= 121'000;
  const auto receipt = scene.append(scene.next("1.4.0", "late clock"));
  ASSERT_TRUE(receipt);
  ASSERT_EQ(receipt->warnings.size(), 1U);
  EXPECT_NE(receipt->warnings[0].find("121 s behind"), std::string::npos);
  const auto event = scene.read().event(2).value();
  ASSERT_EQ(event.envelope.tags.size(), 1U);
  EXPECT_EQ(event.envelope.tags[0].kind, "clock");
  EXPECT_EQ(event.envelope.recorded_at_ms, scene.clock.at_ms);
  scene.clock.at_ms += 2'000;
  const auto near = scene.append(scene.next("1.4.0", "near enough"));
  ASSERT_TRUE(near);
  EXPECT_TRUE(near->warnings.empty());
}

TEST(Append, KeepsTheStoreInFewFiles) {
  const Scene scene;
  scene.fill(130);
  std::size_t logs = 0;
  std::size_t tables = 0;
  for (const auto& file : directory_iterator(scene.folder() / "db")) {
    logs += file.path().extension() == ".log" ? 1U : 0U;
    tables += file.path().extension() == ".sst" ? 1U : 0U;
    EXPECT_EQ(file.path().filename().string().find("LOG"), std::string::npos);
  }
  EXPECT_LE(logs, 51U);
  EXPECT_LE(tables, 10U);
  EXPECT_TRUE(scene.verify().problems.empty());
}

}  // namespace
}  // namespace ledger_tests
