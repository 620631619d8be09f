// The only user of libcrypto: SHA-256, Ed25519, random bytes, and the text
// forms of bytes. Thread-safe.

#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/result.h"

namespace ledger {

using Digest = std::array<std::uint8_t, 32>;
using Uuid = std::array<std::uint8_t, 16>;

// Of the parts one after the other.
Digest sha256(std::initializer_list<std::string_view> parts);
// HMAC-SHA256 (RFC 2104) of the parts one after the other.
Digest hmac_sha256(std::string_view key,
                   const std::vector<std::string_view>& parts);
// Of a whole file, streamed; kIo if it cannot be read.
Result<Digest> sha256_file(const std::string& path);

// "OpenSSL 3.0.11 19 Sep 2023", of the library that is loaded.
std::string libcrypto_version();

std::string random_bytes(std::size_t count);
Uuid random_uuid();
// Version 8 (RFC 9562): SHA-256 of the name, cut to 16 bytes.
Uuid name_uuid(std::string_view name);
// Nothing unless there are 16.
std::optional<Uuid> uuid_of(const std::vector<std::uint8_t>& bytes);
std::string to_text(const Uuid& uuid);  // 8-4-4-4-12

std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view hex);
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

inline std::string_view view(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
inline std::string_view view(const Uuid& uuid) {
  return {reinterpret_cast<const char*>(uuid.data()), uuid.size()};
}
inline std::string_view view(const std::vector<std::uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline std::string to_hex(const Digest& digest) {
  return to_hex(view(digest));
}

// A 32-byte seed and what follows from it. RFC 8032.
std::string ed25519_public_key(std::string_view seed);
std::string ed25519_sign(std::string_view seed, std::string_view text);
bool ed25519_verify(std::string_view public_key,
                    std::string_view text,
                    std::string_view signature);

// What SSH keys of other kinds sign with. Numbers are positive, big end first,
// without leading zeros.
std::string sha512(std::string_view text);
enum class Hash { kSha256, kSha384, kSha512 };
// PKCS #1 v1.5.
bool rsa_verify(std::string_view exponent,
                std::string_view modulus,
                Hash hash,
                std::string_view text,
                std::string_view signature);
// `curve`: nistp256, nistp384 or nistp521; `point`: not compressed.
bool ecdsa_verify(std::string_view curve,
                  std::string_view point,
                  std::string_view text,
                  std::string_view r,
                  std::string_view s);

}  // namespace ledger
