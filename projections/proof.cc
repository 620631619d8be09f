#include "projections/proof.h"

#include <algorithm>
#include <array>

#include "ledger/allowed_signers.h"
#include "ledger/ssh_signature.h"
#include "schema/release/approval_text.h"
#include "schema/release/policy.h"

namespace projections {
namespace {

constexpr std::array<std::string_view, 5> kProofWords = {
    "claimed", "proven", "unlisted", "unchecked", "BROKEN"};

// The signature over the approval as it is recorded; nothing about whose key.
ledger::SshVerdict judge(const std::string& origin,
                         const std::string& release,
                         const schema::ApprovalGranted& granted) {
  const std::string text = schema::approval_text(origin, release, granted);
  const auto signature = ledger::parse_ssh_signature(granted.signature);
  if (!signature || text != granted.signed_text ||
      signature->key != granted.key) {
    return ledger::SshVerdict::kBad;
  }
  return ledger::check_ssh_signature(
      *signature, schema::kSignatureNamespace, text);
}

bool is_listed(const schema::Plan& plan,
               const schema::ApprovalRecord& approval) {
  const std::string email = schema::split_person(approval.granted->by).email;
  return std::ranges::any_of(
      schema::signer_lines(plan), [&](const std::string& line) {
        const auto signer = ledger::parse_signer(line);
        return signer && ledger::may_sign(*signer,
                                          email,
                                          schema::kSignatureNamespace,
                                          approval.granted->key,
                                          approval.mark->at_ms);
      });
}

}  // namespace

std::string_view word(Proof proof) {
  return kProofWords[static_cast<std::size_t>(proof)];
}

Proof proof_of(const std::string& origin,
               const schema::ReleaseRecord& record,
               const schema::ApprovalRecord& approval) {
  if (approval.granted->signature.empty()) {
    return Proof::kClaimed;
  }
  switch (judge(origin, record.name, *approval.granted)) {
    case ledger::SshVerdict::kBad:
      return Proof::kBroken;
    case ledger::SshVerdict::kUnknownKey:
      return Proof::kUnchecked;
    case ledger::SshVerdict::kGood:
      break;
  }
  return record.plan && is_listed(*record.plan, approval) ? Proof::kProven
                                                          : Proof::kUnlisted;
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
      judge(origin_, event.envelope.stream, *granted) ==
          ledger::SshVerdict::kBad) {
    problems_.push_back(
        {"signature-broken",
         fmt::format("position {}", event.position),
         fmt::format("the signature of {} is not over the approval of {}",
                     granted->by,
                     event.envelope.stream)});
  }
}

}  // namespace projections
