// [tracker]: where blocking bugs are looked for.

#pragma once

#include <memory>

#include <toml++/toml.h>

#include "commands/plan/problems.h"
#include "schema/event.h"

namespace commands::plan {

std::unique_ptr<schema::Tracker> read_tracker(const toml::table& table,
                                              Problems& problems);

}  // namespace commands::plan
