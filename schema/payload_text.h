// A payload's bytes as JSON, without making an event of them first: for who
// prints many events.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace schema {

// The text of what to_json() says of the event that decode_payload() makes of
// the bytes; nothing where that makes nothing. Pure and thread-safe.
std::optional<std::string> payload_text(std::string_view type,
                                        std::uint16_t schema_version,
                                        std::string_view payload);

}  // namespace schema
