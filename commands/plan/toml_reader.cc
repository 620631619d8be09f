#include "commands/plan/toml_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "commands/nearest.h"

namespace commands::plan {
namespace {

constexpr std::size_t kShownMax = 40;

// What stands there, for a message.
std::string described(const toml::node& node) {
  if (const auto* text = node.as_string()) {
    std::string shown;
    for (const char c : text->get().substr(0, kShownMax)) {
      const auto byte = static_cast<unsigned char>(c);
      shown.push_back(byte < 0x20 || byte == 0x7f ? '?' : c);
    }
    // A character cut in two would not be UTF-8 any more.
    while (text->get().size() > kShownMax && !shown.empty() &&
           static_cast<unsigned char>(shown.back()) >= 0x80) {
      shown.pop_back();
    }
    const char* rest = text->get().size() > kShownMax ? "…" : "";
    return fmt::format("the string \"{}{}\"", shown, rest);
  }
  if (const auto* whole = node.as_integer()) {
    return fmt::format("the whole number {}", whole->get());
  }
  if (const auto* number = node.as_floating_point()) {
    return fmt::format("the number {}", number->get());
  }
  if (const auto* flag = node.as_boolean()) {
    return flag->get() ? "true" : "false";
  }
  return node.is_table()             ? "a table"
         : node.is_array_of_tables() ? "a list of tables"
         : node.is_array()           ? "a list"
                                     : "a date or time";
}

bool has_control_character(std::string_view text, bool only_nul) {
  return std::ranges::any_of(text, [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0 || (!only_nul && (byte < 0x20 || byte == 0x7f));
  });
}

}  // namespace

Place place_of(const toml::node& node) {
  const toml::source_position& begin = node.source().begin;
  return {std::max(begin.line, 1U), std::max(begin.column, 1U)};
}

Place place_at(const toml::table& root, std::initializer_list<Step> path) {
  const toml::node* node = &root;
  for (const Step& step : path) {
    const toml::node* next = nullptr;
    if (const auto* key = std::get_if<std::string_view>(&step)) {
      next = node->is_table() ? node->as_table()->get(*key) : nullptr;
    } else {
      next =
          node->is_array() ? node->as_array()->get(std::get<1>(step)) : nullptr;
    }
    if (next == nullptr) {
      break;
    }
    node = next;
  }
  return place_of(*node);
}

TableReader::TableReader(const toml::table& table,
                         std::string name,
                         Problems& problems)
    : table_(table), name_(std::move(name)), problems_(problems) {}

const toml::node* TableReader::find(const char* key) {
  known_.emplace_back(key);
  return table_.get(key);
}

Place TableReader::place(std::string_view key) const {
  const toml::node* node = table_.get(key);
  return place_of(node != nullptr ? *node : table_);
}

void TableReader::refuse(std::string_view key, std::string what) {
  problems_.refuse(place(key), std::move(what));
}

void TableReader::wrong_type(const toml::node& node,
                             std::string_view key,
                             std::string_view wanted) {
  problems_.refuse(
      place_of(node),
      "plan-wrong-type",
      fmt::format("{} must be {}, not {}", key, wanted, described(node)));
}

std::string TableReader::text(const char* key, std::string fallback) {
  return harmless_text(key, std::move(fallback), "");
}

std::string TableReader::lines(const char* key, std::string fallback) {
  return harmless_text(key, std::move(fallback), "\n\t");
}

std::string TableReader::harmless_text(const char* key,
                                       std::string fallback,
                                       std::string_view allowed) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return fallback;
  }
  const auto* value = node->as_string();
  if (value == nullptr) {
    wrong_type(*node, key, "a string");
    return fallback;
  }
  std::string rest = value->get();
  std::erase_if(rest, [&](char c) { return allowed.find(c) != allowed.npos; });
  if (has_control_character(rest, false)) {
    refuse(key, fmt::format("{} has a control character in it", key));
    return fallback;
  }
  return value->get();
}

std::string TableReader::required_text(const char* key) {
  std::string value = text(key, "");
  if (!has(key)) {
    const auto named = table_["name"].value<std::string>();
    problems_.refuse(
        place_of(table_),
        fmt::format("{}{} needs a {}", name_, named ? " " + *named : "", key));
  } else if (value.empty() && table_.get(key)->is_string() &&
             table_.get(key)->as_string()->get().empty()) {
    refuse(key, fmt::format("{} is empty", key));
  }
  return value;
}

std::vector<std::string> TableReader::list(const char* key,
                                           std::vector<std::string> fallback,
                                           bool any_character) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return fallback;
  }
  const auto* array = node->as_array();
  if (array == nullptr) {
    wrong_type(*node, key, "a list of strings");
    return fallback;
  }
  std::vector<std::string> values;
  for (const toml::node& element : *array) {
    const auto* value = element.as_string();
    if (value == nullptr) {
      wrong_type(element, fmt::format("each element of {}", key), "a string");
    } else if (has_control_character(value->get(), any_character)) {
      problems_.refuse(
          place_of(element),
          fmt::format("{} has a {} in it",
                      key,
                      any_character ? "NUL character" : "control character"));
    } else {
      values.push_back(value->get());
    }
  }
  return values;
}

std::vector<std::string> TableReader::texts(const char* key,
                                            std::vector<std::string> fallback) {
  return list(key, std::move(fallback), false);
}

std::vector<std::string> TableReader::command(
    const char* key, std::vector<std::string> fallback) {
  return list(key, std::move(fallback), true);
}

std::optional<std::uint64_t> TableReader::whole(const char* key) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  const auto* value = node->as_integer();
  if (value == nullptr || value->get() < 0) {
    wrong_type(*node, key, "a whole number, 0 or more");
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(value->get());
}

std::uint64_t TableReader::whole_between(const char* key,
                                         std::uint64_t fallback,
                                         std::uint64_t low,
                                         std::uint64_t high) {
  const std::uint64_t value = whole(key).value_or(fallback);
  if (value < low || value > high) {
    refuse(
        key,
        fmt::format("{} must be from {} to {}, not {}", key, low, high, value));
    return fallback;
  }
  return value;
}

std::optional<double> TableReader::number(const char* key) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  const auto value = node->is_number() ? node->value<double>() : std::nullopt;
  if (!value) {
    wrong_type(*node, key, "a number");
  } else if (!std::isfinite(*value)) {
    refuse(key, fmt::format("{} must be finite, not {}", key, *value));
  }
  return value;
}

std::optional<std::vector<double>> TableReader::numbers(const char* key) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  std::vector<double> values;
  if (!node->is_array()) {
    wrong_type(*node, key, "a list of numbers");
    return values;
  }
  for (const toml::node& element : *node->as_array()) {
    const auto value =
        element.is_number() ? element.value<double>() : std::nullopt;
    if (!value) {
      wrong_type(element, fmt::format("each element of {}", key), "a number");
    } else if (!std::isfinite(*value)) {
      problems_.refuse(place_of(element),
                       fmt::format("{} must be finite, not {}", key, *value));
    }
    values.push_back(value.value_or(0));
  }
  return values;
}

std::optional<TableReader::Amount> TableReader::amount(const char* key) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  Amount amount;
  std::optional<double> value =
      node->is_number() ? node->value<double>() : std::nullopt;
  if (const auto* text = node->as_string();
      text && text->get().ends_with('%')) {
    const std::string& digits = text->get();
    const char* end = digits.data() + digits.size() - 1;
    double number = 0;
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    if (error == std::errc() && stop == end) {
      value = number;
      amount.percent = true;
    }
  }
  if (!value || !std::isfinite(*value) || *value < 0) {
    wrong_type(
        *node, key, "a number or a percentage such as \"5%\", 0 or more");
    return std::nullopt;
  }
  amount.value = *value;
  return amount;
}

std::optional<double> TableReader::duration(const char* key) {
  constexpr std::string_view kUnits = "smhdw";
  constexpr std::array<double, 5> kSeconds = {1, 60, 3600, 86'400, 604'800};
  const toml::node* node = find(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  std::optional<double> value =
      node->is_number() ? node->value<double>() : std::nullopt;
  if (const auto* text = node->as_string(); text && !text->get().empty()) {
    const std::string& given = text->get();
    const auto unit = kUnits.find(given.back());
    const char* end = given.data() + given.size() - 1;
    double number = 0;
    const auto [stop, error] = std::from_chars(given.data(), end, number);
    if (error == std::errc() && stop == end && unit != kUnits.npos) {
      value = number * kSeconds.at(unit);
    }
  }
  if (!value || !std::isfinite(*value) || *value <= 0) {
    wrong_type(*node, key, "a duration such as \"12h\" or \"3d\"");
    return std::nullopt;
  }
  return value;
}

bool TableReader::flag(const char* key, bool fallback) {
  const toml::node* node = find(key);
  if (node == nullptr) {
    return fallback;
  }
  if (!node->is_boolean()) {
    wrong_type(*node, key, "true or false");
    return fallback;
  }
  return node->as_boolean()->get();
}

std::string TableReader::word(const char* key,
                              std::string fallback,
                              const std::vector<std::string>& known) {
  std::string value = text(key, fallback);
  if (std::ranges::find(known, value) == known.end()) {
    refuse(key,
           fmt::format("unknown {} \"{}\"; known are {}{}",
                       key,
                       value,
                       fmt::join(known, ", "),
                       suggestion(value, known)));
    return fallback;
  }
  return value;
}

const toml::table& TableReader::table(const char* key) {
  static const toml::table kEmpty;
  const toml::node* node = find(key);
  if (node == nullptr) {
    return kEmpty;
  }
  if (!node->is_table()) {
    wrong_type(*node, key, "a table");
    return kEmpty;
  }
  return *node->as_table();
}

std::vector<const toml::table*> TableReader::tables(const char* key) {
  std::vector<const toml::table*> result;
  const toml::node* node = find(key);
  if (node == nullptr) {
    return result;
  }
  if (!node->is_array()) {
    wrong_type(*node, key, "a list of tables, each [[…]]");
    return result;
  }
  for (const toml::node& element : *node->as_array()) {
    if (element.is_table()) {
      result.push_back(element.as_table());
    } else {
      wrong_type(element, fmt::format("each element of {}", key), "a table");
    }
  }
  return result;
}

void TableReader::refuse_unknown_keys() {
  for (const auto& [key, node] : table_) {
    if (std::ranges::find(known_, key.str()) == known_.end()) {
      const toml::source_position& begin = key.source().begin;
      problems_.refuse({std::max(begin.line, 1U), std::max(begin.column, 1U)},
                       "plan-unknown-key",
                       fmt::format("unknown key \"{}\" in {}{}",
                                   key.str(),
                                   name_,
                                   suggestion(key.str(), known_)));
    }
  }
}

}  // namespace commands::plan
