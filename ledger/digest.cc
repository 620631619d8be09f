#include "ledger/digest.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>

namespace ledger {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeKeyContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
struct FreeBuilder {
  void operator()(OSSL_PARAM_BLD* builder) const {
    OSSL_PARAM_BLD_free(builder);
  }
};
struct FreeParameters {
  void operator()(OSSL_PARAM* parameters) const { OSSL_PARAM_free(parameters); }
};
struct FreePair {
  void operator()(ECDSA_SIG* pair) const { ECDSA_SIG_free(pair); }
};
struct CloseFile {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Number = std::unique_ptr<BIGNUM, FreeNumber>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, FreeBuilder>;
using File = std::unique_ptr<std::FILE, CloseFile>;

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Looked up once: libcrypto would do it for each digest.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const kAlgorithm =
      EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kAlgorithm;
}

Context sha256_context() {
  Context context(EVP_MD_CTX_new());
  RL_CHECK(EVP_DigestInit_ex(context.get(), sha256_algorithm(), nullptr) == 1,
           "libcrypto has no SHA-256");
  return context;
}

Digest finish(const Context& context) {
  Digest digest;
  RL_CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1,
           "SHA-256 failed");
  return digest;
}

Key private_key(std::string_view seed) {
  RL_CHECK(seed.size() == 32, "an Ed25519 seed has 32 bytes");
  Key key(EVP_PKEY_new_raw_private_key(
      EVP_PKEY_ED25519, nullptr, raw(seed), seed.size()));
  RL_CHECK(key != nullptr, "libcrypto has no Ed25519");
  return key;
}

Number number(std::string_view bytes) {
  return Number(BN_bin2bn(raw(bytes), static_cast<int>(bytes.size()), nullptr));
}

// A public key of what was put into the builder; null if it is none.
Key public_key(const char* kind, const Builder& builder) {
  const std::unique_ptr<OSSL_PARAM, FreeParameters> parameters(
      OSSL_PARAM_BLD_to_param(builder.get()));
  const std::unique_ptr<EVP_PKEY_CTX, FreeKeyContext> context(
      EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr ||
      EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(
          context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return Key(key);
}

const EVP_MD* algorithm(Hash hash) {
  return hash == Hash::kSha256   ? EVP_sha256()
         : hash == Hash::kSha384 ? EVP_sha384()
                                 : EVP_sha512();
}

bool verifies(const Key& key,
              Hash hash,
              std::string_view text,
              std::string_view signature) {
  const Context context(EVP_MD_CTX_new());
  return key != nullptr &&
         EVP_DigestVerifyInit(
             context.get(), nullptr, algorithm(hash), nullptr, key.get()) ==
             1 &&
         EVP_DigestVerify(context.get(),
                          raw(signature),
                          signature.size(),
                          raw(text),
                          text.size()) == 1;
}

constexpr std::string_view kHexDigits = "0123456789abcdef";

}  // namespace

Digest sha256(std::initializer_list<std::string_view> parts) {
  const Context context = sha256_context();
  for (std::string_view part : parts) {
    EVP_DigestUpdate(context.get(), part.data(), part.size());
  }
  return finish(context);
}

Digest hmac_sha256(std::string_view key,
                   const std::vector<std::string_view>& parts) {
  constexpr std::size_t kBlock = 64;
  std::string block(key);
  if (block.size() > kBlock) {
    block = std::string(view(sha256({key})));
  }
  block.resize(kBlock, '\0');
  const auto padded = [&](unsigned char with) {
    std::string result(block);
    for (char& c : result) {
      c = static_cast<char>(static_cast<unsigned char>(c) ^ with);
    }
    return result;
  };
  std::string text = padded(0x36);
  for (const std::string_view part : parts) {
    text += part;
  }
  const Digest inner = sha256({text});
  return sha256({padded(0x5c), view(inner)});
}

Result<Digest> sha256_file(const std::string& path) {
  const File file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) {
    return fail(ErrorCode::kIo,
                "file-unreadable",
                fmt::format("{}: {}", path, std::strerror(errno)));
  }
  const Context context = sha256_context();
  std::array<char, 1 << 16> buffer;
  std::size_t count = 0;
  while ((count = std::fread(buffer.data(), 1, buffer.size(), file.get())) >
         0) {
    EVP_DigestUpdate(context.get(), buffer.data(), count);
  }
  if (std::ferror(file.get()) != 0) {
    return fail(ErrorCode::kIo,
                "file-unreadable",
                fmt::format("{}: reading failed", path));
  }
  return finish(context);
}

std::string libcrypto_version() {
  return OpenSSL_version(OPENSSL_VERSION);
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  RL_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()),
                      static_cast<int>(count)) == 1,
           "no random bytes");
  return bytes;
}

Uuid random_uuid() {
  Uuid uuid;
  const std::string bytes = random_bytes(uuid.size());
  std::ranges::copy(bytes, uuid.begin());
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0f) | 0x40);
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3f) | 0x80);
  return uuid;
}

Uuid name_uuid(std::string_view name) {
  const Digest digest = sha256({name});
  Uuid uuid;
  std::copy_n(digest.begin(), uuid.size(), uuid.begin());
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0f) | 0x80);
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3f) | 0x80);
  return uuid;
}

std::optional<Uuid> uuid_of(const std::vector<std::uint8_t>& bytes) {
  Uuid uuid{};
  if (bytes.size() != uuid.size()) {
    return std::nullopt;
  }
  std::ranges::copy(bytes, uuid.begin());
  return uuid;
}

std::string to_text(const Uuid& uuid) {
  std::string text = to_hex(view(uuid));
  for (const std::size_t at : {20U, 16U, 12U, 8U}) {
    text.insert(at, 1, '-');
  }
  return text;
}

std::string to_hex(std::string_view bytes) {
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex.push_back(kHexDigits[byte >> 4U]);
    hex.push_back(kHexDigits[byte & 0x0fU]);
  }
  return hex;
}

std::optional<std::string> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) {
    return std::nullopt;
  }
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const auto high = kHexDigits.find(hex[i]);
    const auto low = kHexDigits.find(hex[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
      return std::nullopt;
    }
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      raw(bytes),
                      static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      raw(text),
                      static_cast<int>(text.size()));
  if (size < 0) {
    return std::nullopt;
  }
  const std::size_t padding = text.ends_with("==")  ? 2
                              : text.ends_with('=') ? 1
                                                    : 0;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  // One text per value: the decoder forgives what the encoder never writes.
  return to_base64(bytes) == text ? std::optional(bytes) : std::nullopt;
}

std::string ed25519_public_key(std::string_view seed) {
  const Key key = private_key(seed);
  std::string result(32, '\0');
  std::size_t size = result.size();
  RL_CHECK(
      EVP_PKEY_get_raw_public_key(
          key.get(), reinterpret_cast<unsigned char*>(result.data()), &size) ==
          1,
      "Ed25519 key without a public half");
  return result;
}

std::string ed25519_sign(std::string_view seed, std::string_view text) {
  const Key key = private_key(seed);
  const Context context(EVP_MD_CTX_new());
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  RL_CHECK(
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) ==
              1 &&
          EVP_DigestSign(context.get(),
                         reinterpret_cast<unsigned char*>(signature.data()),
                         &size,
                         raw(text),
                         text.size()) == 1,
      "Ed25519 signing failed");
  return signature;
}

bool ed25519_verify(std::string_view public_key,
                    std::string_view text,
                    std::string_view signature) {
  const Key key(EVP_PKEY_new_raw_public_key(
      EVP_PKEY_ED25519, nullptr, raw(public_key), public_key.size()));
  const Context context(EVP_MD_CTX_new());
  return key != nullptr &&
         EVP_DigestVerifyInit(
             context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(),
                          raw(signature),
                          signature.size(),
                          raw(text),
                          text.size()) == 1;
}

std::string sha512(std::string_view text) {
  std::string digest(64, '\0');
  RL_CHECK(EVP_Digest(text.data(),
                      text.size(),
                      reinterpret_cast<unsigned char*>(digest.data()),
                      nullptr,
                      EVP_sha512(),
                      nullptr) == 1,
           "libcrypto has no SHA-512");
  return digest;
}

bool rsa_verify(std::string_view exponent,
                std::string_view modulus,
                Hash hash,
                std::string_view text,
                std::string_view signature) {
  const Builder builder(OSSL_PARAM_BLD_new());
  const Number n = number(modulus);
  const Number e = number(exponent);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  // Leading zeros may have been left out.
  std::string whole(modulus.size() - std::min(modulus.size(), signature.size()),
                    '\0');
  return verifies(
      public_key("RSA", builder), hash, text, whole.append(signature));
}

bool ecdsa_verify(std::string_view curve,
                  std::string_view point,
                  std::string_view text,
                  std::string_view r,
                  std::string_view s) {
  const bool is_256 = curve == "nistp256";
  const bool is_384 = curve == "nistp384";
  const char* group = is_256 ? "P-256" : is_384 ? "P-384" : "P-521";
  if (!is_256 && !is_384 && curve != "nistp521") {
    return false;
  }
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(
      builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
  OSSL_PARAM_BLD_push_octet_string(
      builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  const std::unique_ptr<ECDSA_SIG, FreePair> pair(ECDSA_SIG_new());
  ECDSA_SIG_set0(pair.get(), number(r).release(), number(s).release());
  std::string encoded(
      static_cast<std::size_t>(i2d_ECDSA_SIG(pair.get(), nullptr)), '\0');
  auto* out = reinterpret_cast<unsigned char*>(encoded.data());
  i2d_ECDSA_SIG(pair.get(), &out);
  const Hash hash = is_256   ? Hash::kSha256
                    : is_384 ? Hash::kSha384
                             : Hash::kSha512;
  return verifies(public_key("EC", builder), hash, text, encoded);
}

}  // namespace ledger
