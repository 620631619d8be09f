#include "commands/services/git_discovery.h"

#include <algorithm>

#include <sys/stat.h>
#include <unistd.h>

namespace commands::services {
namespace {
namespace fs = std::filesystem;

constexpr const char* kDirecting[] = {"GIT_DIR",
                                      "GIT_COMMON_DIR",
                                      "GIT_WORK_TREE",
                                      "GIT_CEILING_DIRECTORIES",
                                      "GIT_DISCOVERY_ACROSS_FILESYSTEM",
                                      "GIT_OBJECT_DIRECTORY"};

bool is_folder(const fs::path& path, struct stat& info) {
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool is_there(const fs::path& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

// What git takes for a repository's own folder.
bool is_repository(const fs::path& folder) {
  struct stat info {};
  return is_there(folder / "HEAD") && is_folder(folder / "objects", info) &&
         is_folder(folder / "refs", info);
}

}  // namespace

std::optional<fs::path> plain_git_folder(
    const fs::path& directory,
    const std::function<std::string(const char* name)>& variable) {
  if (std::ranges::any_of(kDirecting, [&](const char* name) {
        return !variable(name).empty();
      })) {
    return std::nullopt;
  }
  std::error_code error;
  const fs::path from = fs::canonical(directory, error);
  struct stat start {};
  if (error || !is_folder(from, start)) {
    return std::nullopt;
  }
  for (fs::path at = from;; at = at.parent_path()) {
    struct stat here {};
    if (!is_folder(at, here) || here.st_dev != start.st_dev ||
        is_repository(at)) {
      return std::nullopt;
    }
    const fs::path own = at / ".git";
    if (is_there(own)) {
      struct stat info {};
      const bool plain = is_folder(own, info) && is_repository(own) &&
                         info.st_uid == ::geteuid() &&
                         here.st_uid == ::geteuid() &&
                         !is_there(own / "commondir");
      return plain ? fs::canonical(own, error) : std::optional<fs::path>();
    }
    if (at == at.root_path()) {
      return std::nullopt;
    }
  }
}

}  // namespace commands::services
