// One attempt at one validation, while it goes on. Its intent is on the ledger
// before it is made; it puts on the ledger what it sees, and its result.
//
// Driven by the round's loop: advance() never waits. Not thread-safe.

#pragma once

#include <memory>

#include "commands/decide/decide.h"
#include "commands/steps/checkout.h"
#include "commands/steps/children.h"
#include "commands/steps/job_watch.h"
#include "commands/steps/step.h"

namespace commands::steps {

// What every attempt is about.
struct AttemptBasis {
  StepContext* context;
  Children* children;
  schema::Validation planned;
  schema::ValidationStarted started;

  std::filesystem::path log() const {
    return context->environment.ledger.folder / started.log;
  }
  decide::AttemptName name() const {
    return {started.name, started.candidate, started.attempt};
  }
  std::int64_t now_ms() const { return context->environment.clock->now_ms(); }
  void say(std::string_view line) const;
  // A result that names the attempt, with nothing in it yet.
  schema::ValidationCompleted empty_result() const;
  // Puts the result on the ledger and tells it.
  Status complete(const schema::ValidationCompleted& result) const;
};

class Attempt {
 public:
  explicit Attempt(AttemptBasis basis) : basis_(std::move(basis)) {}
  virtual ~Attempt() = default;
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  // An error only where something could not be recorded.
  virtual Status advance() = 0;
  // Ended and recorded, or resting until a person has spoken.
  bool is_over() const { return over_; }
  // False: nothing runs any more, only its metrics are still read.
  virtual bool takes_room() const = 0;
  // Somebody asked for its end; `by` is who and why.
  virtual void cancel(const std::string& by) = 0;
  // Of one on the cluster: whether the list of jobs is asked for, and what
  // came of asking.
  virtual bool wants_look() const { return false; }
  virtual Status looked(const ListingOrError& /*listing*/) { return {}; }
  virtual RunningValidation seen() const = 0;
  // What goes on outside when the run leaves it now; empty: nothing.
  virtual std::string left_behind() const = 0;

  const AttemptBasis& basis() const { return basis_; }
  const std::string& name() const { return basis_.started.name; }

 protected:
  AttemptBasis basis_;
  bool over_ = false;
};

// Starts the process of a local attempt in `checkout`. What cannot start is
// completed at once.
Result<std::unique_ptr<Attempt>> begin_local(AttemptBasis basis,
                                             Checkout checkout);

}  // namespace commands::steps
