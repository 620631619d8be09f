// Whether what an older schema wrote is still read as what it said. flatc
// --conform lets pass a removed last field, `required` added to an old one,
// renamed and removed enum values, dropped tables and changed structs.
//
// Pure; thread-safe.

#pragma once

#include <string>
#include <vector>

#include <flatbuffers/reflection.h>

namespace schema_tests {

// One line for each thing that `now` breaks of `released`; everything in it is
// found by name and number:
//   - a table, field or enum value that is gone, renamed, renumbered, retyped,
//     deprecated, or has another default;
//   - `required` where it was not, also on a new field;
//   - a struct or a union;
//   - another root table or file identifier.
std::vector<std::string> breaks(const reflection::Schema& released,
                                const reflection::Schema& now);

}  // namespace schema_tests
