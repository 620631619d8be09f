#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "commands/metrics/number.h"
#include "commands/metrics/text.h"

namespace commands::metrics {
namespace {

// The value, or a word for why there is none.
std::string read(std::string_view text) {
  const auto number = number_at(text);
  if (!number) {
    return "no number";
  }
  switch (number->reading) {
    case Reading::kNone:
      return "none";
    case Reading::kDoubtful:
      return "doubtful";
    default:
      return fmt::format("{}", number->value);
  }
}

TEST(Number, ReadsWhatProgramsPrint) {
  EXPECT_EQ(read("41234"), "41234");
  EXPECT_EQ(read("41234.5"), "41234.5");
  EXPECT_EQ(read("-3.25"), "-3.25");
  EXPECT_EQ(read("+7"), "7");
  EXPECT_EQ(read(".5"), "0.5");
  EXPECT_EQ(read("41234."), "41234");
  EXPECT_EQ(read("41234, loss: 3"), "41234");
  EXPECT_EQ(read("41234)"), "41234");
  EXPECT_EQ(read("0"), "0");
  EXPECT_EQ(read("007"), "7");
}

TEST(Number, ReadsThousandsSeparatorsInGroupsOfThree) {
  EXPECT_EQ(read("41,234.5"), "41234.5");
  EXPECT_EQ(read("1,234,567"), "1234567");
  EXPECT_EQ(read("1_234_567"), "1234567");
  EXPECT_EQ(read("41'234"), "41234");
}

TEST(Number, ReadsExponents) {
  EXPECT_EQ(read("4.1e4"), "41000");
  EXPECT_EQ(read("1.2E-05"), "1.2e-05");
  EXPECT_EQ(read("4e+04 "), "40000");
}

TEST(Number, ReadsSuffixesAsPowersOfAThousand) {
  EXPECT_EQ(read("87.75k"), "87750");
  EXPECT_EQ(read("1.2M"), "1200000");
  EXPECT_EQ(read("3G,"), "3000000000");
  EXPECT_EQ(read("2K)"), "2000");
}

TEST(Number, DoubtsSeparatorsThatCanBeReadTwoWays) {
  for (const char* text : {"1.234,5",
                           "1,23",
                           "1.234.567",
                           "12,34,567",
                           "1,2345",
                           "0,234",
                           "1,234_567",
                           "1,234e5",
                           "41 234",
                           "41\xc2\xa0"
                           "234",
                           "41\xe2\x80\xaf"
                           "234"}) {
    EXPECT_EQ(read(text), "doubtful") << text;
  }
}

TEST(Number, DoubtsWhatClingsToIt) {
  for (const char* text : {"12ms",
                           "123abc",
                           "1:23",
                           "12/345",
                           "5-6",
                           "0x1f",
                           "87.75 k",
                           "1.2m",
                           "1.2Ki",
                           "12_"}) {
    EXPECT_EQ(read(text), "doubtful") << text;
  }
  EXPECT_EQ(read(std::string("41\0"
                             "234",
                             6)),
            "doubtful");
}

TEST(Number, KnowsWhatSaysItIsNone) {
  for (const char* text :
       {"nan", "NaN", "inf", "-inf", "Infinity", "None", "null", "1e999"}) {
    EXPECT_EQ(read(text), "none") << text;
  }
  EXPECT_EQ(read("nano"), "no number");
  EXPECT_EQ(read("information"), "no number");
  EXPECT_EQ(read(""), "no number");
  EXPECT_EQ(read("-"), "no number");
  EXPECT_EQ(read("abc"), "no number");
}

TEST(Number, BoundsTheDigitsItReads) {
  EXPECT_EQ(read(std::string(1000, '1')), "doubtful");
}

TEST(LogText, LosesColoursAndKeepsMovesApart) {
  EXPECT_EQ(cleaned("\x1b[1;32mSPS\x1b[0m: 41234"), "SPS: 41234");
  EXPECT_EQ(cleaned("SPS: 41\x1b[1C234"), "SPS: 41 234");
  EXPECT_EQ(cleaned("\x1b]0;title\x07SPS"), "SPS");
  EXPECT_EQ(cleaned("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\"), "link");
  EXPECT_EQ(cleaned("41\b2"), "42");
  EXPECT_EQ(cleaned(std::string("\0\0SPS\0", 6)), "SPS");
  EXPECT_EQ(cleaned("\x1b["), " ");
  EXPECT_EQ(cleaned("\x1b"), " ");
}

TEST(LogText, ExcerptIsShortPrintableAndValid) {
  const std::string noise(5000, 'x');
  const std::string text = noise + " SPS: 41234 \xff\x01\xc2\x9b " + noise;
  const std::string result = excerpt(text, 5001, 5011);
  EXPECT_LE(result.size(), kSourceTextMax);
  EXPECT_NE(result.find("SPS: 41234 \xef\xbf\xbd"), std::string::npos);
  EXPECT_EQ(result.find('\x01'), std::string::npos);
  EXPECT_EQ(result.find("\xc2\x9b"), std::string::npos);
}

}  // namespace
}  // namespace commands::metrics
