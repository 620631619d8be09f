// What a person is shown before they sign: the commit, the plan, each check
// and waiver, and what has changed since it was last signed by them or in this
// role.

#pragma once

#include <string>

#include "commands/environment.h"
#include "schema/release/record.h"

namespace commands {

void show_evidence(Reporter& reporter, const schema::ReleaseRecord& record);

// Folds the release as it stood at that approval. Nothing is shown where there
// is none.
Status show_changes_since_approval(const Environment& environment,
                                   const schema::ReleaseRecord& record,
                                   const std::string& by,
                                   const std::string& role);

}  // namespace commands
