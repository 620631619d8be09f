// redact: takes away what an event says that should never have been written.
// Its envelope, its place and every proof stay; that it was done is on the
// record.
//
// Refused where the state of the release rests on the event, unless `force`.
// Errors: the ledger's; kRejected `state-rests-on-it`, `not-redactable`;
// kNotFound `no-such-position`; kUsage `another-release`; kWaiting
// `not-confirmed`.

#pragma once

#include <string>

#include "commands/environment.h"
#include "schema/release/record.h"

namespace commands {

struct RedactRequest {
  ledger::Position position = 0;
  std::string release;  // that the event is of; empty: any
  std::string reason;
  bool force = false;
  bool confirmed = false;
};
Status redact(const Environment& environment, const RedactRequest& request);

// What the state of a release is, a line each: gates, steps, evidence,
// sign-offs, publication. Texts for people are no part of it.
std::string state_text(const schema::ReleaseRecord& record);

}  // namespace commands
