// One attempt at one validation: intent, process, verdict.

#pragma once

#include "commands/steps/step.h"

namespace commands::steps {

// Runs it locally and records the result, whatever it is. An error only where
// nothing could be recorded, or the run was interrupted (recorded first).
Status run_validation(StepContext& context, const schema::Validation& planned);

// A local validation may only run on the candidate's commit, with no tracked
// file but the plan different. kUsage `not-the-candidate`, `work-tree-dirty`,
// with both ways out.
Status require_candidate_checkout(StepContext& context);

}  // namespace commands::steps
