#include "projections/render/blame.h"

#include "ledger/clock.h"
#include "projections/render/json_parts.h"

namespace projections::render {

nlohmann::ordered_json blame_json(const std::string& key,
                                  const BlameLine& line) {
  return {{"key", key},
          {"version", line.release},
          {"position", line.position},
          {"at", ledger::rfc3339(line.at_ms)},
          {"by", line.by},
          {"what", line.what},
          {"before", number_or_null(line.before)},
          {"after", number_or_null(line.after)}};
}

std::string blame_text(const std::vector<BlameLine>& lines,
                       const Style& style) {
  Table table({"position", "at", "release", "by", "what", "before", "after"});
  for (const BlameLine& line : lines) {
    table.add({std::to_string(line.position),
               ledger::rfc3339(line.at_ms),
               line.release,
               line.by,
               line.what,
               line.before.value_or("-"),
               line.after.value_or("-")});
  }
  return table.text(style, "");
}

}  // namespace projections::render
