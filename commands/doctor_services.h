// doctor's look at what is outside: tokens, trackers, the cluster. It only
// asks; nothing is changed there either.

#pragma once

#include <vector>

#include "commands/doctor.h"
#include "schema/event.h"

namespace commands {

// One finding for each kind of service, configured or not.
std::vector<Finding> examine_services(const Environment& environment,
                                      const schema::Plan& plan);

}  // namespace commands
