// JSON that is written as text, member by member, where a tree would cost more
// than all else.

#pragma once

#include <string>
#include <string_view>

namespace schema {

// Appends `text` as a JSON string. What is not UTF-8 is replaced. Thread-safe.
void append_quoted(std::string& to, std::string_view text);

}  // namespace schema
