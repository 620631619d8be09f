#include "schema/release/moment.h"

#include <ctime>

#include <fmt/chrono.h>

namespace schema {

std::int64_t judged_at_ms(const ReleaseRecord& record) {
  if (record.publication_mark) {
    return record.publication_mark->at_ms;
  }
  if (record.judged_at_ms != 0 || record.newest == nullptr) {
    return record.judged_at_ms;
  }
  return record.newest->at_ms;
}

std::string moment_text(std::int64_t at_ms) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(at_ms / 1000));
}

}  // namespace schema
