// [[validation.acceptance]] beyond a plain bound, and where metrics come from.

#include <gmock/gmock.h>

#include "schema/release/bound.h"
#include "tests/commands/plan_fixture.h"

namespace commands::plan {
namespace {

using ::testing::HasSubstr;

// The small plan with another bound.
std::string bound(std::string_view text) {
  return changed("op = \">=\"\nexpected = 30000", text);
}

schema::Acceptance read(std::string_view text) {
  return parsed(bound(text)).plan.validations[0].acceptance[0];
}

std::string all_warnings(std::string_view text) {
  std::string lines;
  for (const std::string& warning : parsed(text).warnings) {
    lines += warning + "\n";
  }
  return lines;
}

TEST(PlanAcceptance, ReadsABaselineWithItsTolerances) {
  const auto percent = read(
      "op = \">=\"\nbaseline = \"last-stable\"\ntolerance = \"5%\"\n"
      "warn_tolerance = \"2.5%\"");
  EXPECT_EQ(percent.baseline, "last-stable");
  EXPECT_EQ(percent.tolerance_percent, 5);
  EXPECT_FALSE(percent.tolerance.has_value());
  EXPECT_EQ(percent.warn_tolerance_percent, 2.5);
  EXPECT_EQ(percent.without_baseline, "inconclusive");
  EXPECT_EQ(schema::bound_text(percent), ">= last-stable - 5%");
  EXPECT_EQ(schema::conditions_text(percent), " (warn beyond 2.5%)");
  const auto absolute = read(
      "op = \"<\"\nbaseline = \"2025.10.02\"\ntolerance = 0.5\n"
      "without_baseline = \"fail\"");
  EXPECT_EQ(absolute.tolerance, 0.5);
  EXPECT_EQ(absolute.without_baseline, "fail");
  EXPECT_EQ(schema::bound_text(absolute), "< 2025.10.02 + 0.5");
}

TEST(PlanAcceptance, ReadsWarnBandsSamplesAndRuns) {
  const auto one = read(
      "op = \">=\"\nexpected = 30\nwarn = 35\nsamples = 10\n"
      "confirm = \"2 of 3\"");
  EXPECT_EQ(one.warn_expected, 35);
  EXPECT_EQ(one.samples, 10U);
  EXPECT_EQ(one.confirm_passes, 2U);
  EXPECT_EQ(one.confirm_runs, 3U);
  EXPECT_EQ(schema::conditions_text(one),
            " in 2 of 3 runs from 10 samples (warn unless >= 35)");
  const auto range = read("range = [1, 9]\nwarn_range = [2, 8]");
  EXPECT_EQ(range.warn_low, 2);
  EXPECT_EQ(range.warn_high, 8);
}

TEST(PlanAcceptance, RefusesWhatContradictsItself) {
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"op = \">=\"\nexpected = 1\nbaseline = \"last-2\"",
       "give expected or baseline"},
      {"range = [1, 2]\nbaseline = \"last-2\"", "not more than one of them"},
      {"op = \"!=\"\nbaseline = \"last-2\"", "a baseline goes with"},
      {"op = \">=\"\nbaseline = \"last-0\"", "last-N with N from 1 to 100"},
      {"op = \">=\"\nbaseline = \"\"", "baseline is empty"},
      {"op = \">=\"\nexpected = 1\ntolerance = 2",
       "tolerance goes with a baseline"},
      {"op = \">=\"\nexpected = 1\nwithout_baseline = \"pass\"",
       "without_baseline goes with a baseline"},
      {"op = \">=\"\nbaseline = \"last-2\"\ntolerance = \"5\"",
       "a number or a percentage"},
      {"op = \">=\"\nbaseline = \"last-2\"\ntolerance = \"-5%\"",
       "a number or a percentage"},
      {"op = \">=\"\nbaseline = \"last-2\"\ntolerance = -1",
       "a number or a percentage"},
      {"op = \">=\"\nbaseline = \"last-2\"\nwithout_baseline = \"skip\"",
       "known are inconclusive, pass, fail"},
      {"op = \">=\"\nbaseline = \"last-2\"\nwarn = 5", "warn_tolerance"},
      {"range = [1, 2]\nwarn = 5", "warn_range"},
      {"op = \">=\"\nexpected = 1\nwarn_range = [1, 2]",
       "warn_range goes with range"},
      {"range = [1, 9]\nwarn_range = [8, 2]", "warn_range is empty"},
      {"op = \">=\"\nexpected = 1\nsamples = -1", "whole number"},
      {"op = \">=\"\nexpected = 1\nconfirm = \"3 of 2\"", "\"K of N\""},
      {"op = \">=\"\nexpected = 1\nconfirm = \"0 of 2\"", "\"K of N\""},
      {"op = \">=\"\nexpected = 1\nconfirm = \"2of3\"", "\"K of N\""},
      {"op = \">=\"\nexpected = 1\nconfirm = \"1 of 99\"", "\"K of N\""}};
  for (const auto& [text, why] : refused) {
    EXPECT_THAT(refusal(bound(text)), HasSubstr(why)) << text;
  }
}

TEST(PlanAcceptance, WarnsOfWhatDecidesNothing) {
  EXPECT_THAT(all_warnings(bound("op = \">=\"\nexpected = 0")),
              HasSubstr("can never fail"));
  EXPECT_THAT(all_warnings(bound("op = \">=\"\nexpected = 30\nwarn = 30")),
              HasSubstr("fails before it warns"));
  EXPECT_THAT(all_warnings(bound("op = \"<=\"\nexpected = 30\nwarn = 31")),
              HasSubstr("fails before it warns"));
  EXPECT_THAT(all_warnings(bound("range = [1, 9]\nwarn_range = [0, 10]")),
              HasSubstr("fails before it warns"));
  EXPECT_THAT(
      all_warnings(bound("op = \">=\"\nbaseline = \"last-2\"\n"
                         "tolerance = \"2%\"\nwarn_tolerance = \"5%\"")),
      HasSubstr("fails before it warns"));
  EXPECT_EQ(all_warnings(bound("op = \">=\"\nbaseline = \"last-2\"\n"
                               "tolerance = \"5%\"\nwarn_tolerance = \"2%\"")),
            "");
  for (const char* tolerance : {"\"100%\"", "\"250%\""}) {
    EXPECT_THAT(all_warnings(bound(fmt::format(
                    "op = \">=\"\nbaseline = \"last-stable\"\ntolerance = {}",
                    tolerance))),
                HasSubstr("can never fail"));
  }
  EXPECT_EQ(all_warnings(bound("op = \"<=\"\nbaseline = \"last-stable\"\n"
                               "tolerance = \"100%\"")),
            "");
}

TEST(PlanMetrics, ComeFromThePlansFileToo) {
  const std::string text = with(
      "[[validation]]\nname = \"bench\"\nlocation = \"local\"\n"
      "command = [\"./bench\", \"--out={metrics_file}\"]\n"
      "metrics_file = \"out/{run}.json\"\n"
      "[[validation.acceptance]]\nkey = \"eval.success\"\nop = \">=\"\n"
      "expected = 0.5\n"
      "[[validation.acceptance]]\nkey = \"time\"\nop = \"<\"\nexpected = 9\n"
      "[[metric]]\nkey = \"time\"\njson = \"BM_A.real_time\"\nunit = \"us\"\n"
      "aliases = [\"latency\"]\n");
  const LoadedPlan loaded = parsed(text);
  EXPECT_TRUE(loaded.warnings.empty());
  const schema::Validation& bench = loaded.plan.validations[1];
  EXPECT_EQ(expand_command(loaded.plan, bench, {"1.0", 1, "r1"}),
            (std::vector<std::string>{"./bench", "--out=out/r1.json"}));
  EXPECT_EQ(expand_metrics_file(bench, {"1.0", 1, "r1"}), "out/r1.json");
  EXPECT_EQ(loaded.plan.metrics[0].json, "BM_A.real_time");
  EXPECT_EQ(loaded.plan.metrics[0].aliases,
            std::vector<std::string>{"latency"});
}

TEST(PlanMetrics, RefusesFilesThatAreElsewhereOrNobodys) {
  const auto file = [](std::string_view more) {
    return refusal(changed("command = [\"./smoke\"]", more));
  };
  EXPECT_THAT(file("command = [\"./s\"]\nmetrics_file = \"/tmp/x\""),
              HasSubstr("below the work tree"));
  EXPECT_THAT(file("command = [\"./s\"]\nmetrics_file = \"../x\""),
              HasSubstr("below the work tree"));
  EXPECT_THAT(file("command = [\"./s\"]\nmetrics_file = \"out/\""),
              HasSubstr("below the work tree"));
  EXPECT_THAT(file("command = [\"./s\"]\nmetrics_file = \"{module}.json\""),
              HasSubstr("unknown placeholder {module} in metrics_file"));
  EXPECT_THAT(file("command = [\"./s\", \"{metrics_file}\"]"),
              HasSubstr("names no metrics_file"));
  EXPECT_THAT(refusal(with("[[validation]]\nname = \"far\"\n"
                           "location = \"remote\"\n"
                           "command = [\"./s\", \"{run}\"]\n"
                           "metrics_file = \"x.json\"\n")),
              HasSubstr("on the cluster cannot be read"));
}

TEST(PlanMetrics, RefusesAFileOfTwoThatCanRunAtOnce) {
  const auto two = [](std::string_view file, std::string_view run) {
    std::string text(run);
    for (const char* name : {"one", "two"}) {
      text += fmt::format(
          "[[validation]]\nname = \"{}\"\nlocation = \"local\"\n"
          "command = [\"./s\"]\nmetrics_file = \"{}\"\n",
          name,
          file);
    }
    return with(text);
  };
  EXPECT_THAT(refusal(two("x.json", "[run]\nmax_local = 2\n")),
              HasSubstr("put {name} in it"));
  EXPECT_EQ(parsed(two("{name}.json", "[run]\nmax_local = 2\n"))
                .plan.validations.size(),
            3U);
  EXPECT_EQ(parsed(two("x.json", "")).plan.validations.size(), 3U);
  EXPECT_EQ(
      parsed(two("x.json", "[run]\nmax_local = 2\ncheckout = \"isolated\"\n"))
          .plan.validations.size(),
      3U);
}

TEST(PlanMetrics, RefusesRulesWithNoneOrTwoPlacesAndClashingNames) {
  EXPECT_THAT(refusal(with("[[metric]]\nkey = \"x\"\n")),
              HasSubstr("needs a pattern"));
  EXPECT_THAT(
      refusal(with("[[metric]]\nkey = \"x\"\npattern = '(x)'\njson = \"x\"\n")),
      HasSubstr("needs a pattern"));
  EXPECT_THAT(refusal(with("[[metric]]\nkey = \"x\"\njson = \"x\"\n"
                           "aliases = [\"y\"]\n"
                           "[[metric]]\nkey = \"y\"\njson = \"y\"\n")),
              HasSubstr("a metric is called that now"));
  EXPECT_THAT(refusal(with("[[metric]]\nkey = \"x\"\njson = \"x\"\n"
                           "aliases = [\"old\"]\n"
                           "[[metric]]\nkey = \"y\"\njson = \"y\"\n"
                           "aliases = [\"old\"]\n")),
              HasSubstr("old is an old name of x already"));
  EXPECT_THAT(refusal(changed("sps_max", "sps_peak") +
                      "[[metric]]\nkey = \"x\"\npattern = '(x)'\n"
                      "aliases = [\"sps_peak\"]\n"),
              HasSubstr("sps_peak is what x was called before; write x"));
  EXPECT_THAT(all_warnings(changed("sps_max", "x") +
                           "[[metric]]\nkey = \"x\"\njson = \"x\"\n"),
              HasSubstr("has no metrics_file"));
}

TEST(PlanDigests, OfAPlanWithoutTheNewKeysAreWhatTheyWere) {
  // The digest of the smallest plan, as 0.1.0 gave it.
  EXPECT_EQ(parsed(kSmallPlan).plan.validations[0].digest,
            "9c6da7900c46c58c7cc8aca994c0d11c"
            "dd10b8a5018e72bc87603dbf292a3be5");
  const std::string plain =
      parsed(bound("op = \">=\"\nexpected = 1")).plan.digest;
  for (const char* more : {"warn = 2", "samples = 2", "confirm = \"1 of 2\""}) {
    const auto plan =
        parsed(bound(fmt::format("op = \">=\"\nexpected = 1\n{}", more))).plan;
    EXPECT_NE(plan.digest, plain) << more;
    EXPECT_EQ(plan.validations[0].run_digest,
              parsed(kSmallPlan).plan.validations[0].run_digest)
        << more;
  }
  const auto written =
      parsed(changed("command = [\"./smoke\"]",
                     "command = [\"./smoke\"]\nmetrics_file = \"x.json\""))
          .plan;
  EXPECT_NE(written.validations[0].run_digest,
            parsed(kSmallPlan).plan.validations[0].run_digest);
}

TEST(PlanDifferences, SayWhatANewBoundIsMadeOf) {
  const auto lines = differences(
      parsed(kSmallPlan).plan,
      parsed(bound("op = \">=\"\nbaseline = \"last-3\"\ntolerance = \"5%\"\n"
                   "confirm = \"2 of 3\""))
          .plan);
  EXPECT_EQ(lines,
            (std::vector<std::string>{
                "validation smoke: sps_max >= 30000 is now >= last-3 - 5% in "
                "2 of 3 runs"}));
}

}  // namespace
}  // namespace commands::plan
