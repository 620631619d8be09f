#include "tests/projections/book.h"

#include "schema/release/policy.h"

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

}  // namespace projections_tests
