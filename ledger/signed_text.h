// Whether a text was signed by a person whom lines of an `allowed_signers` file
// give the key: from the record alone, without a program. Pure; thread-safe.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ledger {

struct SignedText {
  std::string text;
  std::string signature;  // armoured
  std::string key;        // that it was recorded with: "ssh-ed25519 AAAA..."
  std::string principal;  // the e-mail that the key has to belong to
  std::string name_space;
  std::int64_t at_ms = 0;  // when it was signed
};

enum class SignedBy {
  kListed,      // by a key that the lines give the principal
  kUnlisted,    // by a key that they do not
  kUnknownKey,  // by a key of a kind that is not checked here
  kNobody       // it is no signature by this key over this text
};
SignedBy who_signed(const SignedText& what,
                    const std::vector<std::string>& signers);

}  // namespace ledger
