// One event of every type with every field filled, the same in every run: the
// matter of the golden files.

#pragma once

#include <vector>

#include "schema/envelope.h"
#include "schema/event.h"

namespace schema_tests {

// In the order of the variant; none is missing.
std::vector<schema::Event> sample_events();

// The envelope a sample would have at the end of a release's stream.
schema::Envelope sample_envelope(const schema::Event& event);

}  // namespace schema_tests
