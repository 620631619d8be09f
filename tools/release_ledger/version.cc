#include "tools/release_ledger/session.h"

namespace tools {

std::string program_version() {
  return RL_PROGRAM_VERSION;
}

}  // namespace tools
