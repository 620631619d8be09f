#include "tests/docs/page.h"

#include <fstream>
#include <iterator>
#include <sstream>

#include <gtest/gtest.h>

namespace docs {

std::string page(std::string_view path) {
  const std::string file = std::string(RL_SOURCE_DIR) + "/" + std::string(path);
  std::ifstream in(file, std::ios::binary);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string section(std::string_view page, std::string_view heading) {
  std::istringstream lines{std::string(page)};
  std::string found;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) {
      const std::string text = line.substr(line.find_first_not_of("# "));
      inside = text == heading;
    } else if (inside) {
      found += line + "\n";
    }
  }
  return found;
}

}  // namespace docs
