// A disk that is full after so many bytes, for programs that are started with
// LD_PRELOAD of this library: as on a real one a write is cut at the border,
// and from then on nothing can be written or made.
//
// RL_FULL_DISK is the folder it lies at, RL_FULL_DISK_BYTES the room left. With
// RL_FULL_DISK_FAR the disk also says that it is another machine's.

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <string>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace {

// Not constructed before the program's own code runs, so read at each use.
std::atomic<long> used{0};

long room() {
  const char* bytes = std::getenv("RL_FULL_DISK_BYTES");
  return (bytes == nullptr ? 0 : std::strtol(bytes, nullptr, 10)) - used.load();
}

bool is_on_disk(const char* path) {
  const char* disk = std::getenv("RL_FULL_DISK");
  return disk != nullptr && std::strncmp(path, disk, std::strlen(disk)) == 0;
}

bool is_on_disk(int file) {
  char path[4096] = {};
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  return ::readlink(link.c_str(), path, sizeof path - 1) > 0 &&
         is_on_disk(path);
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

// How many of `count` bytes there is room for; 0 and errno if for none.
std::size_t take(std::size_t count) {
  const long left = room();
  if (left <= 0) {
    errno = ENOSPC;
    return 0;
  }
  const std::size_t given = std::min(count, static_cast<std::size_t>(left));
  used += static_cast<long>(given);
  return given;
}

int open_unless_full(const char* name,
                     const char* path,
                     int flags,
                     mode_t mode) {
  struct stat there {};
  if ((flags & O_CREAT) != 0 && is_on_disk(path) && room() <= 0 &&
      ::stat(path, &there) != 0) {
    errno = ENOSPC;
    return -1;
  }
  return next<int(const char*, int, ...)>(name)(path, flags, mode);
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* data, std::size_t count) {
  if (count > 0 && is_on_disk(file)) {
    count = take(count);
    if (count == 0) {
      return -1;
    }
  }
  return next<ssize_t(int, const void*, std::size_t)>("write")(
      file, data, count);
}

int mkdir(const char* path, mode_t mode) {
  struct stat there {};
  if (is_on_disk(path) && room() <= 0 && ::stat(path, &there) != 0) {
    errno = ENOSPC;
    return -1;
  }
  return next<int(const char*, mode_t)>("mkdir")(path, mode);
}

int statfs(const char* path, struct statfs* info) {
  const int result =
      next<int(const char*, struct statfs*)>("statfs")(path, info);
  if (result == 0 && is_on_disk(path) &&
      std::getenv("RL_FULL_DISK_FAR") != nullptr) {
    info->f_type = 0x6969;  // NFS
  }
  return result;
}

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_unless_full("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_unless_full("open64", path, flags, mode);
}

}  // extern "C"
