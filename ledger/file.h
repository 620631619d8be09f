// Files as the ledger writes them: whole, synced, published by one rename.
// Errors are kIo and name the file. Thread-safe.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/result.h"

namespace ledger {

// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// "PATH: No such file or directory".
std::unexpected<Error> io_error(const std::filesystem::path& path,
                                int error_number);

// Nothing if there is no such file.
Result<std::optional<std::string>> read_file(const std::filesystem::path& path);

// Temporary file, fsync, rename, fsync of the folder. After a crash there is
// the old file or the new one.
Status write_file(const std::filesystem::path& path,
                  std::string_view content,
                  unsigned mode);

// Creates the folder and what is missing above it, for the owner alone.
Status make_private_folder(const std::filesystem::path& path);
Status sync_folder(const std::filesystem::path& path);

// What is in it, in no order; nothing if there is no such folder.
Result<std::vector<std::filesystem::path>> list_folder(
    const std::filesystem::path& path);

// Over what is there, with its mode, synced. Nothing was copied (false) where
// `from` is not there.
Result<bool> copy_file(const std::filesystem::path& from,
                       const std::filesystem::path& to);

// The files of `from`, synced, under a new name: whole or not at all.
Status copy_folder(const std::filesystem::path& from,
                   const std::filesystem::path& to);

// What a crash between writing and publishing leaves behind.
constexpr std::string_view kTemporaryInfix = ".tmp-";
void remove_leftover_temporaries(const std::filesystem::path& folder);

}  // namespace ledger
