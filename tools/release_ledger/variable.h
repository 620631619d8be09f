// The environment of the process, read in the programs only.

#pragma once

#include <cstdlib>
#include <string>

namespace tools {

// Empty where it is not set: the program makes no difference between the two.
inline std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace tools
