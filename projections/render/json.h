// Views as the JSON of the contract (cli.md): every field always
// present, null for nothing. Pure.

#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "ledger/ledger.h"
#include "projections/queries.h"

namespace projections::render {

nlohmann::ordered_json status_json(const ReleaseView& view);
nlohmann::ordered_json list_json(const ReleaseView& view);
nlohmann::ordered_json explain_json(const ReleaseView& view,
                                    const std::vector<Explanation>& list);
nlohmann::ordered_json verify_json(const ledger::Verification& result);

}  // namespace projections::render
