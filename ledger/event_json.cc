#include "ledger/event_json.h"

#include "ledger/clock.h"
#include "ledger/decoded.h"
#include "ledger/digest.h"
#include "schema/event.h"

namespace ledger {
namespace {

using json = nlohmann::ordered_json;

json text_or_null(std::string_view text) {
  return text.empty() ? json() : json(text);
}

std::string uuid_text(const std::vector<std::uint8_t>& bytes) {
  Uuid uuid{};
  if (bytes.size() != uuid.size()) {
    return {};
  }
  std::copy(bytes.begin(), bytes.end(), uuid.begin());
  return to_text(uuid);
}

}  // namespace

json event_json(const RecordedEvent& event) {
  const schema::Envelope& envelope = event.envelope;
  const bool of_release = envelope.stream_kind == schema::StreamKind::release;
  const auto decoded = ledger::decoded(event);
  json tags = json::object();
  for (const schema::Tag& tag : envelope.tags) {
    tags[tag.kind] = tag.value;
  }
  return {{"position", event.position},
          {"stream", of_release ? json(envelope.stream) : json()},
          {"revision", envelope.stream_version},
          {"id", text_or_null(uuid_text(envelope.event_id))},
          {"type", envelope.type},
          {"schema_version", envelope.schema_version},
          {"time", rfc3339(envelope.recorded_at_ms)},
          {"actor",
           {{"name", text_or_null(envelope.actor->name)},
            {"email", text_or_null(envelope.actor->email)},
            {"user", text_or_null(envelope.actor->os_user)},
            {"host", text_or_null(envelope.actor->host)},
            {"how_known", text_or_null(envelope.actor->how_known)}}},
          {"run", text_or_null(uuid_text(envelope.run_id))},
          {"causation", text_or_null(uuid_text(envelope.causation_id))},
          {"tool_version", text_or_null(envelope.tool_version)},
          {"tags", tags},
          {"data", decoded ? json(schema::to_json(*decoded)) : json()}};
}

std::string json_line(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace ledger
