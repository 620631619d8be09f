#include "projections/proof.h"

#include <array>

#include "ledger/decoded.h"
#include "ledger/signed_text.h"
#include "schema/release/approval_text.h"
#include "schema/release/policy.h"

namespace projections {
namespace {

constexpr std::array<std::string_view, 5> kProofWords = {
    "claimed", "proven", "unlisted", "unchecked", "BROKEN"};

// The signature over the approval as it is recorded.
Proof judge(const std::string& origin,
            const std::string& release,
            const schema::ApprovalGranted& granted,
            std::int64_t at_ms,
            const std::vector<std::string>& signers) {
  ledger::SignedText what;
  what.text = schema::approval_text(origin, release, granted);
  if (what.text != granted.signed_text) {
    return Proof::kBroken;
  }
  what.signature = granted.signature;
  what.key = granted.key;
  what.principal = schema::split_person(granted.by).email;
  what.name_space = schema::kSignatureNamespace;
  what.at_ms = at_ms;
  switch (ledger::who_signed(what, signers)) {
    case ledger::SignedBy::kListed:
      return Proof::kProven;
    case ledger::SignedBy::kUnlisted:
      return Proof::kUnlisted;
    case ledger::SignedBy::kUnknownKey:
      return Proof::kUnchecked;
    case ledger::SignedBy::kNobody:
      break;
  }
  return Proof::kBroken;
}

}  // namespace

std::string_view word(Proof proof) {
  return kProofWords[static_cast<std::size_t>(proof)];
}

Proof proof_of(const ReleaseView& view,
               const schema::ApprovalRecord& approval) {
  const schema::ApprovalGranted& granted = *approval.granted;
  if (granted.signature.empty()) {
    return Proof::kClaimed;
  }
  const schema::ReleaseRecord& record = *view.record;
  const auto older = view.older_signers.find(granted.plan_digest);
  std::vector<std::string> signers;
  if (older != view.older_signers.end()) {
    signers = older->second;
  } else if (record.plan && record.plan->digest == granted.plan_digest) {
    signers = schema::signer_lines(*record.plan);
  }
  return judge(
      view.origin, record.name, granted, approval.mark->at_ms, signers);
}

std::string doubt_of(Proof proof) {
  return proof == Proof::kBroken ? "its signature is not over this approval"
         : proof == Proof::kUnlisted
             ? "the plan does not give them the key it is signed with"
             : "";
}

void SignatureCheck::look_at(const ledger::RecordedEvent& event,
                             const schema::Event& says) {
  const auto* granted = std::get_if<schema::ApprovalGranted>(&says);
  if (granted != nullptr && !granted->signature.empty() &&
      judge(origin_, event.envelope.stream, *granted, 0, {}) ==
          Proof::kBroken) {
    problems_.push_back(
        {"signature-broken",
         fmt::format("position {}", event.position),
         fmt::format("the signature of {} is not over the approval of {}",
                     granted->by,
                     event.envelope.stream)});
  }
}

}  // namespace projections
