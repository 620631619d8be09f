#include "commands/services/gauges.h"

#include <algorithm>
#include <cctype>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace commands::services {
namespace {

using nlohmann::json;

constexpr std::size_t kNameBytesMax = 200;
constexpr int kGaugeType = 3;

bool is_alnum(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// Each other character becomes `_`, and a letter comes first.
std::string plain_name(std::string_view name, std::string_view also) {
  std::string result;
  for (const char c : name.substr(0, kNameBytesMax)) {
    result += is_alnum(c) || also.find(c) != std::string_view::npos ? c : '_';
  }
  if (result.empty() ||
      std::isalpha(static_cast<unsigned char>(result[0])) == 0) {
    result.insert(0, "m_");
  }
  return result;
}

std::string escaped(std::string_view value) {
  std::string result;
  for (const char c : value) {
    if (c == '\n') {
      result += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') {
      result += '\\';
    }
    result += c;
  }
  return result;
}

std::string label_text(
    const std::vector<std::pair<std::string, std::string>>& common,
    const Gauge& gauge) {
  std::string text;
  for (const auto* labels : {&common, &gauge.labels}) {
    for (const auto& [name, value] : *labels) {
      text += fmt::format("{}{}=\"{}\"",
                          text.empty() ? "" : ",",
                          plain_name(name, "_"),
                          escaped(value));
    }
  }
  return text;
}

}  // namespace

std::string canonical_text(const std::vector<Gauge>& gauges) {
  json all = json::array();
  for (const Gauge& gauge : gauges) {
    all.push_back({gauge.name, gauge.value, gauge.labels});
  }
  return all.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string datadog_name(std::string_view name) {
  return plain_name(name, "_.");
}

std::string prometheus_name(std::string_view name) {
  return plain_name(name, "_");
}

std::string datadog_tag(std::string_view tag) {
  std::string result;
  for (const char c : tag.substr(0, kNameBytesMax)) {
    const bool kept = is_alnum(c) || std::string_view("_-:./").find(c) !=
                                         std::string_view::npos;
    const char next =
        kept ? static_cast<char>(std::tolower(static_cast<unsigned char>(c)))
             : '_';
    if (next != '_' || !result.ends_with('_')) {
      result += next;
    }
  }
  while (result.ends_with(':') || result.ends_with('_')) {
    result.pop_back();
  }
  return result;
}

std::string datadog_series(const std::vector<Gauge>& gauges,
                           std::string_view prefix,
                           const std::vector<std::string>& tags,
                           std::int64_t at_s) {
  json series = json::array();
  for (const Gauge& gauge : gauges) {
    std::vector<std::string> own;
    for (const std::string& tag : tags) {
      own.push_back(datadog_tag(tag));
    }
    for (const auto& [name, value] : gauge.labels) {
      own.push_back(datadog_tag(fmt::format("{}:{}", name, value)));
    }
    std::ranges::sort(own);
    series.push_back(
        {{"metric", datadog_name(fmt::format("{}.{}", prefix, gauge.name))},
         {"type", kGaugeType},
         {"points", {{{"timestamp", at_s}, {"value", gauge.value}}}},
         {"tags", own}});
  }
  return json{{"series", series}}.dump(
      -1, ' ', false, json::error_handler_t::replace);
}

std::string prometheus_text(
    const std::vector<Gauge>& gauges,
    std::string_view prefix,
    const std::vector<std::pair<std::string, std::string>>& labels) {
  std::map<std::string, std::string> families;  // a family stands together
  for (const Gauge& gauge : gauges) {
    const std::string name =
        prometheus_name(fmt::format("{}_{}", prefix, gauge.name));
    std::string& family = families[name];
    if (family.empty()) {
      family = fmt::format("# TYPE {} gauge\n", name);
    }
    family += fmt::format(
        "{}{{{}}} {}\n", name, label_text(labels, gauge), gauge.value);
  }
  std::string text;
  for (const auto& [name, family] : families) {
    text += family;
  }
  return text;
}

}  // namespace commands::services
