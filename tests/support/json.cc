#include "tests/support/json.h"

#include <sstream>

#include <gtest/gtest.h>

namespace support {

json parse_object(std::string_view text) {
  json object = json::parse(text, nullptr, false);
  EXPECT_TRUE(object.is_object()) << "no JSON object: " << text;
  return object.is_object() ? object : json::object();
}

std::vector<json> parse_lines(std::string_view text) {
  std::vector<json> objects;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    objects.push_back(parse_object(line));
  }
  return objects;
}

std::vector<std::string> missing_keys(const json& object,
                                      const std::vector<std::string>& keys) {
  std::vector<std::string> missing;
  for (const std::string& key : keys) {
    if (!object.is_object() || !object.contains(key)) {
      missing.push_back(key);
    }
  }
  return missing;
}

json named(const json& array, std::string_view name) {
  for (const json& element : array) {
    if (element.is_object() && element.value("name", "") == name) {
      return element;
    }
  }
  return nullptr;
}

std::vector<json> of_type(const std::vector<json>& events,
                          std::string_view type) {
  std::vector<json> found;
  for (const json& event : events) {
    if (event.value("type", "") == type) {
      found.push_back(event);
    }
  }
  return found;
}

std::vector<std::string> types(const std::vector<json>& events) {
  std::vector<std::string> names;
  for (const json& event : events) {
    names.push_back(event.value("type", ""));
  }
  return names;
}

}  // namespace support
