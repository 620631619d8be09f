#include "projections/render/changes.h"

#include <fmt/format.h>

#include "projections/render/json_parts.h"

namespace projections::render {

nlohmann::ordered_json difference_json(const Difference& difference) {
  using json = nlohmann::ordered_json;
  json changes = json::array();
  for (const Change& change : difference.changes) {
    changes.push_back({{"kind", change.kind},
                       {"subject", change.subject},
                       {"before", number_or_null(change.before)},
                       {"after", number_or_null(change.after)}});
  }
  return {{"version", difference.release},
          {"from", difference.from},
          {"to", difference.to},
          {"events", difference.events},
          {"changes", changes}};
}

std::string difference_text(const Difference& difference, const Style& style) {
  std::string text = fmt::format("{}: from position {} to {}, {} events\n",
                                 difference.release,
                                 difference.from,
                                 difference.to,
                                 difference.events);
  Table table({"what", "which", "before", "after"});
  for (const Change& change : difference.changes) {
    table.add({change.kind,
               change.subject,
               change.before.value_or("-"),
               change.after.value_or("-")});
  }
  return text + (table.empty() ? "nothing changed\n" : table.text(style, ""));
}

}  // namespace projections::render
