#include "schema/release/approval_text.h"

#include <fmt/format.h>

#include "schema/release/moment.h"

namespace schema {
namespace {

// On one line, whatever stands in it.
std::string one_line(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '%' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      result.push_back(c);
    }
  }
  return result;
}

}  // namespace

std::string approval_text(std::string_view origin,
                          std::string_view release,
                          const ApprovalGranted& approval) {
  return fmt::format(
      "release-ledger approval v1\n"
      "ledger {}\n"
      "release {}\n"
      "candidate {}\n"
      "commit {}\n"
      "plan {}\n"
      "evidence {}\n"
      "role {}\n"
      "by {}\n"
      "attempt {}\n"
      "expires {}\n"
      "note {}\n",
      origin,
      release,
      approval.candidate,
      approval.commit,
      approval.plan_digest,
      approval.evidence_digest,
      one_line(approval.role),
      one_line(approval.by),
      approval.attempt,
      approval.expires_at_ms ? moment_text(*approval.expires_at_ms) : "never",
      one_line(approval.note));
}

}  // namespace schema
