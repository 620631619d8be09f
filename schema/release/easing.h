// Which gates of a plan are easier to pass than those of another, in words:
// what an auditor wants pointed out. A change whose direction cannot be told,
// such as another pattern, is one of them. Pure.

#pragma once

#include <string>
#include <vector>

#include "schema/event.h"

namespace schema {

// Whether to look at who may sign: between two plans of one release, but not
// between releases, where people come and go.
enum class Staff { kIgnored, kCompared };

// Looks at the validations of the mode's set only.
std::vector<std::string> easings(const Plan& before,
                                 const Plan& after,
                                 Mode mode,
                                 Staff staff);

}  // namespace schema
