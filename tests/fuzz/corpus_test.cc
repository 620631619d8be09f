// Every file of a corpus through its target: what fuzzing once found stays
// found.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);

namespace {

TEST(Corpus, OfMetricsIsReadWithoutHarm) {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(RL_CORPUS_FOLDER "/metrics")) {
    SCOPED_TRACE(entry.path());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    EXPECT_EQ(
        LLVMFuzzerTestOneInput(
            reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()),
        0);
    ++files;
  }
  EXPECT_GE(files, 12U);
}

}  // namespace
