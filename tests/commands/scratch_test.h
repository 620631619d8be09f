// A test with a directory of its own: removed when it has passed, kept and
// named when it has failed.

#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/scratch.h"

class ScratchTest : public testing::Test {
 protected:
  ScratchTest() {
    std::string name = testing::TempDir() + "rl-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~ScratchTest() override {
    if (HasFailure()) {
      std::fprintf(stderr, "kept: %s\n", folder_.c_str());
    } else {
      std::error_code ignored;
      std::filesystem::remove_all(folder_, ignored);
    }
  }

  const std::filesystem::path& folder() const { return folder_; }

  static std::string read(const std::filesystem::path& file) {
    return support::read_file(file);
  }
  static void write(const std::filesystem::path& file, std::string_view text) {
    support::write_file(file, text);
  }
  static void write_script(const std::filesystem::path& file,
                           std::string_view body) {
    write(file, "#!/bin/sh\n" + std::string(body));
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  }

 private:
  std::filesystem::path folder_;
};
