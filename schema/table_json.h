// Any FlatBuffers table as JSON, through its reflection table: no code per
// event type, so an event cannot be added without its JSON.

#pragma once

#include <cstdint>

#include <nlohmann/json_fwd.hpp>

#include "flatbuffers/minireflect.h"

namespace schema {

// `buffer` is a verified, finished buffer whose root has `type`. Enums are
// their words, absent strings and scalars null, absent
// vectors [].
nlohmann::json table_json(const std::uint8_t* buffer,
                          const flatbuffers::TypeTable* type);

}  // namespace schema
