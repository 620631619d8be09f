// What an approver signs with a key of their own: the approval as a text, a
// line each, from the event alone, so that anybody can make it again
// (docs/format.md). Pure.

#pragma once

#include <string>
#include <string_view>

#include "schema/event.h"

namespace schema {

// Of SSH signatures: one that was made for anything else is none of ours.
constexpr std::string_view kSignatureNamespace = "release-ledger";

// `origin`: the ledger's; `release`: the name. The signature itself, what it
// was made with and where it came from are no part of it.
std::string approval_text(std::string_view origin,
                          std::string_view release,
                          const ApprovalGranted& approval);

}  // namespace schema
