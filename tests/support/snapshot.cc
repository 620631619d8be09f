#include "tests/support/snapshot.h"

#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>

#include "tests/support/scratch.h"

namespace support {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

SeenFile see(const fs::path& path) {
  struct stat status {};
  SeenFile seen;
  if (lstat(path.c_str(), &status) != 0) {
    seen.kind = "gone";
    return seen;
  }
  seen.kind = fmt::format("{:o}", status.st_mode);
  seen.modified_ns =
      status.st_mtim.tv_sec * kNanosecondsPerSecond + status.st_mtim.tv_nsec;
  std::error_code error;
  if (S_ISREG(status.st_mode)) {
    seen.contents = read_file(path);
  } else if (S_ISLNK(status.st_mode)) {
    seen.contents = fs::read_symlink(path, error).string();
  }
  return seen;
}

}  // namespace

Snapshot snapshot(const fs::path& folder) {
  Snapshot files;
  files["."] = see(folder);
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(folder, error);
       at != fs::recursive_directory_iterator();
       at.increment(error)) {
    files[at->path().lexically_relative(folder).string()] = see(at->path());
  }
  return files;
}

std::vector<std::string> differences(const Snapshot& before,
                                     const Snapshot& after) {
  std::vector<std::string> lines;
  for (const auto& [path, seen] : before) {
    const auto now = after.find(path);
    if (now == after.end()) {
      lines.push_back(path + " went");
    } else if (now->second != seen) {
      lines.push_back(path + " changed");
    }
  }
  for (const auto& [path, seen] : after) {
    if (!before.contains(path)) {
      lines.push_back(path + " came");
    }
  }
  return lines;
}

}  // namespace support
