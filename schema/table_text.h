// Any FlatBuffers table as the text of a JSON object, through its reflection
// table: no code per event type, so an event cannot be added without its JSON.

#pragma once

#include <cstdint>
#include <string>

#include "flatbuffers/minireflect.h"

namespace schema {

// `buffer` is a verified, finished buffer whose root has `type`. Members are
// in the order of their names, without spaces. Enums are their words, absent
// strings and scalars null, absent vectors []. What is not UTF-8 is replaced.
// Pure and thread-safe.
std::string table_text(const std::uint8_t* buffer,
                       const flatbuffers::TypeTable* type);

}  // namespace schema
