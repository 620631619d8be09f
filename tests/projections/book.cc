#include "tests/projections/book.h"

#include "schema/release/policy.h"
#include "tests/projections/memory_rows.h"

namespace projections_tests {

schema::Actor actor(const std::string& who) {
  const schema::PersonName person = schema::split_person(who);
  schema::Actor result;
  result.name = person.name;
  result.email = person.email;
  return result;
}

void Book::append(const std::string& release,
                  const std::string& by,
                  const std::vector<schema::Event>& events) {
  scene_.clock.at_ms += 1000;
  ledger::AppendRequest request;
  request.stream = ledger::release_stream(release);
  request.next_version = versions_[release];
  request.actor = actor(by);
  for (const schema::Event& event : events) {
    request.events.push_back({event, {}});
  }
  const auto receipt = scene_.append(request);
  RL_CHECK(receipt.has_value(), receipt.error().message.c_str());
  versions_[release] += events.size();
}

void Book::append(const schema_tests::Life& life, const std::string& by) {
  for (const schema::Event& event : life.events()) {
    append(life.record().name, by, {event});
  }
}

ledger::RecordedEvent recorded(const std::string& type,
                               const std::string& payload,
                               ledger::Position position) {
  ledger::RecordedEvent event;
  event.position = position;
  event.envelope.stream_kind = schema::StreamKind::release;
  event.envelope.stream = "1.4.0";
  event.envelope.stream_version = position;
  event.envelope.type = type;
  event.envelope.schema_version = schema::payload_version(event.envelope.type);
  event.envelope.recorded_at_ms = static_cast<std::int64_t>(position) * 1000;
  event.envelope.actor =
      std::make_unique<schema::Actor>(actor(schema_tests::kAnn));
  event.payload = payload;
  return event;
}

ledger::RecordedEvent recorded(const schema::Event& event,
                               ledger::Position position) {
  return recorded(std::string(schema::type_name(event)),
                  schema::encode_payload(event),
                  position);
}

projections::ReleaseView view_of(const schema_tests::Life& life) {
  return projections::view_of(life.record());
}

projections::ReleaseEntry entry_of(
    const std::vector<ledger::RecordedEvent>& events) {
  MemoryRows rows;
  const ledger::StreamId stream =
      ledger::release_stream(events.front().envelope.stream);
  const auto applied = projections::Timeline().apply({stream, 0, events}, rows);
  RL_CHECK(applied.has_value(), "the timeline takes every event");
  const auto row = rows.get(projections::timeline::release_key(0));
  schema::ReleaseRecord record;
  for (const ledger::RecordedEvent& event : events) {
    projections::fold(record, event);
  }
  return {0,
          *schema::unpack_timeline_release(**row),
          projections::view_of(std::move(record)).assessment.state};
}

projections::ReleaseEntry entry_of(const schema_tests::Life& life) {
  std::vector<ledger::RecordedEvent> events;
  for (const schema::Event& event : life.events()) {
    events.push_back(recorded(event, events.size()));
    events.back().envelope.stream = life.record().name;
    *events.back().envelope.actor = actor(life.record().started->by);
  }
  return entry_of(events);
}

}  // namespace projections_tests
