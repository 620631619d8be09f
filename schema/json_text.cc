#include "schema/json_text.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace schema {
namespace {

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

}  // namespace

void append_quoted(std::string& to, std::string_view text) {
  if (std::ranges::all_of(text, is_plain)) {
    to += '"';
    to += text;
    to += '"';
  } else {
    constexpr auto kReplace = nlohmann::json::error_handler_t::replace;
    to += nlohmann::json(text).dump(-1, ' ', false, kReplace);
  }
}

}  // namespace schema
