// Acts of a person on a release, beside any run: approve, revoke, waive,
// abandon, yank, reconcile. Each is one append.
//
// `confirmed`: --yes was given. Else the person is shown what they sign and
// asked; where nobody can be asked the answer is kWaiting `not-confirmed`.
// Errors besides: those of the deciders and of signing.h, kNotFound
// `no-such-release`.

#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "commands/environment.h"

namespace commands {

struct ApproveRequest {
  std::string release;
  std::string role;
  std::string note;
  bool confirmed = false;
  bool sign = false;  // with an SSH key; also where the plan asks for it
  std::filesystem::path key;  // see signing.h
};
Status approve(const Environment& environment, const ApproveRequest& request);

struct RevokeRequest {
  std::string release;
  std::string role;  // empty: each that was signed for
  std::string reason;
  bool confirmed = false;
};
Status revoke(const Environment& environment, const RevokeRequest& request);

struct WaiveRequest {
  std::string release;
  std::string check;
  std::string reason;
  std::string ticket;
  std::optional<std::int64_t> until_ms;
  bool confirmed = false;
};
Status waive(const Environment& environment, const WaiveRequest& request);

// Confirms what somebody else has waived.
struct ConfirmWaiverRequest {
  std::string release;
  std::string check;
  std::string note;
  bool confirmed = false;
};
Status confirm_waiver(const Environment& environment,
                      const ConfirmWaiverRequest& request);

enum class Ending { kAbandon, kYank };
struct EndRequest {
  std::string release;
  Ending ending;
  std::string reason;
  bool confirmed = false;
};
Status end_release(const Environment& environment, const EndRequest& request);

// Lets a release go on that a restore has put back.
struct ReconcileRequest {
  std::string release;
  std::string reason;
  bool confirmed = false;
};
Status reconcile(const Environment& environment,
                 const ReconcileRequest& request);

}  // namespace commands
