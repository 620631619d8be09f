#include "projections/releases.h"

#include "ledger/decoded.h"
#include "schema/event.h"

namespace projections {

void fold(schema::ReleaseRecord& record, const ledger::RecordedEvent& event) {
  const schema::Circumstances circumstances = ledger::circumstances_of(event);
  const auto decoded = ledger::decoded(event);
  if (record.name.empty()) {
    // A first event of a newer program still belongs to a release by name.
    record.name = event.envelope.stream;
  }
  if (decoded) {
    schema::evolve(record, *decoded, circumstances);
  } else if (event.redacted_by) {
    schema::evolve_redacted(record, circumstances);
  } else {
    schema::evolve_unknown(record, circumstances);
  }
}

ledger::Status Releases::apply(const ledger::StreamSlice& slice,
                               ledger::Rows& rows) const {
  if (slice.stream.kind != schema::StreamKind::release) {
    return {};
  }
  RL_ASSIGN(const auto row, rows.get(slice.stream.name));
  schema::ReleaseRecord record;
  if (row) {
    auto unpacked = schema::unpack_record(*row);
    if (!unpacked) {
      return ledger::fail(
          ledger::ErrorCode::kCorruption,
          "view-damaged",
          fmt::format("the view of {} is unreadable", slice.stream.name),
          "run `release-ledger rebuild`");
    }
    record = std::move(*unpacked);
  }
  for (const ledger::RecordedEvent& event : slice.events) {
    fold(record, event);
  }
  rows.put(slice.stream.name, schema::pack(record));
  return {};
}

}  // namespace projections
