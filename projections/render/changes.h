// What changed between two moments, as JSON and as text for people. Pure.

#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "projections/changes.h"
#include "projections/render/text.h"

namespace projections::render {

nlohmann::ordered_json difference_json(const Difference& difference);
std::string difference_text(const Difference& difference, const Style& style);

}  // namespace projections::render
