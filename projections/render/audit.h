// Audits as JSON, one object a release, and as text for people. Pure.

#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "projections/audit.h"
#include "projections/render/text.h"

namespace projections::render {

// A moment as a time, null for none.
nlohmann::ordered_json moment_or_null(
    const flatbuffers::Optional<std::int64_t>& at_ms);
nlohmann::ordered_json audit_json(const Audit& audit);
std::string audit_text(const Audit& audit, const Style& style);

}  // namespace projections::render
