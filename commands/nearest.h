// The known word a person most likely meant. Pure and thread-safe.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace commands {

// Insertions, deletions, replacements and swaps of neighbours that turn one
// word into the other, ASCII case aside.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of `known`, if it is near enough to be a slip of the hand: one
// edit for every three characters, at least one.
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& known);

// At most `count` of `known`, the nearest first, however far.
std::vector<std::string> nearest_first(std::string_view word,
                                       std::vector<std::string> known,
                                       std::size_t count);

// "; did you mean NAME?", or nothing.
std::string suggestion(std::string_view word,
                       const std::vector<std::string>& known);

}  // namespace commands
