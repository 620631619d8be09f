// The program under strace: which calls it makes, and what it does where one
// of them fails.
//
// Fails the test where strace is missing or may not trace. Not thread-safe.

#pragma once

#include <string>
#include <vector>

#include "tests/support/program.h"

namespace crash_tests {

struct Call {
  std::string name;
  int nth = 0;       // of this name in its thread, from 1: what strace counts
  std::string text;  // arguments and result, as strace has it
  std::vector<std::string> strings;  // its paths and data, in order
  long result = 0;
  bool injected = false;
};

struct Traced {
  support::Ended ended;
  std::vector<Call> calls;  // in the order in which they returned
};

// Runs it with these calls traced (`write,fsync`) and each of `injections`
// (`write:error=EIO:when=3`) in force. `whole` also keeps what is written.
Traced trace(support::Invocation invocation,
             const std::string& calls,
             const std::string& injection,
             bool whole);

}  // namespace crash_tests
