// Signatures of people, made and checked by ssh-keygen, so that keys in an
// agent or on hardware work like those in files.
//
// Errors: kUsage `no-signing-key`; kRejected `signer-not-allowed` (the key is
// not this person's, as far as the plan knows); kUpstream `signing-failed`
// (in ssh-keygen's words); those of the process runner.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "commands/environment.h"

namespace commands {

struct SigningRequest {
  std::string text;
  std::string principal;             // the e-mail that the key has to belong to
  std::vector<std::string> signers;  // lines of an allowed_signers file
  // Public or private; empty: git's user.signingkey where gpg.format is ssh,
  // else the first key in the agent that may sign.
  std::filesystem::path key;
  std::int64_t at_ms = 0;
};

struct Signed {
  std::string signature;  // armoured
  std::string key;        // of who signed: "ssh-ed25519 AAAA..."
};

// Made and verified.
Result<Signed> sign_text(const Environment& environment,
                         const SigningRequest& request);

// By ssh-keygen, which knows every kind of key: made by `made.key`, which may
// sign for `principal`. kRejected `signer-not-allowed`.
Status verify_signature(const Environment& environment,
                        const SigningRequest& request,
                        const Signed& made);

}  // namespace commands
