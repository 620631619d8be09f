// One round of validations, side by side: each that has not passed is run, as
// many at once as the plan allows, after what it depends on; attempts that an
// earlier run left on the cluster are gone on with.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commands/steps/attempt.h"
#include "commands/steps/job_watch.h"

namespace commands::steps {

class ValidationRound {
 public:
  // `names`: what is to pass, each after what it depends on. With none, only
  // the attempts that somebody has cancelled are brought to their end.
  ValidationRound(StepContext& context, std::vector<std::string> names);
  ~ValidationRound();

  // Until nothing is left to do, or an interrupt. An error only where nothing
  // could be recorded, or something could not be started, after what runs has
  // ended; kInterrupted
  // `interrupted`, with what goes on outside and how to come back to it.
  Status run();

 private:
  enum class State { kToDo, kActive, kDone };
  struct Task {
    std::string name;
    State state = State::kToDo;
    bool is_begun = false;  // by this round, or gone on with
    std::uint32_t retries = 0;
  };

  Status reattach();
  Status reattach(const schema::CandidateRecord& candidate,
                  const schema::ValidationRecord& record);
  Status begin_startable();
  Status consider(Task& task);
  bool is_settled(const Task& task) const;
  bool is_open_before(Task& task) const;
  bool has_room(schema::Location location) const;
  Status begin(const schema::Validation& planned);
  Status advance();
  Status heed_requests();
  void retire_ended();
  void end_task(const Attempt& attempt);
  bool is_to_run_again(Task& task, const Attempt& attempt) const;
  void show() const;
  Status interrupted() const;

  StepContext& context_;
  std::vector<Task> tasks_;
  Children children_;
  JobWatch watch_;
  std::vector<std::unique_ptr<Attempt>> attempts_;
};

}  // namespace commands::steps
