// Where a validation runs: the work tree, which has to be the candidate, or one
// made for it.

#pragma once

#include <filesystem>
#include <string>

#include "commands/steps/step.h"

namespace commands::steps {

class Checkout {
 public:
  // `run` names a work tree of its own, where the plan asks for one.
  static Result<Checkout> open(StepContext& context, const std::string& run);

  const std::filesystem::path& directory() const { return directory_; }

  // Whether what ran was the candidate to the end.
  Status close();

 private:
  explicit Checkout(StepContext& context) : context_(&context) {}

  StepContext* context_;
  std::filesystem::path directory_;
  bool isolated_ = false;
};

// A validation may only run on the candidate's commit, with no tracked file
// but the plan different. kUsage `not-the-candidate`, `work-tree-dirty`, with
// both ways out.
Status require_candidate_checkout(StepContext& context);

}  // namespace commands::steps
