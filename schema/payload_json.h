// A payload's bytes as JSON, without making an event of them first: for who
// prints many events.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace schema {

// What to_json() says of the event that decode_payload() makes of the bytes;
// nothing where that makes nothing. Pure and thread-safe.
std::optional<nlohmann::json> payload_json(std::string_view type,
                                           std::uint16_t schema_version,
                                           std::string_view payload);

}  // namespace schema
