// Whether an approval is proven or only claimed: its SSH signature, checked
// again from the record alone, without a program and offline.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.h"
#include "projections/queries.h"

namespace projections {

enum class Proof {
  kClaimed,    // there is no signature: the name was believed
  kProven,     // signed with a key that the plan of then gives the person
  kUnlisted,   // signed with a key that it does not give them
  kUnchecked,  // signed with a key of a kind that is not checked here
  kBroken      // the signature is not one over this approval
};
std::string_view word(Proof proof);

// Of an approval in `view`, by the plan that it was given for, whatever the
// plan says now.
Proof proof_of(const ReleaseView& view, const schema::ApprovalRecord& approval);
// Why an approval with such a proof cannot count, or empty.
std::string doubt_of(Proof proof);

// Of every approval that `verify` reads: `signature-broken`.
class SignatureCheck {
 public:
  explicit SignatureCheck(std::string origin) : origin_(std::move(origin)) {}
  void look_at(const ledger::RecordedEvent& event, const schema::Event& says);
  const std::vector<ledger::Problem>& problems() const { return problems_; }

 private:
  std::string origin_;
  std::vector<ledger::Problem> problems_;
};

}  // namespace projections
