#include "schema/event.h"

#include <type_traits>
#include <utility>

#include <nlohmann/json.hpp>

#include "schema/payload_json.h"
#include "schema/table_json.h"
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
std::optional<T> unpack(std::string_view bytes) {
  using Table = typename T::TableType;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  flatbuffers::Verifier verifier(data, bytes.size());
  if (!verifier.VerifyBuffer<Table>(nullptr)) {
    return std::nullopt;
  }
  T value;
  flatbuffers::GetRoot<Table>(data)->UnPackTo(&value);
  return value;
}

template <std::size_t I = 0>
std::optional<Event> unpack_named(std::string_view type,
                                  std::string_view bytes) {
  if constexpr (I < std::variant_size_v<Event>) {
    using T = std::variant_alternative_t<I, Event>;
    if (type == type_name_of<T>()) {
      auto value = unpack<T>(bytes);
      return value ? std::optional<Event>(std::move(*value)) : std::nullopt;
    }
    return unpack_named<I + 1>(type, bytes);
  } else {
    return std::nullopt;
  }
}

template <class T>
nlohmann::json packed_json(std::string_view bytes) {
  return table_json(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                    T::TableType::MiniReflectTypeTable());
}

template <class T>
nlohmann::json value_json(const T& value) {
  return packed_json<T>(pack(value));
}

template <std::size_t I = 0>
std::optional<nlohmann::json> named_json(std::string_view type,
                                         std::string_view bytes) {
  if constexpr (I < std::variant_size_v<Event>) {
    using T = std::variant_alternative_t<I, Event>;
    if (type != type_name_of<T>()) {
      return named_json<I + 1>(type, bytes);
    }
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    flatbuffers::Verifier verifier(data, bytes.size());
    if (!verifier.VerifyBuffer<typename T::TableType>(nullptr)) {
      return std::nullopt;
    }
    return std::optional<nlohmann::json>(std::in_place, packed_json<T>(bytes));
  } else {
    return std::nullopt;
  }
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
  const auto newest = lift(upcasters(), type, schema_version, payload);
  return newest ? unpack_named(type, *newest) : std::nullopt;
}

std::optional<nlohmann::json> payload_json(std::string_view type,
                                           std::uint16_t schema_version,
                                           std::string_view payload) {
  const auto newest = lift(upcasters(), type, schema_version, payload);
  return newest ? named_json(type, *newest) : std::nullopt;
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
