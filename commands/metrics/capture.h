// One word from a log: what a pattern's first group took the last time it
// matched. For outputs that are handed on, and for the exit code that a job's
// own summary names. As with metrics, only the last attempt's lines count.
// kIo `log-unreadable`. Thread-safe.

#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "ledger/result.h"

namespace commands::metrics {

// `pattern` is one that check_pattern allows. Nothing where it never matched,
// or took nothing. Terminal sequences are taken out of a line first.
ledger::Result<std::optional<std::string>> last_capture(
    const std::filesystem::path& log, const std::string& pattern);

// A word that is safe in a command: a path, an address, a number. Letters,
// digits and - . _ / : @ % + = , ~ alone, 1000 at most.
bool is_plain_word(std::string_view text);

}  // namespace commands::metrics
