#include "ledger/note.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace ledger_tests {
namespace {

using namespace ledger;

// The example of the C2SP specification, and two of the Go note package.
constexpr std::string_view kExampleKey =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const std::string kExample =
    "This is an example message.\n\n"
    "— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRK"
    "uwHjG1Yu72IneyaQM=\n";
constexpr std::string_view kNeumannKey =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kEnochKey =
    "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const std::string kCryptography =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n";
const std::string kNeumannLine =
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngot"
    "pRZb6KE6RyyBwJnAM=\n";
const std::string kEnochLine =
    "— EnochRoot "
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwn"
    "WLox33WWd1RvMc+QQ=\n";

VerifierKey key_of(std::string_view text) {
  return parse_verifier_key(text).value();
}

SignerKey signer(char c) {
  return {"ledger.example", std::string(32, c)};
}

Checkpoint checkpoint() {
  return {"ledger.example", 7, sha256({"root"})};
}

TEST(Note, OfThePublishedExamplesIsGood) {
  EXPECT_EQ(check_signatures(kExample, {key_of(kExampleKey)}),
            Signature::kGood);
  EXPECT_EQ(
      check_signatures(kCryptography + kNeumannLine, {key_of(kNeumannKey)}),
      Signature::kGood);
  EXPECT_EQ(check_signatures(kCryptography + kEnochLine, {key_of(kEnochKey)}),
            Signature::kGood);
}

TEST(Note, OfSeveralSignersNeedsOneThatIsKnown) {
  const std::string both = kCryptography + kNeumannLine + kEnochLine;
  EXPECT_EQ(check_signatures(both, {key_of(kEnochKey)}), Signature::kGood);
  EXPECT_EQ(check_signatures(both, {key_of(kEnochKey), key_of(kNeumannKey)}),
            Signature::kGood);
  EXPECT_EQ(check_signatures(both, {key_of(kExampleKey)}),
            Signature::kNoKnownKey);
  EXPECT_EQ(check_signatures(both, {}), Signature::kNoKnownKey);
}

TEST(Note, WithOneBadSignatureOfAKnownKeyIsBad) {
  std::string note = kCryptography + kNeumannLine + kEnochLine;
  note[3] = 'x';
  EXPECT_EQ(check_signatures(note, {key_of(kEnochKey)}), Signature::kBad);
  // Good for one key, bad for the other.
  const std::string mixed = kCryptography + kNeumannLine + "— EnochRoot " +
                            kEnochLine.substr(kEnochLine.find(' ', 4) + 1);
  std::string broken = mixed;
  broken[broken.size() - 8] = broken[broken.size() - 8] == 'A' ? 'B' : 'A';
  EXPECT_EQ(check_signatures(broken, {key_of(kNeumannKey), key_of(kEnochKey)}),
            Signature::kBad);
}

TEST(Note, WithAnyByteChangedIsNotGood) {
  const std::string note = sign(checkpoint(), signer('a'));
  const VerifierKey key = public_half(signer('a'));
  ASSERT_EQ(check_signatures(note, {key}), Signature::kGood);
  for (std::size_t i = 0; i < note.size(); ++i) {
    for (const int bit : {0x01, 0x20, 0x80}) {
      std::string changed = note;
      changed[i] = static_cast<char>(changed[i] ^ bit);
      EXPECT_NE(check_signatures(changed, {key}), Signature::kGood) << i;
    }
    EXPECT_NE(check_signatures(note.substr(0, i), {key}), Signature::kGood);
  }
}

TEST(Note, ThatIsMalformedIsNotGood) {
  const std::vector<VerifierKey> keys = {key_of(kExampleKey)};
  const std::string line = kExample.substr(kExample.find("—"));
  const std::string text = "This is an example message.\n";
  for (const std::string& note : {
           std::string(),
           text,
           text + "\n",
           text + line,                     // no blank line
           text + "\n" + line + "x",        // no final line feed
           text + "\n" + line + "\n",       // ends in a blank line
           text + "\n" + line + "- a b\n",  // a hyphen is no dash
           text + "\n" + line + "— a\n",    // no signature
           text + "\n" + line + "— a A+=\n",
           text + "\n" + line + "— a+b AAAAAAA=\n",
           text + "\n" + line + "—  AAAAAAA=\n",
           text + "\n" + line + "— a AAAA\n",  // shorter than an id
           text + "\n" + line + "— a\xc2\xa0 AAAAAAA=\n",
           "\x01" + text + "\n" + line,
           "\xff" + text + "\n" + line,
           "\xed\xa0\x80" + text + "\n" + line,
           "\xc0\xaf" + text + "\n" + line,
       }) {
    EXPECT_NE(check_signatures(note, keys), Signature::kGood) << note;
  }
}

TEST(Note, MayHaveSixteenSignaturesButNotAnyNumber) {
  std::string note = kCryptography + kNeumannLine;
  for (int i = 0; i < 15; ++i) {
    note += fmt::format("— w{} AAAAAAA=\n", i);
  }
  EXPECT_EQ(check_signatures(note, {key_of(kNeumannKey)}), Signature::kGood);
  for (int i = 0; i < 100; ++i) {
    note += "— w AAAAAAA=\n";
  }
  EXPECT_EQ(check_signatures(note, {key_of(kNeumannKey)}), Signature::kBad);
}

TEST(Note, OfAnotherKeyWithTheSameNameIsUnknown) {
  const std::string note = sign(checkpoint(), signer('a'));
  EXPECT_EQ(check_signatures(note, {public_half(signer('b'))}),
            Signature::kNoKnownKey);
}

TEST(Checkpoint, SurvivesSigning) {
  const std::string note = sign(checkpoint(), signer('a'));
  EXPECT_EQ(parse_checkpoint(note), checkpoint());
}

// Made with keys of RFC 8032, test 1; the root is that of three entries.
TEST(Checkpoint, AgreesWithTheWorkedExample) {
  const SignerKey key{
      "ledger.example/releases",
      from_hex(
          "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
          .value()};
  Checkpoint three{"ledger.example/releases", 3, {}};
  const std::string root =
      from_base64("PbZ2Ze6owm3jQWaMHTGZ9h3kt4CoKFaaiYzkjCjZMfM=").value();
  std::ranges::copy(root, three.root.begin());
  EXPECT_EQ(sign(three, key),
            "ledger.example/releases\n3\n"
            "PbZ2Ze6owm3jQWaMHTGZ9h3kt4CoKFaaiYzkjCjZMfM=\n\n"
            "— ledger.example/releases iXZX8LXRqOS5eLJmUrkikmovyk7LVxfZtTE4oHF"
            "c7m046+dkZ2lKDTmhBgeBuSGoios2ZnXkZ0oUnwEEHaJZSsrDBwc=\n");
  EXPECT_EQ(to_text(public_half(key)),
            "ledger.example/releases+897657f0+"
            "AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea");
}

TEST(Checkpoint, HasNoOtherForm) {
  const std::string root = to_base64(view(sha256({"root"})));
  const auto note = [](const std::string& text) {
    return text + "\n— ledger.example AAAAAAA=\n";
  };
  EXPECT_TRUE(parse_checkpoint(note("o\n7\n" + root + "\n")));
  EXPECT_TRUE(parse_checkpoint(note("o\n0\n" + root + "\n")));
  for (const std::string& text : {
           "o\n7\n" + root + "\nextension\n",
           "o\n07\n" + root + "\n",
           "o\n+7\n" + root + "\n",
           "o\n-7\n" + root + "\n",
           "o\n7 \n" + root + "\n",
           "o\n\n" + root + "\n",
           "o\n18446744073709551616\n" + root + "\n",
           "\n7\n" + root + "\n",
           "o\n7\n" + root.substr(4) + "\n",
           "o\n7\n" + root + "=\n",
           std::string("o\n7\n"),
           std::string("o\n"),
       }) {
    EXPECT_FALSE(parse_checkpoint(note(text))) << text;
  }
}

TEST(Keys, RoundTripAsText) {
  const SignerKey key = signer('a');
  const auto read = parse_signer_key(to_text(key));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->name, key.name);
  EXPECT_EQ(read->seed, key.seed);
  EXPECT_EQ(to_text(key_of(kExampleKey)), kExampleKey);
  EXPECT_EQ(to_text(key_of(kNeumannKey)), kNeumannKey);
}

TEST(Keys, WithAWrongIdTypeOrLengthAreNone) {
  const std::string good(kExampleKey);
  for (const std::string& text : {
           std::string(),
           std::string("+"),
           "x" + good,  // the id is of another name
           good.substr(1),
           good + "\n",
           good.substr(0, good.size() - 4),
           std::string("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2"
                       "LKaANYcrnKv3U2k"),
           std::string("example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2"
                       "LKaANYcrnKv3U2k"),
           std::string("example.com/foo+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2"
                       "LKaANYcrnKv3U2k"),
           std::string("exam ple+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYc"
                       "rnKv3U2k"),
       }) {
    EXPECT_FALSE(parse_verifier_key(text)) << text;
  }
  const std::string secret = to_text(signer('a'));
  EXPECT_FALSE(parse_signer_key(secret.substr(1)));
  EXPECT_FALSE(parse_signer_key(to_text(public_half(signer('a')))));
  EXPECT_FALSE(parse_signer_key(secret.substr(0, secret.size() - 4)));
}

}  // namespace
}  // namespace ledger_tests
