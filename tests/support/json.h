// JSON as the program prints it. What is no JSON fails the test.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace support {

using nlohmann::json;

// The whole text is one object.
json parse_object(std::string_view text);
// Each line of the text is one object.
std::vector<json> parse_lines(std::string_view text);

// Those of `keys` that `object` lacks; all of them if it is no object.
std::vector<std::string> missing_keys(const json& object,
                                      const std::vector<std::string>& keys);

// The element of `array` whose `name` is this; null if there is none.
json named(const json& array, std::string_view name);

// Of history: the events of this type, and the types in order.
std::vector<json> of_type(const std::vector<json>& events,
                          std::string_view type);
std::vector<std::string> types(const std::vector<json>& events);

}  // namespace support
