// Reading what git prints: fields, and the one line of its complaints that
// says what is wrong. Pure; thread-safe.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/services/process.h"
#include "ledger/result.h"

namespace commands::services {

// The parts of `text` that each end with `end` (the last may lack it).
std::vector<std::string_view> parts_of(std::string_view text, char end);
std::string_view without_newline(std::string_view text);  // one, at the end

// Untrusted words made fit for a terminal and an event: no control
// characters or terminal sequences, valid UTF-8, no credentials of a URL, at
// most 500 bytes.
std::string sanitised(std::string_view line);

// The most telling line of git's standard error, sanitised; empty if none.
std::string telling_line(std::string_view err);

// The lock file that stood in git's way, if that was it.
std::optional<std::string> stale_lock(std::string_view err);

// `git VERB` did not exit with 0: kUsage `not-a-repository`, else kUpstream
// `git-failed`.
ledger::Error git_error(std::string_view verb, const ProcessResult& result);

// The same for a call that speaks with a remote: `remote-unreachable` too.
ledger::Error remote_error(std::string_view verb,
                           std::string_view remote,
                           const ProcessResult& result);

// A push that failed: `push-rejected` where the remote said no.
ledger::Error push_error(std::string_view remote, const ProcessResult& result);

}  // namespace commands::services
