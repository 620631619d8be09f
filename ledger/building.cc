#include "ledger/building.h"

#include <cerrno>

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "ledger/clock.h"
#include "ledger/digest.h"

namespace ledger {
namespace {
namespace fs = std::filesystem;

// So often another process that tidies up can be in the way.
constexpr int kTriesMax = 20;

// The folder, held; nothing if somebody holds it or it is gone.
Descriptor hold(const fs::path& folder) {
  Descriptor file(
      ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  struct stat held {};
  struct stat named {};
  const bool is_held = file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 &&
                       ::fstat(file.get(), &held) == 0 &&
                       ::stat(folder.c_str(), &named) == 0 &&
                       held.st_ino == named.st_ino;
  return is_held ? std::move(file) : Descriptor();
}

void remove_leftover_buildings(const fs::path& place) {
  const std::string prefix =
      place.filename().string() + std::string(kCreatingInfix);
  std::error_code error;
  for (const fs::path& entry :
       list_folder(place.parent_path()).value_or(std::vector<fs::path>())) {
    if (!entry.filename().string().starts_with(prefix)) {
      continue;
    }
    if (const Descriptor held = hold(entry)) {
      fs::remove_all(entry, error);
    }
  }
}

}  // namespace

fs::path plain_place(const fs::path& folder) {
  std::error_code error;
  const fs::path place = fs::absolute(folder, error).lexically_normal();
  return place.has_filename() ? place : place.parent_path();  // "x/" is x
}

fs::path free_name(const fs::path& prefix, std::int64_t now_ms) {
  std::string stamp = rfc3339(now_ms).substr(0, 19) + "Z";
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
  const std::string name = prefix.string() + stamp;
  std::error_code error;
  std::string result = name;
  for (int i = 2; fs::exists(fs::symlink_status(result, error)); ++i) {
    result = fmt::format("{}-{}", name, i);
  }
  return result;
}

Result<Building> Building::begin(const fs::path& place) {
  const fs::path where = plain_place(place);
  RL_TRY(make_private_folder(where.parent_path()));
  remove_leftover_buildings(where);
  for (int i = 0; i < kTriesMax; ++i) {
    const fs::path folder = fmt::format(
        "{}{}{}", where.string(), kCreatingInfix, to_hex(random_bytes(6)));
    RL_TRY(make_private_folder(folder));
    if (Descriptor held = hold(folder)) {
      return Building(where, folder, std::move(held));
    }
  }
  return io_error(where, EBUSY);
}

Building::Building(Building&& other) noexcept
    : place_(std::move(other.place_)),
      folder_(std::exchange(other.folder_, {})),
      hold_(std::move(other.hold_)) {}

Building::~Building() {
  std::error_code error;
  if (!folder_.empty()) {
    fs::remove_all(folder_, error);
  }
}

Result<bool> Building::publish() {
  std::error_code error;
  fs::rename(folder_, place_, error);
  if (error == std::errc::directory_not_empty ||
      error == std::errc::file_exists) {
    return false;
  }
  if (error) {
    return io_error(place_, error.value());
  }
  folder_.clear();
  RL_TRY(sync_folder(place_.parent_path()));
  return true;
}

fs::path Building::name_of_replaced(std::int64_t now_ms) const {
  return free_name(place_.string() + std::string(kReplacedInfix), now_ms);
}

// First under the name that what it replaces is to have, then exchanged with
// it: a crash in between leaves a folder more, and never the name of something
// unfinished on what was there.
Status Building::replace(const fs::path& kept) {
  std::error_code error;
  fs::rename(folder_, kept, error);
  if (error) {
    return io_error(kept, error.value());
  }
  if (::renameat2(
          AT_FDCWD, kept.c_str(), AT_FDCWD, place_.c_str(), RENAME_EXCHANGE) !=
      0) {
    const int number = errno;
    fs::rename(kept, folder_, error);
    return io_error(place_, number);
  }
  folder_.clear();
  return sync_folder(place_.parent_path());
}

}  // namespace ledger
