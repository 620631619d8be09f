#include "commands/steps/service_access.h"

#include <algorithm>

namespace commands::steps {

services::ServiceAccess service_access(const StepContext& context,
                                       schema::Step step,
                                       double timeout_s) {
  services::ServiceAccess access{context.environment.http,
                                 context.environment.variable};
  access.bounds.total =
      std::chrono::milliseconds(static_cast<std::int64_t>(timeout_s * 1000));
  access.bounds.attempt = std::min(access.bounds.attempt, access.bounds.total);
  if (context.is_rehearsal()) {
    access.shown = [&context, step](std::string_view request) {
      context.say(step, fmt::format("asks {}", request));
    };
  }
  return access;
}

}  // namespace commands::steps
