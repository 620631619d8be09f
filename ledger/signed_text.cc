#include "ledger/signed_text.h"

#include <algorithm>

#include "ledger/allowed_signers.h"
#include "ledger/ssh_signature.h"

namespace ledger {

SignedBy who_signed(const SignedText& what,
                    const std::vector<std::string>& signers) {
  const auto signature = parse_ssh_signature(what.signature);
  if (!signature || signature->key != what.key) {
    return SignedBy::kNobody;
  }
  switch (check_ssh_signature(*signature, what.name_space, what.text)) {
    case SshVerdict::kBad:
      return SignedBy::kNobody;
    case SshVerdict::kUnknownKey:
      return SignedBy::kUnknownKey;
    case SshVerdict::kGood:
      break;
  }
  const bool is_listed =
      std::ranges::any_of(signers, [&](const std::string& line) {
        const auto signer = parse_signer(line);
        return signer && may_sign(*signer,
                                  what.principal,
                                  what.name_space,
                                  what.key,
                                  what.at_ms);
      });
  return is_listed ? SignedBy::kListed : SignedBy::kUnlisted;
}

}  // namespace ledger
