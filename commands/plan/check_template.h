// Checks of an argv template: not empty, and placeholders that are known.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/plan/problems.h"

namespace commands::plan {

// `key` is what messages call it.
void check_command(std::string_view key,
                   const std::vector<std::string>& command,
                   Place place,
                   Problems& problems);

// Arguments may hold placeholders too, but not a list.
void check_arguments(std::string_view key,
                     const std::vector<std::string>& arguments,
                     Place place,
                     Problems& problems);

}  // namespace commands::plan
