#include "ledger/import_line.h"

#include <algorithm>

#include "ledger/anchor.h"
#include "ledger/decoded.h"
#include "ledger/event_json.h"
#include "ledger/export_line.h"
#include "ledger/keys.h"

namespace ledger {
namespace {

using nlohmann::json;

// Longer texts are shown by their beginning.
constexpr std::size_t kShownMax = 60;

std::unexpected<Error> wrong(std::string reason, std::string what) {
  return fail(ErrorCode::kCorruption,
              std::move(reason),
              std::move(what),
              "export it anew from the ledger it came from");
}

std::string shown(const json& value) {
  const std::string text =
      value.dump(-1, ' ', true, json::error_handler_t::replace);
  return text.size() <= kShownMax ? text : text.substr(0, kShownMax) + "...";
}

Result<json> parse_object(std::string_view line) {
  json value = json::parse(line, nullptr, false);
  if (!value.is_object()) {
    return wrong("line-malformed",
                 value.is_discarded() ? "it is no JSON, or was cut"
                                      : "it is no JSON object");
  }
  return Result<json>(std::in_place, std::move(value));
}

// Nothing for null.
Result<std::optional<std::string>> bytes_of(const json& line,
                                            const char* name) {
  const auto it = line.find(name);
  if (it == line.end()) {
    return wrong("line-malformed", fmt::format("it has no `{}`", name));
  }
  if (it->is_null()) {
    return std::nullopt;
  }
  auto bytes = it->is_string() ? from_base64(it->get_ref<const std::string&>())
                               : std::nullopt;
  if (!bytes) {
    return wrong("line-malformed", fmt::format("its `{}` is no base64", name));
  }
  return bytes;
}

bool is_nothing(const json& value) {
  return value.is_null() || (value.is_array() && value.empty());
}

// Where `said`, from the file, contradicts `fact`, which the bytes say; nothing
// if it does not. Another version of the program may say less, or name a field
// more that is empty.
std::optional<std::string> contradiction(const json& said,
                                         const json& fact,
                                         const std::string& where) {
  if (said.is_object() && fact.is_object()) {
    for (const auto& [key, value] : said.items()) {
      const auto it = fact.find(key);
      const auto found = contradiction(
          value, it == fact.end() ? json() : *it, where + "." + key);
      if (found) {
        return found;
      }
    }
    return std::nullopt;
  }
  if (said.is_array() && fact.is_array() && said.size() == fact.size()) {
    for (std::size_t i = 0; i < said.size(); ++i) {
      if (const auto found = contradiction(
              said[i], fact[i], fmt::format("{}[{}]", where, i))) {
        return found;
      }
    }
    return std::nullopt;
  }
  if (said == fact || (is_nothing(said) && is_nothing(fact))) {
    return std::nullopt;
  }
  return fmt::format(
      "`{}` says {}, the bytes say {}", where, shown(said), shown(fact));
}

// What the line says in words. `data` of an event that this program cannot
// read cannot be held against anything.
Status check_words(const json& line, const RecordedEvent& event) {
  const json facts = json::parse(event_text(event));
  for (const auto& [name, fact] : facts.items()) {
    const auto said = line.find(name);
    if (said == line.end() || (name == "data" && fact.is_null())) {
      continue;
    }
    if (const auto found = contradiction(*said, fact, name)) {
      return wrong("data-disagrees", *found);
    }
  }
  return {};
}

Status check_place(const json& line, Position position) {
  const auto said = line.find("position");
  if (said == line.end() || !said->is_number_unsigned()) {
    return wrong("line-malformed", "it has no `position`");
  }
  if (said->get<Position>() != position) {
    return wrong("position-gap",
                 fmt::format("it is position {}, where {} belongs",
                             said->get<Position>(),
                             position));
  }
  return {};
}

Status check_envelope(const schema::Envelope& envelope, std::size_t size) {
  const bool of_release = envelope.stream_kind == schema::StreamKind::release;
  const bool of_ledger = envelope.stream_kind == schema::StreamKind::ledger;
  const bool named = envelope.stream.find('\0') == std::string::npos &&
                     envelope.stream.empty() == of_ledger;
  if (size > schema::kEnvelopeBytesMax || !named ||
      !(of_release || of_ledger) || envelope.event_id.size() != Uuid{}.size()) {
    return wrong("event-damaged",
                 "its `envelope` has a stream, an id or a size that none can "
                 "have");
  }
  return {};
}

Status check_identity(const RecordedEvent& event, std::string_view origin) {
  const schema::Envelope& envelope = event.envelope;
  const auto decoded = ledger::decoded(event);
  if (!decoded) {
    return {};  // of a newer program
  }
  const Uuid id =
      event_id(origin, {envelope.stream_kind, envelope.stream}, *decoded);
  if (!std::ranges::equal(envelope.event_id, id)) {
    return wrong("id-wrong", "its id does not follow from what it says");
  }
  return {};
}

// The base64 text at the front of `rest`, behind `name`, the member's with what
// surrounds it; `rest` is then what follows. Nothing if something else is
// there.
std::optional<std::string> take_base64(std::string_view& rest,
                                       std::string_view name) {
  const std::size_t end = rest.find('"', name.size());
  if (!rest.starts_with(name) || end == rest.npos) {
    return std::nullopt;
  }
  auto bytes = from_base64(rest.substr(name.size(), end - name.size()));
  rest.remove_prefix(end + 1);
  return bytes;
}

// A line that is to the byte what this program writes for its bytes (a value
// has one base64 text only): all it says in words is right, and no JSON has to
// be read. Nothing for any other.
std::optional<AdoptedEvent> as_written(std::string_view line,
                                       Position position,
                                       std::string_view origin) {
  constexpr std::string_view kEnvelope = ",\"envelope\":\"";
  const std::size_t words = std::min(line.rfind(kEnvelope), line.size());
  std::string_view rest = line.substr(words);
  auto envelope = take_base64(rest, kEnvelope);
  const auto payload =
      envelope ? take_base64(rest, ",\"payload\":\"") : std::nullopt;
  const auto salt = payload ? take_base64(rest, ",\"salt\":\"") : std::nullopt;
  if (!salt || salt->size() != kSaltBytes || rest != "}") {
    return std::nullopt;
  }
  AdoptedEvent result;
  result.stored = *salt + *payload;
  auto event = decode(position, {*envelope, result.stored});
  if (!event || !check_envelope(event->envelope, envelope->size()) ||
      !check_identity(*event, origin) ||
      line.substr(0, words) != export_words(*event)) {
    return std::nullopt;
  }
  result.leaf = leaf_hash(*envelope);
  result.envelope_bytes = std::move(*envelope);
  result.event = std::move(*event);
  return result;
}

// What is stored of an event whose payload is gone. That the redaction is in
// the file is for whoever has all of it to see.
Result<std::string> redaction_mark(const json& line, Position position) {
  const auto by = line.find("redacted");
  const bool both = line["payload"].is_null() && line["salt"].is_null();
  if (!both || by == line.end() || !by->is_number_unsigned() ||
      by->get<Position>() <= position) {
    return wrong("payload-missing",
                 "its payload or salt is null, and it names no redaction");
  }
  return keys::number(by->get<Position>());
}

}  // namespace

Result<AdoptedEvent> parse_export_line(std::string_view text,
                                       Position position,
                                       std::string_view origin) {
  if (auto event = as_written(text, position, origin)) {
    return std::move(*event);
  }
  RL_ASSIGN(const json line, parse_object(text));
  RL_TRY(check_place(line, position));
  RL_ASSIGN(auto envelope, bytes_of(line, "envelope"));
  RL_ASSIGN(auto payload, bytes_of(line, "payload"));
  RL_ASSIGN(auto salt, bytes_of(line, "salt"));
  if (!envelope) {
    return wrong("line-malformed", "its `envelope` is null");
  }
  AdoptedEvent result;
  if (payload && salt) {
    result.stored = *salt + *payload;
  } else {
    RL_ASSIGN(result.stored, redaction_mark(line, position));
  }
  auto event = decode(position, {*envelope, result.stored});
  if (!event) {
    return wrong(event.error().reason, event.error().message);
  }
  if (salt && salt->size() != kSaltBytes) {
    return wrong("payload-damaged",
                 fmt::format("its `salt` has not {} bytes", kSaltBytes));
  }
  RL_TRY(check_envelope(event->envelope, envelope->size()));
  RL_TRY(check_identity(*event, origin));
  RL_TRY(check_words(line, *event));
  result.leaf = leaf_hash(*envelope);
  result.envelope_bytes = std::move(*envelope);
  result.event = std::move(*event);
  return result;
}

Result<std::string> origin_of_export(std::string_view first_line) {
  RL_ASSIGN(const json line, parse_object(first_line));
  RL_TRY(check_place(line, 0));
  RL_ASSIGN(const auto envelope, bytes_of(line, "envelope"));
  RL_ASSIGN(const auto payload, bytes_of(line, "payload"));
  const auto decoded = schema::decode_envelope(envelope.value_or(""));
  const auto event = decoded ? schema::decode_payload(decoded->type,
                                                      decoded->schema_version,
                                                      payload.value_or(""))
                             : std::nullopt;
  const auto* created =
      event ? std::get_if<schema::LedgerCreated>(&*event) : nullptr;
  if (created == nullptr || !is_origin(created->origin)) {
    return wrong("line-malformed", "it is not the LedgerCreated of a ledger");
  }
  return created->origin;
}

}  // namespace ledger
