// How a step asks a service: a rehearsal shows each request that it makes.

#pragma once

#include "commands/services/service_access.h"
#include "commands/steps/step.h"

namespace commands::steps {

// `timeout_s`: of a request with all that it takes.
services::ServiceAccess service_access(const StepContext& context,
                                       schema::Step step,
                                       double timeout_s);

}  // namespace commands::steps
