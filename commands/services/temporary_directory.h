// A private (0700) directory in the system's place for temporary files,
// removed with everything in it when its owner goes.

#pragma once

#include <filesystem>

#include "ledger/result.h"

namespace commands::services {

class TemporaryDirectory {
 public:
  // kIo `no-temporary-directory`.
  static ledger::Result<TemporaryDirectory> create();

  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
  ~TemporaryDirectory();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::filesystem::path path);

  std::filesystem::path path_;
};

}  // namespace commands::services
