// Who may sign off a release, and whether enough have: the approval policy of
// a recorded plan. Pure.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/release/record.h"

namespace schema {

// "Ann <ann@x.org>" taken apart; either half may be empty.
struct PersonName {
  std::string name;
  std::string email;
};
PersonName split_person(std::string_view by);

// What makes two signatures one person's: the plan's person, else the
// lower-case e-mail, else the name.
std::string person_key(const Plan& plan, std::string_view by);

// A member is a name or an e-mail, matched exactly; a person of the plan
// matches with each of theirs.
bool is_member(const Plan& plan, std::string_view role, std::string_view by);
const RoleMembers* find_role(const Plan& plan, std::string_view role);

// Who may waive a check: everybody, or the members of these roles.
bool may_waive(const Plan& plan, std::string_view by);
bool wants_second_person(const Plan& plan);

// Whose SSH keys may sign approvals, as lines of an allowed_signers file: those
// of the file beside the plan, then those of the plan's people.
std::vector<std::string> signer_lines(const Plan& plan);

// Why an approval does not count now, or empty: it was revoked, given for
// another candidate, plan or evidence, has expired (moment.h), or lacks a
// signature that the plan asks for.
std::string staleness(const ReleaseRecord& record,
                      const CandidateRecord& candidate,
                      const ApprovalRecord& approval,
                      std::string_view evidence_digest);

struct Tally {
  std::size_t people = 0;  // distinct, with a valid approval
  std::size_t required = 0;
  std::vector<std::string> lacking;     // in words; empty: the policy is met
  std::vector<std::string> open_roles;  // whose members can still help
};
Tally tally(const ReleaseRecord& record, std::string_view evidence_digest);

}  // namespace schema
