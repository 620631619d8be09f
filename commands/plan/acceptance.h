// [[validation.acceptance]]: an entry of a plan file as one check.

#pragma once

#include "commands/plan/problems.h"
#include "commands/plan/toml_reader.h"
#include "schema/event.h"

namespace commands::plan {

schema::Acceptance read_acceptance(const toml::table& table,
                                   Problems& problems);

}  // namespace commands::plan
