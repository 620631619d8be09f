// What the validations have measured, told to dashboards where the plan wants
// that. It decides nothing: what cannot be sent is a warning on the record, and
// is sent by the next run.

#pragma once

#include "commands/steps/step.h"

namespace commands::steps {

// Once for the same results. An error only where something could not be
// recorded.
Status send_metrics(StepContext& context);

}  // namespace commands::steps
