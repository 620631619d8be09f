// Logs that are large, long-lined, or noise.

#include <random>

#include "commands/metrics/line_reader.h"
#include "tests/commands/metrics_fixture.h"

namespace commands::metrics {
namespace {

TEST(LogMetrics, FindsSamplesAtEveryPlaceOfAChunk) {
  // Samples drift over the chunk's borders; each is counted once.
  for (const std::size_t padding : {97U, 1009U}) {
    std::string log;
    std::uint64_t samples = 0;
    while (log.size() < (std::size_t{5} << 20)) {
      log += fmt::format("SPS: {}\n", 1000 + samples);
      log += std::string(padding + samples % 13, 'x') + "\n";
      ++samples;
    }
    const auto extraction = extracted(log);
    const auto found = source(extraction, "sps_last");
    EXPECT_EQ(found.samples, samples);
    EXPECT_EQ(found.line, 2 * samples - 1);
    EXPECT_EQ(value(extraction, "sps_last"), 999.0 + double(samples));
  }
}

TEST(LogMetrics, SplitsAtCarriageReturnsAcrossChunks) {
  std::string log;
  std::uint64_t samples = 0;
  while (log.size() < (std::size_t{3} << 20)) {
    log += fmt::format("\r 45%|###  | sps={}", 1000 + samples++);
  }
  const auto extraction = extracted(log + "\nend\n");
  EXPECT_EQ(source(extraction, "sps_last").samples, samples);
  EXPECT_EQ(source(extraction, "sps_last").line, 1U);
}

TEST(LogMetrics, ATenMegabyteLineIsNothingSpecial) {
  std::string line = "SPS: 5 ";
  line.resize(std::size_t{10} << 20, 'x');
  line += " SPS: 7\nSPS: 6\n";
  const auto extraction = extracted(line);
  EXPECT_EQ(value(extraction, "sps_max"), 6);
  EXPECT_EQ(source(extraction, "sps_max").samples, 2U);
  EXPECT_EQ(source(extraction, "sps_last").line, 2U);
  EXPECT_EQ(rates(std::string(std::size_t{10} << 20, 's')), "-/-");
}

TEST(LogMetrics, ANumberThatALongLineIsCutInIsNotRead) {
  std::string line(kSegmentMax - 8, 'x');
  line += " SPS: 41234567 and on\n";
  EXPECT_EQ(rates(line), "-/-");
}

TEST(LogMetrics, ManySamplesOnALongLineTakeLinearTime) {
  std::string line;
  while (line.size() < kSegmentMax - 20) {
    line += "sps=41000 ";
  }
  std::string log;
  for (int i = 0; i < 20; ++i) {
    log += line + "\n";
  }
  EXPECT_EQ(rates(log), "41000/41000");
}

TEST(LogMetrics, NoiseOfEveryKindEnds) {
  std::mt19937 random(20251002);
  const std::string alphabet =
      "sps SPS:=|kM.,%0123456789eE+-\x1b[m\r\n\b\xc3\xa9\"'{}()/_<>at";
  for (int round = 0; round < 300; ++round) {
    std::string log;
    const std::size_t size = random() % 2000;
    while (log.size() < size) {
      log += random() % 4 == 0 ? static_cast<char>(random() % 256)
                               : alphabet[random() % alphabet.size()];
    }
    const auto extraction =
        extracted(log, {rule("x", "([0-9.]+)", "p50")}, round % 2 == 0);
    for (const auto& found : extraction.sources) {
      EXPECT_LE(found.text.size(), 200U);
      EXPECT_GE(found.line, 1U);
    }
  }
}

}  // namespace
}  // namespace commands::metrics
