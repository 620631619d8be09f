// Whose key may sign what: a line of an `allowed_signers` file, as ssh-keygen
// reads it (ALLOWED SIGNERS of its manual page). A time without a zone is UTC
// here, so that the same record gives the same answer everywhere. Pure.
//
// Errors: kUsage `signer-invalid`.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/result.h"

namespace ledger {

struct Signer {
  std::string principals;  // patterns: e-mails as a rule
  std::string namespaces;  // patterns; empty: any
  std::optional<std::int64_t> after_ms;
  std::optional<std::int64_t> before_ms;
  bool is_authority = false;  // its key signs keys: not looked into here
  std::string key;            // "TYPE BASE64"
};

Result<Signer> parse_signer(std::string_view line);
// An empty line, or a comment.
bool is_signer_comment(std::string_view line);

bool may_sign(const Signer& signer,
              std::string_view principal,
              std::string_view name_space,
              std::string_view key,
              std::int64_t at_ms);

}  // namespace ledger
