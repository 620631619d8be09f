#include "tests/ledger/counting_view.h"

#include <fmt/format.h>

namespace ledger_tests {

ledger::Status CountingView::apply(const ledger::StreamSlice& slice,
                                   ledger::Rows& rows) const {
  RL_ASSIGN(const auto stored, rows.get(slice.stream.name));
  std::string row = stored.value_or(
      fmt::format("definition {} from {}:", definition_, slice.first_position));
  for (const ledger::RecordedEvent& event : slice.events) {
    row += " " + event.envelope.type;
  }
  rows.put(slice.stream.name, row);
  return {};
}

}  // namespace ledger_tests
