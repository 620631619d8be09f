// A log written to a file of the test's own, and what is extracted from it.

#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "commands/metrics/extract.h"

namespace commands::metrics {

class LogFile {
 public:
  explicit LogFile(std::string_view text) {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "rl-log-XXXXXX").string();
    const int descriptor = ::mkstemp(pattern.data());
    EXPECT_GE(descriptor, 0);
    ::close(descriptor);
    path_ = pattern;
    std::ofstream(path_, std::ios::binary) << text;
  }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  ~LogFile() {
    std::error_code error;
    std::filesystem::remove(path_, error);
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline schema::MetricRule rule(std::string key,
                               std::string pattern,
                               std::string statistic = "last") {
  schema::MetricRule result;
  result.key = std::move(key);
  result.pattern = std::move(pattern);
  result.statistic = std::move(statistic);
  return result;
}

inline Extraction extracted(std::string_view text,
                            const std::vector<schema::MetricRule>& rules = {},
                            bool process_ended = true) {
  const LogFile log(text);
  auto result = extract(log.path(), rules, process_ended);
  EXPECT_TRUE(result.has_value());
  return result ? std::move(*result) : Extraction();
}

inline std::optional<double> value(const Extraction& extraction,
                                   std::string_view key) {
  for (const schema::Metric& metric : extraction.metrics) {
    if (metric.key == key) {
      return metric.value;
    }
  }
  return std::nullopt;
}

inline schema::MetricSource source(const Extraction& extraction,
                                   std::string_view key) {
  for (const schema::MetricSource& source : extraction.sources) {
    if (source.key == key) {
      return source;
    }
  }
  return {};
}

// Of one log: sps_max and sps_last, as "max/last", "-" for missing.
inline std::string rates(std::string_view text) {
  const Extraction extraction = extracted(text);
  const auto shown = [&](const char* key) {
    const auto number = value(extraction, key);
    return number ? fmt::format("{}", *number) : std::string("-");
  };
  return shown("sps_max") + "/" + shown("sps_last");
}

}  // namespace commands::metrics
