// What both ways of publishing a release share, plain git and a forge: its
// names in git, how it is refused, and what a merge must hold.

#pragma once

#include <string>

#include "commands/notes/notes.h"
#include "commands/steps/step.h"

namespace commands::steps {

struct Names {
  std::string remote;
  std::string stable;  // branch
  std::string stable_ref;
  std::string staging_ref;
  std::string tag;
  std::string tag_ref;
  std::string notes_path;
};

Names names_of(const StepContext& context);
services::GitIdentity identity_of(const StepContext& context);
// A refusal by the state of the world, on the record once.
Status refuse(StepContext& context, Error error);

// Of the candidate, since the tip of the stable branch; empty: all of it.
Result<notes::Changes> changes_since_stable(StepContext& context,
                                            const Names& names,
                                            const std::string& stable);
// On the remote; empty: there is none.
Result<std::string> remote_ref(StepContext& context,
                               const Names& names,
                               const std::string& ref);
// Tip of the stable branch, its objects brought here; empty: there is none.
Result<std::string> fetch_stable(StepContext& context, const Names& names);

// Each signature of an approval that counts is good when it is checked again
// now: what is on the record is not believed. kCorruption `signature-broken`;
// kRejected `signer-not-allowed`, recorded; those of signing.h for a key of a
// kind that only ssh-keygen checks.
Status require_good_signatures(StepContext& context);
// That, of enough people. kWaiting `approvals-missing`.
Status require_sign_offs(StepContext& context);

// "Approved-by" lines and the head of the ledger, so that the history of the
// stable branch says what it was made on.
std::string merge_message(const StepContext& context, const Names& names);
// What is tagged must be what was validated: beside the candidate's own files
// only notes may differ. kRejected `stable-diverged`, recorded.
Status require_validated_tree(StepContext& context,
                              const Names& names,
                              const std::string& tree);
// Of merging `staging` into `stable`; the same refusal where they conflict.
Result<std::string> merged_tree(StepContext& context,
                                const Names& names,
                                const std::string& stable,
                                const std::string& staging);

// The tag, and where that is still to be done the merge, pushed and seen.
Status publish(StepContext& context, const Names& names);

// --- steps/forge.cc ---

// The release step by a pull request: opened, reviewed, merged there, tagged
// by git, and its page published.
Status release_on_forge(StepContext& context, const Names& names);
// What that would do, after really reading.
Status rehearse_on_forge(StepContext& context, const Names& names);

}  // namespace commands::steps
