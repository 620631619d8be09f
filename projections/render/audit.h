// Audits as JSON, one object a release, and as text for people. Pure.

#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "projections/audit.h"
#include "projections/render/text.h"

namespace projections::render {

nlohmann::ordered_json audit_json(const Audit& audit);
std::string audit_text(const Audit& audit, const Style& style);

}  // namespace projections::render
