// Whatever bytes a validation leaves, reading them ends, and what is taken
// from them is fit for the record.
//
// The first byte chooses: 'L' a log, 'R' a report of any format, anything else
// both. libFuzzer calls it with what it makes up, corpus_test.cc with files.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include "commands/metrics/judge.h"
#include "commands/metrics/report.h"
#include "commands/metrics/text.h"

namespace {

namespace metrics = commands::metrics;

schema::MetricRule rule(const char* key,
                        const char* pattern,
                        const char* json,
                        const char* statistic) {
  schema::MetricRule result;
  result.key = key;
  result.pattern = pattern;
  result.json = json;
  result.statistic = statistic;
  result.unit = "ms";
  return result;
}

const std::vector<schema::MetricRule>& rules() {
  static const std::vector<schema::MetricRule> kRules = {
      rule("any", "([0-9.,]+)", "", "p50"),
      rule("loss", "loss=(\\S+)", "", "mean"),
      rule("label", "loss=([0-9.]+)", "", "last"),
      rule("empty", "(x*)", "", "count"),
      rule("time", "", "BM_A.real_time", "max"),
      rule("tests", "", "tests", "last"),
      rule("mean", "", "mean", "sum")};
  return kRules;
}

// A file in memory that holds the bytes, for readers that want a path.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    RL_CHECK(descriptor_ >= 0, "a file in memory");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor_); }

  std::string path_of(std::string_view bytes) const {
    RL_CHECK(::ftruncate(descriptor_, 0) == 0 &&
                 ::pwrite(descriptor_, bytes.data(), bytes.size(), 0) ==
                     static_cast<ssize_t>(bytes.size()),
             "the bytes are in it");
    return fmt::format("/proc/self/fd/{}", descriptor_);
  }

 private:
  int descriptor_;
};

void expect_fit(const metrics::Extraction& extraction) {
  RL_CHECK(extraction.metrics.size() == extraction.sources.size(),
           "each metric has a source");
  for (std::size_t i = 0; i < extraction.metrics.size(); ++i) {
    const schema::MetricSource& source = extraction.sources[i];
    RL_CHECK(std::isfinite(extraction.metrics[i].value), "a finite value");
    RL_CHECK(extraction.metrics[i].key == source.key, "of the same key");
    RL_CHECK(source.samples > 0, "from a sample");
    RL_CHECK(source.text.size() <= metrics::kSourceTextMax &&
                 !metrics::has_control_character(source.text),
             "a harmless excerpt");
    RL_CHECK(
        i == 0 || extraction.metrics[i - 1].key <= extraction.metrics[i].key,
        "in order");
  }
}

void judge_all(metrics::Extraction extraction) {
  schema::Validation planned;
  planned.name = "fuzz";
  for (const schema::MetricRule& rule : rules()) {
    schema::Acceptance& demand = planned.acceptance.emplace_back();
    demand.key = rule.key;
    demand.op = ">=";
    demand.expected = 1;
  }
  schema::ValidationCompleted result;
  result.outcome = schema::Outcome::passed;
  metrics::apply(
      {planned, rules(), {}, {}, "fuzz.log"}, std::move(extraction), result);
  RL_CHECK(result.checks.size() == rules().size(), "every check is judged");
  RL_CHECK(schema::to_json(schema::Event(result)).is_object(), "as JSON");
}

void read_log(std::string_view bytes) {
  static const MemoryFile kFile;
  const std::string path = kFile.path_of(bytes);
  std::size_t told = 0;
  auto whole = metrics::extract(
      path, rules(), true, [&](const metrics::Sample&) { ++told; });
  RL_CHECK(whole.has_value(), "a log can be read");
  RL_CHECK(told > 0 || whole->metrics.empty(), "what is taken is told");
  expect_fit(*whole);
  judge_all(std::move(*whole));
  const auto unfinished = metrics::extract(path, rules(), false);
  RL_CHECK(unfinished.has_value(), "an unfinished one too");
  expect_fit(*unfinished);
}

void read_report(std::string_view bytes) {
  for (const auto format : {metrics::ReportFormat::kAuto,
                            metrics::ReportFormat::kJUnit,
                            metrics::ReportFormat::kGoogleBenchmark,
                            metrics::ReportFormat::kHyperfine}) {
    const auto report = metrics::parse_report(bytes, format);
    if (!report) {
      RL_CHECK(report.error().message.find('\n') == std::string::npos,
               "one line says what is wrong");
      continue;
    }
    metrics::Extraction extraction;
    metrics::add_measurements(
        extraction, report->measurements, rules(), "fuzz.json");
    expect_fit(extraction);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::string_view bytes = all.substr(std::min<std::size_t>(size, 1));
  if (!all.starts_with('R')) {
    read_log(bytes);
  }
  if (!all.starts_with('L')) {
    read_report(bytes);
  }
  return 0;
}
