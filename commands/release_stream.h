// One release's stream as a command sees it: folded once, then only its new
// tail, and appended to by deciders.
//
// A lost race is decided again on what the other wrote; only if the act is now
// wrong does the decider's refusal reach the user. In a rehearsal (--check)
// nothing is appended: the events are folded here only, so that the following
// steps see what they would see.
//
// Not thread-safe. Errors: the ledger's and the decider's.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "commands/environment.h"
#include "schema/release/record.h"

namespace commands {

// The events that a command leads to; none: there is nothing left to do.
using Decision = Result<std::vector<schema::Event>>;
using Decider = std::function<Decision(const schema::ReleaseRecord&)>;

enum class Rehearsal { kNo, kYes };

std::unexpected<Error> no_such_release(std::string_view name);

class ReleaseStream {
 public:
  // A stream without events is a release that was not started; a ledger that
  // is not there has only such.
  static Result<ReleaseStream> load(const Environment& environment,
                                    std::string name,
                                    Rehearsal rehearsal);

  // As load, for an act on a release that is there and may go on. kNotFound
  // `no-such-release`, kRejected `restored-behind`.
  static Result<ReleaseStream> load_started(const Environment& environment,
                                            const std::string& name);

  const std::string& name() const { return name_; }
  const schema::ReleaseRecord& record() const { return record_; }
  std::string evidence_digest() const;
  // Of the ledger after the newest append or read.
  const ledger::Checkpoint& head() const { return head_; }
  bool is_rehearsal() const { return rehearsal_ == Rehearsal::kYes; }

  // kRejected `restored-behind` while a restore has put it back and nobody has
  // compared it with the world. Nothing but that is appended till then.
  Status require_reconciled() const;

  // Folds what others have appended since.
  Status refresh();
  Status execute(const Decider& decide);
  // For the start of a release: the ledger must still have `ledger_size`
  // events, so that two terminals cannot start two. kConflict `ledger-moved`.
  Status execute_at(std::uint64_t ledger_size, const Decider& decide);
  // In a rehearsal: goes on as if the outside had answered so.
  void assume(const std::vector<schema::Event>& events);

 private:
  ReleaseStream(const Environment& environment,
                std::string name,
                Rehearsal rehearsal)
      : environment_(&environment),
        name_(std::move(name)),
        rehearsal_(rehearsal) {}

  // Time limits of sign-offs are judged at this moment.
  void look_at_clock();
  Status fold(const std::vector<ledger::RecordedEvent>& events);
  Status append(std::vector<schema::Event> events,
                std::optional<std::uint64_t> ledger_size);
  Status require_allowed(const std::vector<schema::Event>& events) const;
  void rehearse(const std::vector<schema::Event>& events);

  const Environment* environment_;
  std::string name_;
  Rehearsal rehearsal_;
  schema::ReleaseRecord record_;
  ledger::Checkpoint head_;
};

// Where the candidate's staging branch is: its notes, or itself.
const std::string& head_of(const schema::CandidateRecord& candidate);

// SHA-256, hex, of schema::evidence_text.
std::string evidence_digest(const schema::ReleaseRecord& record);

}  // namespace commands
