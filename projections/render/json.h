// Views as the JSON of the contract (cli.md): every field always
// present, null for nothing. Pure.

#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "ledger/ledger.h"
#include "projections/queries.h"

namespace projections::render {

nlohmann::ordered_json status_json(const ReleaseView& view);
// What the predecessor's state says; null for a release of our own.
nlohmann::ordered_json imported_json(const schema::ReleaseRecord& record);
nlohmann::ordered_json explain_json(const ReleaseView& view,
                                    const std::vector<Explanation>& list);
nlohmann::ordered_json verify_json(const ledger::Verification& result);

}  // namespace projections::render
