// `{word}` in commands and patterns: found, checked and filled in. Braces
// that hold anything but small letters and underscores, and those after a $,
// are text; so is all but `{output:NAME.KEY}`, which is one word. `{{word}}`
// stands for the text `{word}`. Pure and thread-safe.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace commands::plan {

// What another validation has put out: `output:NAME.KEY`.
constexpr std::string_view kOutputWord = "output:";

// The words of `text`, in order, those of `{{word}}` left out.
std::vector<std::string> placeholders(std::string_view text);
// Whether one of the elements has it.
bool names(const std::vector<std::string>& elements, std::string_view word);

// With each placeholder replaced that `value_of` knows; others stay.
std::string fill_in(
    std::string_view text,
    const std::function<std::optional<std::string>(std::string_view)>&
        value_of);

}  // namespace commands::plan
