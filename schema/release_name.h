// Which names a release may have: they become stream names, git refs, folder
// and file names, so the rule is narrower than any of these.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace schema {

constexpr std::size_t kReleaseNameLengthMax = 64;

// Why `name` cannot be a release's name, or nothing.
std::optional<std::string> release_name_problem(std::string_view name);

// Without one leading "release_" or "v", as people write it.
std::string_view without_prefix(std::string_view name);

}  // namespace schema
