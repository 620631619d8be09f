// Signed notes and checkpoints, the form of HEAD. Sources: C2SP signed-note
// and tlog-checkpoint; the text of a private key is the Go note package's.
// One Ed25519 signature is written; lines of other keys are kept out of the
// way when reading. Pure, thread-safe.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/digest.h"
#include "ledger/result.h"

namespace ledger {

// NAME+HASH+BASE64, the public half.
struct VerifierKey {
  std::string name;
  std::string public_key;  // 32 bytes
};
std::string key_id(const VerifierKey& key);  // 4 bytes
std::string to_text(const VerifierKey& key);
std::optional<VerifierKey> parse_verifier_key(std::string_view text);

// PRIVATE+KEY+NAME+HASH+BASE64.
struct SignerKey {
  std::string name;
  std::string seed;  // 32 bytes
};
VerifierKey public_half(const SignerKey& key);
std::string to_text(const SignerKey& key);
std::optional<SignerKey> parse_signer_key(std::string_view text);

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root{};
  bool operator==(const Checkpoint&) const = default;
};

std::string sign(const Checkpoint& checkpoint, const SignerKey& key);

// Nothing if it is no note of a checkpoint without extensions.
std::optional<Checkpoint> parse_checkpoint(std::string_view note);

enum class Signature { kGood, kBad, kNoKnownKey };
// One good signature by a known key and no bad one.
Signature check_signatures(std::string_view note,
                           const std::vector<VerifierKey>& keys);

}  // namespace ledger
