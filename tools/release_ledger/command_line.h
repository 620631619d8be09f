// argv turned into an Invocation: the options of the program as a whole, and
// what is told to a person whose line makes no sense.

#pragma once

#include <string>
#include <vector>

#include "tools/release_ledger/verb_table.h"

namespace tools {

// kUsage `usage`: one line that says what is wrong and what was meant.
Result<Invocation> parse_command_line(int argc, const char* const* argv);

// "--ledger", "--plan", ...
std::vector<std::string> flags_of(const CLI::App& app);

// A completion script; kUsage `no-such-shell`.
Result<std::string> completion(const CLI::App& app, const std::string& shell);

}  // namespace tools
