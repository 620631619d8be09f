#include "commands/metrics/report.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <utility>

#include "commands/metrics/benchmark_report.h"
#include "commands/metrics/json_leaves.h"
#include "commands/metrics/junit.h"
#include "commands/metrics/text.h"

namespace commands::metrics {
namespace {

using ledger::ErrorCode;
using ledger::fail;

Report plain_report(const std::vector<JsonLeaf>& leaves) {
  Report report;
  for (const JsonLeaf& leaf : leaves) {
    if (leaf.kind == JsonLeaf::Kind::kText ||
        leaf.kind == JsonLeaf::Kind::kFlag) {
      continue;
    }
    Measurement& measurement = report.measurements.emplace_back();
    measurement.key = leaf.path;
    if (leaf.kind == JsonLeaf::Kind::kNumber) {
      measurement.value = leaf.number;
    }
    measurement.line = leaf.line;
    measurement.document = leaf.document;
    measurement.one_of_many = leaf.element;
  }
  return report;
}

// How many nanoseconds it has; nothing for a unit that is no time. Whole
// numbers, so that 2500 ns are 2.5 us and not nearly so.
std::optional<double> nanoseconds_of(std::string_view unit) {
  static const std::map<std::string_view, double> kUnits = {{"ns", 1},
                                                            {"us", 1e3},
                                                            {"µs", 1e3},
                                                            {"ms", 1e6},
                                                            {"s", 1e9},
                                                            {"min", 60e9},
                                                            {"h", 3600e9}};
  const auto it = kUnits.find(unit);
  return it == kUnits.end() ? std::nullopt : std::optional(it->second);
}

// In the unit the plan wants; nothing where one does not turn into the other.
std::optional<double> converted(double value,
                                std::string_view from,
                                std::string_view to) {
  if (from.empty() || to.empty() || from == to) {
    return value;
  }
  const auto has = nanoseconds_of(from);
  const auto wants = nanoseconds_of(to);
  return has && wants ? std::optional(value * *has / *wants) : std::nullopt;
}

using Matches = std::vector<const Measurement*>;

Matches matches_of(const std::vector<Measurement>& measurements,
                   const schema::MetricRule& rule) {
  std::vector<std::string> names = {rule.json, rule.key};
  names.insert(names.end(), rule.aliases.begin(), rule.aliases.end());
  for (const std::string& name : names) {
    Matches matches;
    for (const Measurement& measurement : measurements) {
      if (!name.empty() && measurement.key == name) {
        matches.push_back(&measurement);
      }
    }
    if (!matches.empty()) {
      return matches;
    }
  }
  return {};
}

std::string shown(const Measurement& measurement) {
  const std::string number =
      measurement.value ? fmt::format("{}", *measurement.value) : "no number";
  return fmt::format("{}: {}{}{}",
                     measurement.key,
                     number,
                     measurement.unit.empty() ? "" : " ",
                     measurement.unit);
}

// Every match as a sample; said twice where once was meant is doubtful.
Samples samples_of(const Matches& matches, const schema::MetricRule& rule) {
  Samples samples(rule.statistic);
  const Measurement* before = nullptr;
  for (const Measurement* match : matches) {
    const std::string text = shown(*match);
    const Place place{match->line, text, 0, text.size()};
    const auto value = match->value
                           ? converted(*match->value, match->unit, rule.unit)
                           : std::nullopt;
    const bool twice = before != nullptr && !match->one_of_many &&
                       before->document == match->document;
    if (twice || (match->value && !value)) {
      samples.add_doubtful(place);
    } else if (!value || !std::isfinite(*value)) {
      samples.add_none(place);
    } else {
      samples.add(*value, place);
    }
    before = match;
  }
  return samples;
}

// What the metric was found as before, if that says something else.
const schema::Metric* contradicting(const Extraction& extraction,
                                    const Extraction& fresh,
                                    const std::string& key) {
  const auto old =
      std::ranges::find(extraction.metrics, key, &schema::Metric::key);
  const bool agrees = old != extraction.metrics.end() &&
                      !fresh.metrics.empty() &&
                      fresh.metrics.front().value == old->value;
  return old == extraction.metrics.end() || agrees ? nullptr : &*old;
}

void add_one(Extraction& extraction,
             const Matches& matches,
             const schema::MetricRule& rule,
             const std::string& file) {
  Extraction fresh;
  add_metric(fresh, rule, samples_of(matches, rule), file);
  if (!fresh.sources.empty() && rule.unit.empty()) {
    fresh.sources.front().unit = matches.front()->unit;
  }
  if (const auto* old = contradicting(extraction, fresh, rule.key)) {
    schema::MetricDoubt& doubt = extraction.unsure.emplace_back();
    doubt.key = rule.key;
    doubt.line = matches.front()->line;
    doubt.text = fmt::format("{} in {}, but {} elsewhere",
                             shown(*matches.front()),
                             file,
                             old->value);
    doubt.file = file;
    const auto at = old - extraction.metrics.data();
    extraction.metrics.erase(extraction.metrics.begin() + at);
    extraction.sources.erase(extraction.sources.begin() + at);
    return;
  }
  std::ranges::move(fresh.unsure, std::back_inserter(extraction.unsure));
  const bool known =
      std::ranges::find(extraction.metrics, rule.key, &schema::Metric::key) !=
      extraction.metrics.end();
  if (fresh.metrics.empty() || known) {
    return;
  }
  const auto at = std::ranges::lower_bound(
                      extraction.metrics, rule.key, {}, &schema::Metric::key) -
                  extraction.metrics.begin();
  extraction.metrics.insert(extraction.metrics.begin() + at,
                            std::move(fresh.metrics.front()));
  extraction.sources.insert(extraction.sources.begin() + at,
                            std::move(fresh.sources.front()));
}

}  // namespace

const std::vector<std::string>& report_format_names() {
  static const std::vector<std::string> kNames = {
      "auto", "json", "junit", "google-benchmark", "hyperfine"};
  return kNames;
}

std::optional<ReportFormat> parse_report_format(std::string_view name) {
  const auto& names = report_format_names();
  const auto it = std::ranges::find(names, name);
  return it == names.end()
             ? std::nullopt
             : std::optional(static_cast<ReportFormat>(it - names.begin()));
}

ledger::Result<Report> parse_report(std::string_view text,
                                    ReportFormat format) {
  const std::size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first == text.npos) {
    return fail(ErrorCode::kUsage, "report-invalid", "it is empty");
  }
  if (format == ReportFormat::kJUnit ||
      (format == ReportFormat::kAuto && text[first] == '<')) {
    return parse_junit(text);
  }
  RL_ASSIGN(const auto leaves, json_leaves(text));
  switch (format) {
    case ReportFormat::kGoogleBenchmark:
      return google_benchmark_report(leaves);
    case ReportFormat::kHyperfine:
      return hyperfine_report(leaves);
    case ReportFormat::kAuto:
      if (is_google_benchmark(leaves)) {
        return google_benchmark_report(leaves);
      }
      if (is_hyperfine(leaves)) {
        return hyperfine_report(leaves);
      }
      [[fallthrough]];
    default:
      return plain_report(leaves);
  }
}

ledger::Result<Report> read_report(const std::filesystem::path& file,
                                   ReportFormat format) {
  std::error_code error;
  if (!std::filesystem::exists(file, error) && !error) {
    return fail(ErrorCode::kUsage,
                "report-invalid",
                fmt::format("{}: there is no such file", file.string()));
  }
  if (std::filesystem::is_directory(file, error)) {
    return fail(ErrorCode::kIo,
                "report-unreadable",
                fmt::format("{}: Is a directory", file.string()));
  }
  std::ifstream stream(file, std::ios::binary);
  std::string text(kReportBytesMax + 1, '\0');
  if (stream) {
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  }
  if (!stream && !stream.eof()) {
    return fail(ErrorCode::kIo,
                "report-unreadable",
                fmt::format("{}: {}", file.string(), std::strerror(errno)));
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kReportBytesMax) {
    return fail(
        ErrorCode::kUsage,
        "report-invalid",
        fmt::format(
            "{}: larger than {} MiB", file.string(), kReportBytesMax >> 20));
  }
  auto report = parse_report(text, format);
  if (!report) {
    report.error().message =
        fmt::format("{}: {}", file.string(), report.error().message);
  }
  return report;
}

void add_measurements(Extraction& extraction,
                      const std::vector<Measurement>& measurements,
                      const std::vector<schema::MetricRule>& wanted,
                      const std::string& file) {
  for (const schema::MetricRule& rule : wanted) {
    const Matches matches = matches_of(measurements, rule);
    if (!matches.empty()) {
      add_one(extraction, matches, rule, file);
    }
  }
  for (const Measurement& measurement : measurements) {
    constexpr std::size_t kNamesMax = 1000;
    if (extraction.names_seen.size() < kNamesMax &&
        std::ranges::find(extraction.names_seen, measurement.key) ==
            extraction.names_seen.end()) {
      extraction.names_seen.push_back(measurement.key);
    }
  }
}

}  // namespace commands::metrics
