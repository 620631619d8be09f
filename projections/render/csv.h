// An answer as CSV (RFC 4180), made from its JSON, so that the two cannot say
// different things. Pure.

#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace projections::render {

// A header and a line each. A column is a field, or "FIELD.FIELD" of a field
// that is an object; what is null or absent is an empty cell.
std::string csv(const std::vector<std::string>& columns,
                const std::vector<nlohmann::ordered_json>& rows);

// The lines alone.
std::string csv_lines(const std::vector<std::string>& columns,
                      const std::vector<nlohmann::ordered_json>& rows);

}  // namespace projections::render
