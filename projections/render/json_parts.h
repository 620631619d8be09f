// What the JSON of several answers is made of: null for nothing.

#pragma once

#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "ledger/clock.h"
#include "schema/release/record.h"

namespace projections::render {

inline nlohmann::ordered_json text_or_null(std::string_view text) {
  return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
}

template <class Optional>
nlohmann::ordered_json number_or_null(const Optional& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

// A moment in ms as a time.
template <class Optional>
nlohmann::ordered_json moment_or_null(const Optional& at_ms) {
  return at_ms ? nlohmann::ordered_json(ledger::rfc3339(*at_ms))
               : nlohmann::ordered_json();
}

inline nlohmann::ordered_json time_or_null(const schema::Mark* mark) {
  return mark == nullptr ? nlohmann::ordered_json()
                         : nlohmann::ordered_json(ledger::rfc3339(mark->at_ms));
}

inline nlohmann::ordered_json by_or_null(const schema::Mark* mark) {
  return mark == nullptr ? nlohmann::ordered_json()
                         : nlohmann::ordered_json(mark->by);
}

}  // namespace projections::render
