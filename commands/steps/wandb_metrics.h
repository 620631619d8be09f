// What a validation's run has recorded in Weights & Biases, as metrics.

#pragma once

#include "commands/metrics/extract.h"
#include "commands/steps/attempt.h"

namespace commands::steps {

// Nothing where the plan wants nothing from there, or the attempt cannot pass
// any more. What cannot be read is a doubt: its metric is missing. Takes up to
// a minute, while the service still settles. kInterrupted.
Result<metrics::Extraction> wandb_metrics(const AttemptBasis& basis,
                                          schema::Outcome outcome);

}  // namespace commands::steps
