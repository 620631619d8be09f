// The tables of a plan file as the plan: types, defaults and unknown keys.
// What the values must satisfy together is check.h's.

#pragma once

#include "commands/plan/problems.h"
#include "commands/plan/toml_reader.h"
#include "schema/event.h"

namespace commands::plan {

// Digests are left empty. Validations, acceptance and metrics keep the order
// of the file, so an index finds the same thing in plan and source.
schema::Plan read_sections(const toml::table& source, Problems& problems);

}  // namespace commands::plan
