// Everything that can be seen of a folder, to prove that nothing changed.

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace support {

struct SeenFile {
  std::string kind;  // file, folder, link and its permissions
  std::string contents;
  std::int64_t modified_ns = 0;

  bool operator==(const SeenFile&) const = default;
};

using Snapshot = std::map<std::string, SeenFile>;  // by relative path

Snapshot snapshot(const std::filesystem::path& folder);

// One line for each path that came, went or changed; none: they are equal.
std::vector<std::string> differences(const Snapshot& before,
                                     const Snapshot& after);

}  // namespace support
