// A plan with every field filled, the same in every run.

#pragma once

#include <string>

#include "schema/event.h"

namespace schema_tests {

const std::string kDigest(64, 'd');
const std::string kRunDigest(64, 'e');

schema::Plan sample_plan();

}  // namespace schema_tests
