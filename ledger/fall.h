// What would be gone if one copy of a ledger took another's place.

#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "ledger/snapshot.h"

namespace ledger {

struct Fall {
  std::optional<Checkpoint> old;  // the head there, if that can be read
  bool falls = false;             // events there are not in the copy
  // How many events of each release; nothing where its records cannot be read.
  std::optional<std::map<std::string, std::uint64_t>> lost;
};

// `place` holds a ledger, readable or not, and its lock is held. kUsage
// `another-ledger`, unless that is an empty one.
Result<Fall> measure_fall(const std::filesystem::path& place,
                          const Snapshot& copy);

}  // namespace ledger
