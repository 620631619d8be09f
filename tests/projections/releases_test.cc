// The view is a fold of the events, at every moment, and replay finds each of
// those moments again.

#include "projections/releases.h"

#include <map>

#include <gtest/gtest.h>

#include "tests/projections/book.h"
#include "tests/projections/memory_rows.h"
#include "tests/projections/random_history.h"

namespace projections_tests {
namespace {

using projections::Releases;
using schema::ReleaseRecord;

ReleaseRecord row(MemoryRows& rows, const std::string& release) {
  const auto bytes = rows.get(release);
  auto record = schema::unpack_record(bytes->value());
  EXPECT_TRUE(record.has_value());
  return record ? std::move(*record) : ReleaseRecord();
}

ledger::Status apply(MemoryRows& rows,
                     const std::string& release,
                     const std::vector<ledger::RecordedEvent>& events) {
  return Releases().apply({ledger::release_stream(release), 0, events}, rows);
}

TEST(Releases, AreAFoldOfTheEventsAfterEveryAppend) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    MemoryRows rows;
    std::map<std::string, ReleaseRecord> folds;
    ledger::Position position = 0;
    for (const HistoryStep& step : random_history(seed, 60)) {
      std::vector<ledger::RecordedEvent> slice;
      for (const schema::Event& event : step.events) {
        ledger::RecordedEvent one = recorded(event, position++);
        one.envelope.stream = step.release;
        *one.envelope.actor = actor(step.by);
        schema::evolve(folds[step.release],
                       event,
                       {step.by, one.envelope.recorded_at_ms, one.position});
        slice.push_back(std::move(one));
      }
      ASSERT_TRUE(apply(rows, step.release, slice));
      ASSERT_EQ(rows.size(), folds.size());
      for (const auto& [release, fold] : folds) {
        ASSERT_TRUE(row(rows, release) == fold) << release << position;
      }
    }
  }
}

TEST(Releases, ReplayShowsEachMomentAsItWas) {
  constexpr std::uint32_t kSeed = 77;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Book book;
  std::map<ledger::Position, std::map<std::string, std::string>> moments;
  for (const HistoryStep& step : random_history(kSeed, 40)) {
    book.append(step.release, step.by, step.events);
    const ledger::Snapshot snapshot = book.read();
    const auto views = projections::all_releases(snapshot);
    ASSERT_TRUE(views.has_value());
    for (const auto& view : *views) {
      moments[snapshot.size() - 1][view.record->name] =
          schema::pack(*view.record);
    }
  }
  const ledger::Snapshot snapshot = book.read();
  for (const auto& [position, releases] : moments) {
    for (const auto& [release, packed] : releases) {
      const auto view = projections::replay(snapshot, release, position);
      ASSERT_TRUE(view.has_value()) << view.error().message;
      EXPECT_EQ(schema::pack(*view->record), packed)
          << release << " at " << position;
    }
  }
  for (const auto& [release, packed] : moments.rbegin()->second) {
    const auto now = projections::replay(snapshot, release, std::nullopt);
    ASSERT_TRUE(now.has_value());
    EXPECT_EQ(schema::pack(*now->record), packed);
  }
  EXPECT_TRUE(book.verify().problems.empty());
}

TEST(Releases, LeaveTheLedgersOwnStreamAlone) {
  MemoryRows rows;
  const std::vector<ledger::RecordedEvent> slice = {
      recorded(schema::LedgerCreated(), 0)};
  ASSERT_TRUE(Releases().apply({ledger::ledger_stream(), 0, slice}, rows));
  EXPECT_EQ(rows.size(), 0U);
}

TEST(Releases, CountAnEventOfANewerProgramAndChangeNothingElse) {
  const auto life = schema_tests::Life().started().tested();
  MemoryRows rows;
  std::vector<ledger::RecordedEvent> slice;
  for (const schema::Event& event : life.events()) {
    slice.push_back(recorded(event, slice.size()));
  }
  ASSERT_TRUE(apply(rows, "1.4.0", slice));
  const ReleaseRecord before = row(rows, "1.4.0");
  ASSERT_TRUE(apply(rows, "1.4.0", {recorded("ReleaseBlessed", "?", 50)}));
  ReleaseRecord after = row(rows, "1.4.0");
  EXPECT_EQ(after.unknown_events, 1U);
  EXPECT_EQ(after.events, before.events + 1);
  EXPECT_EQ(after.newest->position, 50U);
  after.unknown_events = 0;
  after.events = before.events;
  after.newest = std::make_unique<schema::Mark>(*before.newest);
  EXPECT_TRUE(after == before);
}

TEST(Releases, CountWhatCannotBeReadTheSameWay) {
  MemoryRows rows;
  ledger::RecordedEvent redacted = recorded(schema::ReleaseStarted(), 0);
  redacted.payload.reset();
  ledger::RecordedEvent newer = recorded(schema::ReleaseStarted(), 1);
  newer.envelope.schema_version = 99;
  ASSERT_TRUE(
      apply(rows,
            "1.4.0",
            {redacted, newer, recorded("ReleaseYanked", "no flatbuffer", 2)}));
  const ReleaseRecord record = row(rows, "1.4.0");
  EXPECT_EQ(record.unknown_events, 3U);
  EXPECT_EQ(record.events, 3U);
  EXPECT_EQ(record.name, "1.4.0");
  EXPECT_FALSE(schema::is_started(record));
}

TEST(Releases, RefuseARowThatIsNone) {
  MemoryRows rows;
  rows.put("1.4.0", "garbage");
  const ledger::Status status =
      apply(rows, "1.4.0", {recorded(schema::ModeRaised(), 0)});
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ledger::ErrorCode::kCorruption);
  EXPECT_EQ(status.error().reason, "view-damaged");
}

}  // namespace
}  // namespace projections_tests
