#include "ledger/event_json.h"

#include "ledger/clock.h"
#include "ledger/digest.h"
#include "schema/json_text.h"
#include "schema/payload_text.h"

namespace ledger {
namespace {

// About so much text is made of an envelope.
constexpr std::size_t kEnvelopeText = 1'024;

// An object, member by member in the order they are added. An export is a
// million of them, which is why no tree is built first.
class ObjectText {
 public:
  explicit ObjectText(std::size_t bytes = 0) { text_.reserve(bytes); }

  ObjectText& member(std::string_view name, std::string_view json_text) {
    begin(name);
    text_ += json_text;
    return *this;
  }
  ObjectText& number(std::string_view name, std::uint64_t value) {
    return member(name, fmt::format_int(value).c_str());
  }
  ObjectText& text(std::string_view name, std::string_view value) {
    begin(name);
    schema::append_quoted(text_, value);
    return *this;
  }
  // Null where there is none.
  ObjectText& maybe(std::string_view name, std::string_view value) {
    return value.empty() ? member(name, "null") : text(name, value);
  }
  std::string take() && {
    text_ += text_.empty() ? "{}" : "}";
    return std::move(text_);
  }

 private:
  void begin(std::string_view name) {
    text_ += text_.empty() ? "{\"" : ",\"";
    text_ += name;
    text_ += "\":";
  }

  std::string text_;
};

std::string uuid_text(const std::vector<std::uint8_t>& bytes) {
  const auto uuid = uuid_of(bytes);
  return uuid ? to_text(*uuid) : std::string();
}

std::string actor_text(const schema::Actor& actor) {
  ObjectText object;
  object.maybe("name", actor.name)
      .maybe("email", actor.email)
      .maybe("user", actor.os_user)
      .maybe("host", actor.host)
      .maybe("how_known", actor.how_known);
  return std::move(object).take();
}

std::string tags_text(const schema::Envelope& envelope) {
  ObjectText tags;
  for (const schema::Tag& tag : envelope.tags) {
    tags.text(tag.kind, tag.value);
  }
  return std::move(tags).take();
}

// Null after a redaction, and for a type or version of a newer program.
std::string data_text(const RecordedEvent& event) {
  auto data = event.payload
                  ? schema::payload_text(event.envelope.type,
                                         event.envelope.schema_version,
                                         *event.payload)
                  : std::nullopt;
  return std::move(data).value_or("null");
}

}  // namespace

std::string event_text(const RecordedEvent& event) {
  const schema::Envelope& envelope = event.envelope;
  const bool of_release = envelope.stream_kind == schema::StreamKind::release;
  const std::string data = data_text(event);
  ObjectText object(kEnvelopeText + data.size());
  object.number("position", event.position);
  if (of_release) {
    object.text("stream", envelope.stream);
  } else {
    object.member("stream", "null");
  }
  object.number("revision", envelope.stream_version)
      .maybe("id", uuid_text(envelope.event_id))
      .text("type", envelope.type)
      .number("schema_version", envelope.schema_version)
      .text("time", rfc3339(envelope.recorded_at_ms))
      .member("actor", actor_text(*envelope.actor))
      .maybe("run", uuid_text(envelope.run_id))
      .maybe("causation", uuid_text(envelope.causation_id))
      .maybe("tool_version", envelope.tool_version)
      .member("tags", tags_text(envelope))
      .member("redacted",
              event.redacted_by ? std::to_string(*event.redacted_by) : "null")
      .member("data", data);
  return std::move(object).take();
}

nlohmann::ordered_json event_json(const RecordedEvent& event) {
  return nlohmann::ordered_json::parse(event_text(event));
}

std::string json_line(const nlohmann::ordered_json& value) {
  constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
  return value.dump(-1, ' ', false, kReplace) + "\n";
}

}  // namespace ledger
