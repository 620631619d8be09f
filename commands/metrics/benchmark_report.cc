#include "commands/metrics/benchmark_report.h"

#include <algorithm>
#include <array>
#include <utility>

namespace commands::metrics {
namespace {

constexpr std::size_t kFailuresShownMax = 3;

// The leaves of one object of a list: "benchmarks.3.name" is `name` of 3.
struct Row {
  std::string index;
  std::vector<std::pair<std::string, const JsonLeaf*>> members;

  const JsonLeaf* find(std::string_view name) const {
    const auto it = std::ranges::find(
        members, name, &std::pair<std::string, const JsonLeaf*>::first);
    return it == members.end() ? nullptr : it->second;
  }
  std::string text(std::string_view name) const {
    const JsonLeaf* leaf = find(name);
    return leaf == nullptr ? "" : leaf->text;
  }
};

std::vector<Row> rows_of(const std::vector<JsonLeaf>& leaves,
                         std::string_view list) {
  std::vector<Row> rows;
  for (const JsonLeaf& leaf : leaves) {
    const std::string_view path = leaf.path;
    if (!path.starts_with(list) || path.size() <= list.size() ||
        path[list.size()] != '.') {
      continue;
    }
    const std::string_view rest = path.substr(list.size() + 1);
    const std::size_t dot = rest.find('.');
    if (dot == rest.npos) {
      continue;
    }
    const std::string_view index = rest.substr(0, dot);
    if (rows.empty() || rows.back().index != index) {
      rows.push_back({std::string(index), {}});
    }
    rows.back().members.emplace_back(std::string(rest.substr(dot + 1)), &leaf);
  }
  return rows;
}

void add(Report& report,
         std::string key,
         const JsonLeaf& leaf,
         std::string unit,
         bool one_of_many) {
  Measurement& measurement = report.measurements.emplace_back();
  measurement.key = std::move(key);
  if (leaf.kind == JsonLeaf::Kind::kNumber) {
    measurement.value = leaf.number;
  }
  measurement.unit = std::move(unit);
  measurement.line = leaf.line;
  measurement.one_of_many = one_of_many;
}

bool is_any(std::string_view name, const auto& names) {
  return std::ranges::find(names, name) != names.end();
}

void note_failure(Report& report, std::size_t& count, std::string what) {
  if (count++ < kFailuresShownMax) {
    report.failure += (report.failure.empty() ? "" : "; ") + what;
  }
}

std::unexpected<ledger::Error> not_of(std::string_view tool) {
  return ledger::fail(ledger::ErrorCode::kUsage,
                      "report-invalid",
                      fmt::format("no results of {} in it", tool));
}

void add_benchmark(Report& report, const Row& row, const std::string& name) {
  static constexpr std::array<std::string_view, 7> kNoMeasures = {
      "family_index",
      "per_family_instance_index",
      "repetitions",
      "repetition_index",
      "threads",
      "error_occurred",
      "skipped"};
  const std::string unit = row.text("time_unit");
  const bool ratio = row.text("aggregate_unit") == "percentage";
  const bool repeated = row.find("repetition_index") != nullptr;
  for (const auto& [member, leaf] : row.members) {
    const bool time = member == "real_time" || member == "cpu_time";
    if (leaf->kind == JsonLeaf::Kind::kText ||
        leaf->kind == JsonLeaf::Kind::kFlag || is_any(member, kNoMeasures)) {
      continue;
    }
    add(report,
        name + "." + member,
        *leaf,
        time && !ratio ? unit : "",
        repeated);
  }
}

}  // namespace

bool is_google_benchmark(const std::vector<JsonLeaf>& leaves) {
  const auto has = [&](std::string_view path) {
    return std::ranges::find(leaves, path, &JsonLeaf::path) != leaves.end();
  };
  return has("benchmarks.0.name") &&
         (has("context.num_cpus") || has("benchmarks.0.run_name"));
}

ledger::Result<Report> google_benchmark_report(
    const std::vector<JsonLeaf>& leaves) {
  Report report;
  std::size_t failures = 0;
  for (const Row& row : rows_of(leaves, "benchmarks")) {
    const std::string name = row.text("name");
    if (name.empty()) {
      return not_of("Google Benchmark");
    }
    const JsonLeaf* error = row.find("error_occurred");
    const JsonLeaf* skipped = row.find("skipped");
    if (error != nullptr && error->flag) {
      note_failure(report,
                   failures,
                   fmt::format("{}: {}", name, row.text("error_message")));
    } else if (skipped != nullptr &&
               (skipped->flag || !skipped->text.empty())) {
      note_failure(
          report,
          failures,
          fmt::format("{} was skipped: {}", name, row.text("skip_message")));
    } else {
      add_benchmark(report, row, name);
    }
  }
  if (report.measurements.empty() && failures == 0) {
    return not_of("Google Benchmark");
  }
  return report;
}

bool is_hyperfine(const std::vector<JsonLeaf>& leaves) {
  const auto has = [&](std::string_view path) {
    return std::ranges::find(leaves, path, &JsonLeaf::path) != leaves.end();
  };
  return has("results.0.command") && has("results.0.mean");
}

ledger::Result<Report> hyperfine_report(const std::vector<JsonLeaf>& leaves) {
  static constexpr std::array<std::string_view, 8> kTimes = {
      "mean", "stddev", "median", "user", "system", "min", "max", "times"};
  constexpr std::string_view kMemory = "memory_usage_byte";
  const std::vector<Row> rows = rows_of(leaves, "results");
  Report report;
  std::size_t failures = 0;
  for (const Row& row : rows) {
    const std::string command = row.text("command");
    if (command.empty()) {
      return not_of("hyperfine");
    }
    for (const auto& [member, leaf] : row.members) {
      const bool time = is_any(member, kTimes);
      if (member == "exit_codes" &&
          (leaf->kind != JsonLeaf::Kind::kNumber || leaf->number != 0)) {
        note_failure(
            report,
            failures,
            leaf->kind == JsonLeaf::Kind::kNumber
                ? fmt::format("{} exited with {}", command, leaf->number)
                : fmt::format("{} was ended by a signal", command));
      }
      if (!time && member != kMemory) {
        continue;
      }
      const std::string unit = time ? "s" : "B";
      add(report, command + "." + member, *leaf, unit, leaf->element);
      if (rows.size() == 1) {
        add(report, member, *leaf, unit, leaf->element);
      }
    }
  }
  if (report.measurements.empty()) {
    return not_of("hyperfine");
  }
  return report;
}

}  // namespace commands::metrics
