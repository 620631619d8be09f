// A small plan for tests that need one.

#pragma once

#include "schema/event.h"

namespace schema_tests {

// Two validations: "smoke" in both sets, wants sps_max >= 30000; "long" in the
// comprehensive one, judged by its exit code. Two people sign: Robb or Sam as
// release-manager, Jack or Kim as technical-lead; not who started it.
schema::Plan small_plan();
// The same with another bound on smoke's sps_max.
schema::Plan plan_with_bound(double bound);
// Makes the digests follow from the plan, as the real ones do.
void seal(schema::Plan& plan);

}  // namespace schema_tests
