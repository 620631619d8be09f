// Extracts metrics from a log as a validation's end does and prints what was
// found, so that tools/bench/metrics can time the process and compare.

#include <cstdio>

#include "commands/metrics/extract.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: bench_metrics LOG\n");
    return 2;
  }
  schema::MetricRule loss;
  loss.key = "loss";
  loss.pattern = "loss=([0-9.]+)";
  loss.statistic = "mean";
  const auto result = commands::metrics::extract(argv[1], {loss}, true);
  if (!result) {
    fmt::print(stderr, "bench_metrics: {}\n", result.error().message);
    return 1;
  }
  for (const schema::MetricSource& source : result->sources) {
    fmt::print("{} {}\n", source.key, source.samples);
  }
  return 0;
}
