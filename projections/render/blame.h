// Who changed what is asked of a metric, as JSON, an object a line, and as
// text for people. Pure.

#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "projections/blame.h"
#include "projections/render/text.h"

namespace projections::render {

nlohmann::ordered_json blame_json(const std::string& key,
                                  const BlameLine& line);
std::string blame_text(const std::vector<BlameLine>& lines, const Style& style);

}  // namespace projections::render
