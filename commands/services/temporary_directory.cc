#include "commands/services/temporary_directory.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace commands::services {

ledger::Result<TemporaryDirectory> TemporaryDirectory::create() {
  std::error_code error;
  const std::filesystem::path place =
      std::filesystem::temp_directory_path(error);
  std::string name = (place / "release-ledger-XXXXXX").string();
  if (!error && mkdtemp(name.data()) == nullptr) {
    error.assign(errno, std::generic_category());
  }
  if (error) {
    return ledger::fail(
        ledger::ErrorCode::kIo,
        "no-temporary-directory",
        fmt::format("cannot make {}: {}", name, error.message()),
        "make the folder that TMPDIR names (else /tmp) writable");
  }
  return TemporaryDirectory(std::move(name));
}

TemporaryDirectory::TemporaryDirectory(std::filesystem::path path)
    : path_(std::move(path)) {}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryDirectory& TemporaryDirectory::operator=(
    TemporaryDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

TemporaryDirectory::~TemporaryDirectory() {
  if (!path_.empty()) {
    std::error_code ignored;  // a leftover in /tmp harms nobody
    std::filesystem::remove_all(path_, ignored);
  }
}

}  // namespace commands::services
