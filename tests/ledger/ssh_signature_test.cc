// Signatures that ssh-keygen made, checked without it.

#include "ledger/ssh_signature.h"

#include <gtest/gtest.h>

#include "ledger/digest.h"
#include "tests/ledger/ssh_signatures.h"

namespace ledger_tests {
namespace {

using ledger::check_ssh_signature;
using ledger::parse_ssh_signature;
using ledger::SshVerdict;

SshVerdict check(const std::string& armor,
                 std::string_view text = kSignedText,
                 std::string_view name_space = "release-ledger") {
  const auto signature = parse_ssh_signature(armor);
  EXPECT_TRUE(signature.has_value());
  return signature ? check_ssh_signature(*signature, name_space, text)
                   : SshVerdict::kBad;
}

TEST(SshSignature, OfEachKindOfKeyIsGood) {
  for (const NamedSignature& each : good_signatures()) {
    EXPECT_EQ(check(each.armor), SshVerdict::kGood) << each.kind;
  }
}

TEST(SshSignature, OfAnotherTextIsBad) {
  for (const NamedSignature& each : good_signatures()) {
    EXPECT_EQ(check(each.armor, "approve"), SshVerdict::kBad) << each.kind;
  }
}

TEST(SshSignature, ForAnotherNamespaceIsBad) {
  for (const NamedSignature& each : good_signatures()) {
    EXPECT_EQ(check(each.armor, kSignedText, "git"), SshVerdict::kBad);
    EXPECT_EQ(check(each.armor, kSignedText, ""), SshVerdict::kBad);
  }
}

// Whatever byte is another, it is no signature, or a bad one, or of a key of a
// kind that nobody knows.
TEST(SshSignature, WithAnotherByteIsNotGood) {
  for (const NamedSignature& each : good_signatures()) {
    const std::string begin = "-----BEGIN SSH SIGNATURE-----\n";
    for (std::size_t i = begin.size(); i < each.armor.size() - 30; i += 7) {
      std::string changed = each.armor;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      const auto signature = parse_ssh_signature(changed);
      if (signature && changed != each.armor) {
        const auto whole = parse_ssh_signature(each.armor);
        const bool same = signature->key == whole->key &&
                          signature->signature == whole->signature &&
                          signature->hash == whole->hash &&
                          signature->name_space == whole->name_space;
        EXPECT_TRUE(same || check_ssh_signature(
                                *signature, "release-ledger", kSignedText) !=
                                SshVerdict::kGood)
            << each.kind << " " << i;
      }
    }
  }
}

TEST(SshSignature, OfAnUntouchedHardwareKeyIsBad) {
  EXPECT_EQ(check(untouched_signature()), SshVerdict::kBad);
}

TEST(SshSignature, OfAnUnknownKindIsNotJudged) {
  EXPECT_EQ(check(signature_of_unknown_kind()), SshVerdict::kUnknownKey);
}

TEST(SshSignature, NamesTheKey) {
  const auto signature = parse_ssh_signature(good_signatures().front().armor);
  ASSERT_TRUE(signature.has_value());
  EXPECT_EQ(signature->key, ed25519_key());
  EXPECT_EQ(signature->name_space, "release-ledger");
}

TEST(SshSignature, IsNotReadFromOtherTexts) {
  const std::string& good = good_signatures().front().armor;
  EXPECT_FALSE(parse_ssh_signature(""));
  EXPECT_FALSE(parse_ssh_signature("approve"));
  EXPECT_FALSE(parse_ssh_signature(" " + good));
  EXPECT_FALSE(parse_ssh_signature(good.substr(0, good.size() / 2)));
  EXPECT_FALSE(
      parse_ssh_signature("-----BEGIN SSH SIGNATURE-----\n"
                          "-----END SSH SIGNATURE-----\n"));
}

TEST(SshSignature, TakesAKeyFromALineOfItsFile) {
  EXPECT_EQ(ledger::ssh_key_of(ed25519_key() + " ann@host\n"), ed25519_key());
  EXPECT_EQ(ledger::ssh_key_of(ed25519_key()), ed25519_key());
  EXPECT_FALSE(ledger::ssh_key_of("ssh-ed25519"));
  EXPECT_FALSE(ledger::ssh_key_of("ssh-ed25519 AAAA"));
  EXPECT_FALSE(ledger::ssh_key_of("ssh-rsa" + ed25519_key().substr(11)));
}

}  // namespace
}  // namespace ledger_tests
