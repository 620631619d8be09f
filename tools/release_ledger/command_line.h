// The command line: which verbs and options there are, with their help, and
// argv turned into Options. CLI11 is used here and nowhere else.
//
// One table says which verbs exist; help, completion and suggestions follow
// from it.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tools/release_ledger/options.h"
#include "tools/release_ledger/session.h"

namespace CLI {
class App;
}

namespace tools {

using Verb = std::function<Status(Session&)>;

// What argv asks for: a verb to run, or a text to print.
struct Invocation {
  Options options;
  Verb verb;         // empty: print `text`
  std::string text;  // help, version, a completion script
};

// kUsage `usage`: one line that says what is wrong and what was meant.
Result<Invocation> parse_command_line(int argc, const char* const* argv);

// A completion script; kUsage `no-such-shell`.
Result<std::string> completion(const CLI::App& app, const std::string& shell);

}  // namespace tools
