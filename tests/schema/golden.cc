#include "tests/schema/golden.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace schema_tests {

void expect_golden(const std::string& name, std::string_view actual) {
  const auto path = std::filesystem::path(RL_GOLDEN_FOLDER) / name;
  if (std::getenv("RL_RECORD_GOLDENS") != nullptr) {
    std::ofstream(path, std::ios::binary) << actual;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing";
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(expected, actual) << "golden file " << name;
}

}  // namespace schema_tests
