#include "schema/release_name.h"

#include <algorithm>
#include <cctype>

namespace schema {
namespace {

bool is_alphanumeric(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 &&
         static_cast<unsigned char>(c) < 0x80;
}

}  // namespace

std::optional<std::string> release_name_problem(std::string_view name) {
  if (name.empty()) {
    return "it is empty";
  }
  if (name.size() > kReleaseNameLengthMax) {
    return "it is longer than 64 characters";
  }
  if (!is_alphanumeric(name.front())) {
    return "it must begin with a letter or digit";
  }
  const bool plain = std::ranges::all_of(name, [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '+' || c == '_' || c == '-';
  });
  if (!plain) {
    return "only letters, digits and . + _ - may stand in it";
  }
  if (name.find("..") != std::string_view::npos) {
    return "\"..\" may not stand in it";
  }
  if (name.ends_with('.') || name.ends_with(".lock")) {
    return "it may not end with \".\" or \".lock\"";
  }
  return std::nullopt;
}

std::string_view without_prefix(std::string_view name) {
  for (std::string_view prefix : {"release_", "v"}) {
    if (name.starts_with(prefix) && name.size() > prefix.size()) {
      return name.substr(prefix.size());
    }
  }
  return name;
}

}  // namespace schema
