// SSH signatures over kSignedText for the namespace "release-ledger", by a key
// of each kind.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ledger_tests {

constexpr std::string_view kSignedText = "approve\n";

struct NamedSignature {
  std::string kind;
  std::string armor;
};
const std::vector<NamedSignature>& good_signatures();

// Of a hardware key that nobody has touched.
std::string untouched_signature();
std::string signature_of_unknown_kind();
// The public half of the first.
std::string ed25519_key();

}  // namespace ledger_tests
