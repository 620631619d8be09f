// A JSON text as its leaves, each with its dotted path: {"a": [{"b": 1}]} has
// a.0.b. `NaN`, `Infinity` and `-Infinity`, which Python and Google Benchmark
// write although JSON has no such words, are leaves without a number. Pure.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/result.h"

namespace commands::metrics {

struct JsonLeaf {
  std::string path;
  enum class Kind { kNumber, kText, kFlag, kNull } kind = Kind::kNull;
  double number = 0;
  bool flag = false;
  std::string text;
  std::uint64_t line = 0;
  std::size_t document = 0;
  bool element = false;  // stands in an array, under the array's path
};

// One document, or JSON Lines: a document a line. kUsage `report-invalid`.
ledger::Result<std::vector<JsonLeaf>> json_leaves(std::string_view text);

}  // namespace commands::metrics
