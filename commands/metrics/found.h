// A reading on a line, and where it stands.

#pragma once

#include <cstddef>
#include <functional>

#include "commands/metrics/number.h"

namespace commands::metrics {

struct Found {
  Number number;
  std::size_t begin = 0;  // of label and number together
  std::size_t end = 0;
};
using OnFound = std::function<void(const Found&)>;

}  // namespace commands::metrics
