#include "projections/render/csv.h"

#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace projections::render {
namespace {

std::string quoted_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') {
      quoted += '"';
    }
  }
  return quoted + "\"";
}

std::string cell(const nlohmann::ordered_json& row, std::string_view column) {
  const nlohmann::ordered_json* value = &row;
  while (!column.empty() && value->is_object()) {
    const std::size_t dot = column.find('.');
    const auto it = value->find(std::string(column.substr(0, dot)));
    if (it == value->end()) {
      return "";
    }
    value = &*it;
    column = dot == column.npos ? std::string_view() : column.substr(dot + 1);
  }
  return !column.empty() || value->is_null() ? ""
         : value->is_string() ? quoted_cell(value->get<std::string>())
                              : quoted_cell(value->dump());
}

}  // namespace

std::string csv(const std::vector<std::string>& columns,
                const std::vector<nlohmann::ordered_json>& rows) {
  return fmt::format("{}\r\n", fmt::join(columns, ",")) +
         csv_lines(columns, rows);
}

std::string csv_lines(const std::vector<std::string>& columns,
                      const std::vector<nlohmann::ordered_json>& rows) {
  std::string text;
  for (const auto& row : rows) {
    std::vector<std::string> cells;
    for (const std::string& column : columns) {
      cells.push_back(cell(row, column));
    }
    text += fmt::format("{}\r\n", fmt::join(cells, ","));
  }
  return text;
}

}  // namespace projections::render
