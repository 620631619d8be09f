#include "ledger/digest.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/ledger/temporary_folder.h"

namespace ledger_tests {
namespace {

using namespace ledger;

std::string unhex(std::string_view hex) {
  return from_hex(hex).value();
}

TEST(Hex, RoundTripsEveryByte) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<char>(i));
  }
  EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
  EXPECT_EQ(to_hex(std::string_view("\0\xff", 2)), "00ff");
}

TEST(Hex, HasOneFormPerValue) {
  for (const char* text : {"0", "0g", "FF", " ff", "ff ", "0x", "+1"}) {
    EXPECT_FALSE(from_hex(text)) << text;
  }
  EXPECT_EQ(from_hex(""), "");
}

TEST(Base64, RoundTripsEveryLength) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    bytes.push_back(static_cast<char>(i * 37));
  }
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foo"), "Zm9v");
}

TEST(Base64, HasOneFormPerValue) {
  for (const char* text : {"Zg",
                           "Zg=",
                           "Zh==",
                           "Zm9=",
                           "Zg==\n",
                           " Zg==",
                           "Zg== ",
                           "Z g=",
                           "====",
                           "=Zg=",
                           "Zg==Zg==",
                           "Zm9-",
                           "Zm9_",
                           "Zm.v"}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
  EXPECT_EQ(from_base64(""), "");
}

TEST(Sha256, IsOfThePartsOneAfterTheOther) {
  EXPECT_EQ(to_hex(sha256({})),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256({"a", "bc"})), to_hex(sha256({"abc"})));
  EXPECT_EQ(to_hex(sha256({"abc"})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, OfAFileIsThatOfItsBytes) {
  const TemporaryFolder folder;
  const std::string content(200'000, 'x');
  std::ofstream(folder / "file") << content;
  EXPECT_EQ(sha256_file(folder / "file").value(), sha256({content}));
  const auto none = sha256_file(folder / "none");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().reason, "file-unreadable");
  EXPECT_NE(none.error().message.find("none"), std::string::npos);
}

// RFC 8032, section 7.1, test 1.
TEST(Ed25519, AgreesWithThePublishedVector) {
  const std::string seed =
      unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  EXPECT_EQ(to_hex(ed25519_public_key(seed)),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const std::string signature = ed25519_sign(seed, "");
  EXPECT_EQ(to_hex(signature),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
  EXPECT_TRUE(ed25519_verify(ed25519_public_key(seed), "", signature));
}

TEST(Ed25519, RefusesAnotherTextKeyOrSignature) {
  const std::string seed(32, 's');
  const std::string key = ed25519_public_key(seed);
  std::string signature = ed25519_sign(seed, "text");
  EXPECT_FALSE(ed25519_verify(key, "texT", signature));
  EXPECT_FALSE(ed25519_verify(
      ed25519_public_key(std::string(32, 't')), "text", signature));
  EXPECT_FALSE(ed25519_verify(key, "text", signature.substr(1)));
  EXPECT_FALSE(ed25519_verify(key, "text", ""));
  EXPECT_FALSE(ed25519_verify("short", "text", signature));
  signature[10] = static_cast<char>(signature[10] ^ 1);
  EXPECT_FALSE(ed25519_verify(key, "text", signature));
}

TEST(Uuid, OfANameIsAFunctionOfIt) {
  EXPECT_EQ(to_text(name_uuid("abc")), "ba7816bf-8f01-8fea-8141-40de5dae2223");
  EXPECT_EQ(name_uuid("abc"), name_uuid("abc"));
  EXPECT_NE(name_uuid("abc"), name_uuid("abd"));
}

TEST(Uuid, AtRandomIsMarkedAsSuch) {
  const std::string text = to_text(random_uuid());
  ASSERT_EQ(text.size(), 36U);
  EXPECT_EQ(text[14], '4');
  EXPECT_NE(text, to_text(random_uuid()));
}

}  // namespace
}  // namespace ledger_tests
