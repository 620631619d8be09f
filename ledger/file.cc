#include "ledger/file.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ledger {
namespace fs = std::filesystem;
namespace {

// 0, or why it could not be done.
int write_synced(const fs::path& path,
                 std::string_view content,
                 unsigned mode) {
  const Descriptor file(
      ::open(path.c_str(),
             O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
             mode));
  if (!file) {
    return errno;
  }
  while (!content.empty()) {
    const ssize_t count = ::write(file.get(), content.data(), content.size());
    if (count < 0 && errno != EINTR) {
      return errno;
    }
    if (count > 0) {
      content.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  return ::fsync(file.get()) == 0 ? 0 : errno;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) {
      ::close(fd_);
    }
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

std::unexpected<Error> io_error(const fs::path& path, int error_number) {
  const char* reason = error_number == ENOSPC   ? "disk-full"
                       : error_number == EACCES ? "permission-denied"
                                                : "io-error";
  const char* hint = error_number == ENOSPC ? "free some space and try again"
                     : error_number == EACCES
                         ? "the ledger folder belongs to one account: run as "
                           "the account that owns it"
                         : "";
  return fail(ErrorCode::kIo,
              reason,
              fmt::format("{}: {}", path.string(), std::strerror(error_number)),
              hint);
}

Result<std::optional<std::string>> read_file(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    if (errno == ENOENT) {
      return std::nullopt;
    }
    return io_error(path, errno);
  }
  std::string content;
  std::array<char, 16384> buffer;
  while (true) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return io_error(path, errno);
    }
    if (count == 0) {
      return content;
    }
    content.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

Status write_file(const fs::path& path,
                  std::string_view content,
                  unsigned mode) {
  const fs::path temporary =
      fmt::format("{}{}{}", path.string(), kTemporaryInfix, ::getpid());
  const int error = write_synced(temporary, content, mode);
  if (error != 0) {
    (void)::unlink(temporary.c_str());
    return io_error(temporary, error);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int rename_error = errno;
    (void)::unlink(temporary.c_str());
    return io_error(path, rename_error);
  }
  return sync_folder(path.parent_path());
}

Status make_private_folder(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    return {};
  }
  if (path.has_parent_path() && path.parent_path() != path) {
    RL_TRY(make_private_folder(path.parent_path()));
  }
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return io_error(path, errno);
  }
  return sync_folder(path.parent_path());
}

Status sync_folder(const fs::path& path) {
  const fs::path folder = path.empty() ? fs::path(".") : path;
  const Descriptor file(
      ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file || ::fsync(file.get()) != 0) {
    return io_error(folder, errno);
  }
  return {};
}

Result<std::vector<fs::path>> list_folder(const fs::path& path) {
  std::vector<fs::path> entries;
  std::error_code error;
  // Not a range-for: its step throws where the folder cannot be read.
  for (fs::directory_iterator at(path, error), end; !error && at != end;
       at.increment(error)) {
    entries.push_back(at->path());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return io_error(path, error.value());
  }
  return entries;
}

Result<bool> copy_file(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error == std::errc::no_such_file_or_directory &&
      !fs::exists(from, error)) {
    return false;
  }
  if (error) {
    return io_error(to, error.value());
  }
  const Descriptor file(::open(to.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || ::fsync(file.get()) != 0) {
    return io_error(to, errno);
  }
  return true;
}

Status copy_folder(const fs::path& from, const fs::path& to) {
  const fs::path temporary =
      fmt::format("{}{}{}", to.string(), kTemporaryInfix, ::getpid());
  std::error_code error;
  fs::remove_all(temporary, error);
  RL_TRY(make_private_folder(temporary));
  RL_ASSIGN(const auto files, list_folder(from));
  for (const fs::path& original : files) {
    const fs::path copy = temporary / original.filename();
    if (auto copied = ledger::copy_file(original, copy); !copied) {
      fs::remove_all(temporary, error);
      return std::unexpected(std::move(copied.error()));
    }
  }
  RL_TRY(sync_folder(temporary));
  fs::rename(temporary, to, error);
  if (error) {
    return io_error(to, error.value());
  }
  return sync_folder(to.parent_path());
}

void remove_leftover_temporaries(const fs::path& folder) {
  std::error_code error;
  for (const fs::path& entry :
       list_folder(folder).value_or(std::vector<fs::path>())) {
    if (entry.filename().string().find(kTemporaryInfix) != std::string::npos) {
      fs::remove_all(entry, error);
    }
  }
}

}  // namespace ledger
