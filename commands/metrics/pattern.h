// RE2 for patterns that are part of the program: one that does not compile is
// a mistake of ours and ends the program at its first use.

#pragma once

#include <string>
#include <string_view>

#include <re2/re2.h>

#include "ledger/result.h"

namespace commands::metrics {

class FixedPattern : public RE2 {
 public:
  explicit FixedPattern(const std::string& pattern) : RE2(pattern, RE2::Quiet) {
    RL_CHECK(ok(), error().c_str());
  }
};

inline re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace commands::metrics
