// The release notes: what an engineer and an auditor read next year. Made of
// recorded facts and the commits since the last stable; the same record and
// commits give the same text.

#pragma once

#include <string>
#include <vector>

#include "commands/services/git.h"
#include "schema/release/record.h"

namespace commands::notes {

struct Changes {
  std::string since;  // what the commits are counted from, in words
  std::vector<services::Commit> commits;  // newest first
  bool truncated = false;
};

constexpr std::size_t kCommitsMax = 200;

std::string release_notes(const schema::ReleaseRecord& record,
                          const Changes& changes);

}  // namespace commands::notes
