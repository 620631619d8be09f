// The text of a pull request: what a reviewer needs to judge a release by.

#pragma once

#include <string>

#include "commands/metrics/baseline.h"
#include "commands/notes/notes.h"

namespace commands::notes {

// GitHub's bound, in characters; here in bytes, so a text is never too long.
constexpr std::size_t kPullRequestBytesMax = 65'000;
constexpr std::size_t kForgeReleaseBytesMax = 120'000;

std::string pull_request_title(const schema::ReleaseRecord& record);
// The notes, and each measured value beside the last release's.
std::string pull_request_body(const schema::ReleaseRecord& record,
                              const Changes& changes,
                              const metrics::History& history);

// Cut at a line's end where it is longer, and saying so.
std::string shortened(std::string text, std::size_t bytes_max);

}  // namespace commands::notes
