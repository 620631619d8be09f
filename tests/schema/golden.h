// Golden files: what was written once and must stay so. Run the tests with
// RL_RECORD_GOLDENS=1 to write them anew, and read the difference.

#pragma once

#include <string>
#include <string_view>

namespace schema_tests {

// Fails the running test where `actual` is not what golden/NAME holds.
void expect_golden(const std::string& name, std::string_view actual);

}  // namespace schema_tests
