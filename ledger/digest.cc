#include "ledger/digest.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace ledger {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct CloseFile {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
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

constexpr std::string_view kHexDigits = "0123456789abcdef";

}  // namespace

Digest sha256(std::initializer_list<std::string_view> parts) {
  const Context context = sha256_context();
  for (std::string_view part : parts) {
    EVP_DigestUpdate(context.get(), part.data(), part.size());
  }
  return finish(context);
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

}  // namespace ledger
