// The view of all releases: one row a release, its record. Everything that
// `status`, `list` and `explain` say is read from it.
//
// Number 1, key: the release's name. The rows are schema::ReleaseRecord,
// packed, so that the view and the deciders share one fold.

#pragma once

#include "ledger/projection.h"
#include "schema/release/record.h"

namespace projections {

class Releases : public ledger::Projection {
 public:
  static constexpr std::uint16_t kNumber = 1;

  std::uint16_t number() const override { return kNumber; }
  std::string_view name() const override { return "releases"; }
  std::uint32_t definition() const override {
    return schema::kRecordDefinition;
  }
  ledger::Status apply(const ledger::StreamSlice& slice,
                       ledger::Rows& rows) const override;
};

// Adds an event as it was read back; one that this program does not know is
// counted and changes nothing else.
void fold(schema::ReleaseRecord& record, const ledger::RecordedEvent& event);

}  // namespace projections
