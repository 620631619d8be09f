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
  EXPECT_EQ(value(extraction, "sps_max"), 7);
  EXPECT_EQ(source(extraction, "sps_max").samples, 3U);
  EXPECT_EQ(source(extraction, "sps_last").line, 2U);
  EXPECT_EQ(rates(std::string(std::size_t{10} << 20, 's')), "-/-");
}

// Wherever a long line is taken apart, each sample is read once and whole.
TEST(LogMetrics, ALongLineIsReadAsAShortOneIs) {
  for (const char* filler : {"x", "step 7 ", "\x1b[32m.\x1b[0m", "a=1, "}) {
    for (std::size_t shift = 0; shift < 600; shift += 19) {
      std::string line = "begin ";
      const std::size_t size = kSegmentMax - 300 + shift;
      while (line.size() + 16 < size) {
        line += filler;
      }
      line.append(size - line.size(), 'y');
      line += " \x1b[1mSPS:\x1b[0m \x1b[36m41,234.5\x1b[0m; loss=0.25 end ";
      line.append(kSegmentMax, 'z');
      const auto extraction =
          extracted(line + "\n", {rule("loss", "loss=([0-9.]+)", "count")});
      ASSERT_EQ(value(extraction, "sps_max"), 41234.5) << filler << shift;
      ASSERT_EQ(source(extraction, "sps_max").samples, 1U) << filler << shift;
      ASSERT_EQ(value(extraction, "loss"), 1) << filler << shift;
    }
  }
}

TEST(LogMetrics, WhatALongLineBeginsWithHoldsToItsEnd) {
  const std::string much(3 * kSegmentMax, 'x');
  EXPECT_EQ(rates("Config(" + much + " sps=40000)\nSPS: 5\n"), "5/5");
  EXPECT_EQ(rates("a " + much + " ERROR " + much + " SPS: 40000\n"), "-/-");
  EXPECT_EQ(rates("a " + much + " SPS: 7 ERROR " + much + " SPS: 9\n"), "7/7");
  EXPECT_EQ(
      rates("SPS: 5\na " + much + " Restarting training " + much + " SPS: 9\n"),
      "-/-");
  EXPECT_EQ(rates("config:\n  a: " + much + " sps=4\nend\n"), "-/-");
}

TEST(LogMetrics, APieceOfALongLineIsNoLine) {
  for (std::size_t shift = 0; shift < 2 * kPieceBehind; shift += 31) {
    const std::string front =
        "q q q q q q" + std::string(kSegmentMax - shift, ' ');
    const std::string back(kSegmentMax, ' ');
    const auto extraction =
        extracted(front + "v=2" + back + "x\n",
                  {rule("begin", "^\\s*v=(\\d)"), rule("end", "v=(\\d)$")});
    EXPECT_TRUE(extraction.metrics.empty()) << shift;
    EXPECT_TRUE(extraction.unsure.empty()) << shift;
    EXPECT_EQ(rates("SPS: 8\n" + front + "attempt 2" + back + "x\n"), "8/8")
        << shift;
    EXPECT_EQ(rates(front + "error" + back + " SPS: 8\n"), "8/8") << shift;
  }
}

TEST(LogMetrics, ALongLineThatIsNotFinishedKeepsItsLineNumber) {
  std::string log = "one\ntwo " + std::string(5 * kSegmentMax, 'x');
  log += " SPS: 41234";
  const auto extraction = extracted(log);
  EXPECT_EQ(value(extraction, "sps_last"), 41234);
  EXPECT_EQ(source(extraction, "sps_last").line, 2U);
  EXPECT_EQ(source(extracted(log + "\r\nSPS: 5\n"), "sps_last").line, 3U);
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
