// What an approval puts on the record and takes from it, whether somebody
// signs by a command or in a review. Internal to the deciders; defined in
// sign_off.cc.

#pragma once

#include <string>

#include "commands/decide/decide.h"

namespace commands::decide {

// Whose approval, in which role, on which evidence, from when on.
struct Approving {
  std::string by;
  std::string role;
  std::string evidence;  // the record's digest of it
  std::int64_t at_ms = 0;
  bool is_signed = false;  // one that is not signed is no match
};

// An approval of theirs in the role counts for the newest candidate.
bool signs_now(const ReleaseRecord& record, const Approving& approving);

// Of the newest candidate, the plan and the evidence as they are.
schema::ApprovalGranted granted_now(const ReleaseRecord& record,
                                    const Approving& approving);

schema::ApprovalRevoked revocation_of(const schema::ApprovalGranted& granted,
                                      std::string reason);

}  // namespace commands::decide
