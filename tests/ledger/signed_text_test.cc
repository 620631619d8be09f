// Who has signed a text, as lines of an allowed_signers file have it.

#include "ledger/signed_text.h"

#include <gtest/gtest.h>

#include "ledger/ssh_signature.h"
#include "tests/ledger/ssh_signatures.h"

namespace ledger_tests {
namespace {

using ledger::SignedBy;

constexpr std::int64_t kThen = 1'760'000'000'000;  // in October 2025

ledger::SignedText signed_text(const std::string& armor) {
  const auto signature = ledger::parse_ssh_signature(armor);
  EXPECT_TRUE(signature.has_value());
  return {std::string(kSignedText),
          armor,
          signature ? signature->key : "",
          "ann@x.org",
          "release-ledger",
          kThen};
}

SignedBy who(const ledger::SignedText& what, const std::string& line) {
  return ledger::who_signed(what, {"# people", line});
}

TEST(SignedText, IsOfWhoeverTheLinesGiveTheKey) {
  for (const NamedSignature& each : good_signatures()) {
    const auto what = signed_text(each.armor);
    EXPECT_EQ(who(what, "ann@x.org " + what.key), SignedBy::kListed)
        << each.kind;
    EXPECT_EQ(who(what, "bob@x.org " + what.key), SignedBy::kUnlisted);
    EXPECT_EQ(who(what, "ann@x.org namespaces=\"git\" " + what.key),
              SignedBy::kUnlisted);
    EXPECT_EQ(who(what, "ann@x.org valid-before=\"20250101\" " + what.key),
              SignedBy::kUnlisted);
    EXPECT_EQ(ledger::who_signed(what, {}), SignedBy::kUnlisted);
  }
}

TEST(SignedText, IsOfNobodyWhereTheSignatureIsNotOverIt) {
  const auto good = signed_text(good_signatures().front().armor);
  const std::string line = "ann@x.org " + good.key;
  auto what = good;
  what.text += "more";
  EXPECT_EQ(who(what, line), SignedBy::kNobody);
  what = good;
  what.key = signed_text(good_signatures().back().armor).key;
  EXPECT_EQ(who(what, line), SignedBy::kNobody);
  what = good;
  what.signature = "signed, Ann";
  EXPECT_EQ(who(what, line), SignedBy::kNobody);
  what = good;
  what.name_space = "git";
  EXPECT_EQ(who(what, line), SignedBy::kNobody);
}

TEST(SignedText, ByAnUnknownKindOfKeyIsNotJudged) {
  const auto what = signed_text(signature_of_unknown_kind());
  EXPECT_EQ(who(what, "ann@x.org " + what.key), SignedBy::kUnknownKey);
}

}  // namespace
}  // namespace ledger_tests
