// Who may sign what, by lines as ssh-keygen reads them.

#include "ledger/allowed_signers.h"

#include <gtest/gtest.h>

#include "ledger/clock.h"
#include "tests/ledger/ssh_signatures.h"

namespace ledger_tests {
namespace {

constexpr std::int64_t kNow = 1'760'000'000'000;  // in October 2025

bool allows(const std::string& line,
            const std::string& principal = "ann@x.org",
            std::int64_t at_ms = kNow) {
  const auto signer = ledger::parse_signer(line + ed25519_key() + " comment");
  EXPECT_TRUE(signer.has_value()) << line;
  return signer &&
         ledger::may_sign(
             *signer, principal, "release-ledger", ed25519_key(), at_ms);
}

TEST(AllowedSigners, MatchAPrincipal) {
  EXPECT_TRUE(allows("ann@x.org "));
  EXPECT_TRUE(allows("bob@x.org,ann@x.org "));
  EXPECT_TRUE(allows("\"ann@x.org\" "));
  EXPECT_TRUE(allows("*@x.org "));
  EXPECT_TRUE(allows("an?@x.org "));
  EXPECT_FALSE(allows("ann@x.or "));
  EXPECT_FALSE(allows("Ann@x.org "));
  EXPECT_FALSE(allows("*@x.org,!ann@x.org "));
  EXPECT_FALSE(allows("!bob@x.org "));
}

TEST(AllowedSigners, MayBeForSomeNamespacesOnly) {
  EXPECT_TRUE(allows("ann@x.org namespaces=\"release-ledger\" "));
  EXPECT_TRUE(allows("ann@x.org NAMESPACES=\"git,release-*\" "));
  EXPECT_FALSE(allows("ann@x.org namespaces=\"git\" "));
}

TEST(AllowedSigners, MayBeForSomeTimeOnly) {
  const std::string window =
      "ann@x.org valid-after=\"20250101\",valid-before=\"20251231235959Z\" ";
  EXPECT_TRUE(allows(window));
  EXPECT_FALSE(allows(window, "ann@x.org", *ledger::parse_time("2024-12-31")));
  EXPECT_FALSE(allows(window, "ann@x.org", *ledger::parse_time("2026-01-01")));
  EXPECT_TRUE(allows("ann@x.org valid-after=\"202510010000\" "));
}

TEST(AllowedSigners, ThatSignKeysDoNotSign) {
  EXPECT_FALSE(allows("*@x.org cert-authority "));
}

TEST(AllowedSigners, MatchTheKey) {
  const auto signer = ledger::parse_signer("ann@x.org " + ed25519_key());
  ASSERT_TRUE(signer.has_value());
  EXPECT_FALSE(ledger::may_sign(
      *signer, "ann@x.org", "release-ledger", "ssh-ed25519 AAAA", kNow));
}

TEST(AllowedSigners, OfAnythingElseAreRefused) {
  for (const std::string& line :
       {std::string("ann@x.org"),
        std::string("ann@x.org ssh-ed25519"),
        "ann@x.org no-such-option " + ed25519_key(),
        "ann@x.org valid-after=\"soon\" " + ed25519_key(),
        ed25519_key()}) {
    const auto signer = ledger::parse_signer(line);
    ASSERT_FALSE(signer.has_value()) << line;
    EXPECT_EQ(signer.error().reason, "signer-invalid");
  }
  EXPECT_TRUE(ledger::is_signer_comment("# people"));
  EXPECT_TRUE(ledger::is_signer_comment("  "));
  EXPECT_FALSE(ledger::is_signer_comment("ann@x.org ssh-ed25519 AAAA"));
}

}  // namespace
}  // namespace ledger_tests
