#include "schema/event.h"

#include <type_traits>
#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>

#include "schema/payload_text.h"
#include "schema/table_text.h"
#include "schema/upcast.h"

namespace schema {
namespace {

template <class T>
std::string pack(const T& value) {
  using Table = typename T::TableType;
  flatbuffers::FlatBufferBuilder builder;
  // Zeroes are written too: an absent scalar then always means "unknown".
  builder.ForceDefaults(true);
  builder.Finish(Table::Pack(builder, &value));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()),
          builder.GetSize()};
}

template <class T>
bool is_whole(std::string_view bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  flatbuffers::Verifier verifier(data, bytes.size());
  return verifier.VerifyBuffer<typename T::TableType>(nullptr);
}

template <class T>
void unpack_to(T& value, std::string_view bytes) {
  flatbuffers::GetRoot<typename T::TableType>(bytes.data())->UnPackTo(&value);
}

template <class T>
std::optional<Event> unpack_as(std::string_view bytes) {
  std::optional<Event> event;
  if (is_whole<T>(bytes)) {
    event.emplace(std::in_place_type<T>);
    unpack_to(std::get<T>(*event), bytes);
  }
  return event;
}

template <class T>
std::string packed_text(std::string_view bytes) {
  return table_text(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                    T::TableType::MiniReflectTypeTable());
}

template <class T>
nlohmann::json value_json(const T& value) {
  return nlohmann::json::parse(packed_text<T>(pack(value)));
}

template <class T>
std::optional<std::string> text_as(std::string_view bytes) {
  return is_whole<T>(bytes) ? std::optional(packed_text<T>(bytes))
                            : std::nullopt;
}

// How a payload of a type is read.
struct Reading {
  std::optional<Event> (*unpack)(std::string_view bytes);
  std::optional<std::string> (*to_text)(std::string_view bytes);
};

// Null for a type that this program does not know.
const Reading* reading_of(std::string_view type) {
  static const auto kReadings =
      []<std::size_t... I>(std::index_sequence<I...>) {
    return std::unordered_map<std::string_view, Reading>{
        {type_name_of<std::variant_alternative_t<I, Event>>(),
         {&unpack_as<std::variant_alternative_t<I, Event>>,
          &text_as<std::variant_alternative_t<I, Event>>}}...};
  }
  (std::make_index_sequence<std::variant_size_v<Event>>());
  const auto it = kReadings.find(type);
  return it == kReadings.end() ? nullptr : &it->second;
}

}  // namespace

std::string_view type_name(const Event& event) {
  return std::visit(
      [](const auto& e) {
        return type_name_of<std::remove_cvref_t<decltype(e)>>();
      },
      event);
}

std::vector<std::string> type_names() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::vector<std::string>{
        std::string(type_name_of<std::variant_alternative_t<I, Event>>())...};
  }
  (std::make_index_sequence<std::variant_size_v<Event>>());
}

std::uint16_t payload_version(std::string_view type) {
  return newest_version(upcasters(), type);
}

std::string encode_payload(const Event& event) {
  return std::visit([](const auto& e) { return pack(e); }, event);
}

std::optional<Event> decode_payload(std::string_view type,
                                    std::uint16_t schema_version,
                                    std::string_view payload) {
  const Reading* reading = reading_of(type);
  const auto newest = lift(upcasters(), type, schema_version, payload);
  return reading != nullptr && newest ? reading->unpack(*newest) : std::nullopt;
}

std::optional<std::string> payload_text(std::string_view type,
                                        std::uint16_t schema_version,
                                        std::string_view payload) {
  const Reading* reading = reading_of(type);
  const auto newest = lift(upcasters(), type, schema_version, payload);
  return reading != nullptr && newest ? reading->to_text(*newest)
                                      : std::nullopt;
}

nlohmann::json to_json(const Event& event) {
  return std::visit([](const auto& e) { return value_json(e); }, event);
}

nlohmann::json to_json(const Plan& plan) {
  return value_json(plan);
}

nlohmann::json to_json(const Validation& validation) {
  return value_json(validation);
}

nlohmann::json to_json(const Approval& approval) {
  return value_json(approval);
}

nlohmann::json to_json(const Check& check) {
  return value_json(check);
}

std::string_view word(Outcome outcome) {
  return EnumNameOutcome(outcome);
}

std::string_view word(Mode mode) {
  return EnumNameMode(mode);
}

std::string_view word(Location location) {
  return EnumNameLocation(location);
}

}  // namespace schema
