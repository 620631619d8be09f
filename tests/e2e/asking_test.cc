// Questions over many releases: list, metrics, compare, regressions, stats,
// names, and history as CSV.

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class Asking : public ReleaseTest {
 protected:
  explicit Asking(const PlanText& plan = {}) : ReleaseTest(plan) {}

  void released(const std::string& version, int sps) const {
    scratch_.behave("smoke", fmt::format("sps={}", sps));
    finish(version);
  }
  // Its validation fails, and it is waived.
  void doubtful(const std::string& version, int sps) const {
    scratch_.behave("smoke", fmt::format("sps={}", sps));
    rl({"--all", "--version", version, "--confirm-bugs", "none"});
    rl({"waive", version, "smoke", "--reason", "known", "--yes"});
    finish(version);
  }
  void abandoned(const std::string& version) const {
    rl({"--step", "prepare-branch", "--version", version});
    EXPECT_EQ(
        rl({"abandon", version, "--reason", "no need", "--yes"}).exit_code,
        kDone);
  }
  std::vector<json> lines(Arguments arguments) const {
    arguments.push_back("--json");
    const Ended ended = rl(arguments);
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
    return support::parse_lines(ended.out);
  }
  std::vector<std::string> fields(const Arguments& arguments,
                                  const std::string& field) const {
    std::vector<std::string> result;
    for (const json& line : lines(arguments)) {
      result.push_back(line[field].is_string() ? line[field].get<std::string>()
                                               : line[field].dump());
    }
    return result;
  }
  std::string text(const Arguments& arguments) const {
    const Ended ended = rl(arguments);
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
    return ended.out;
  }
};

TEST_F(Asking, AboutAMetricGivesEachValueWithWhatItComparesWith) {
  released("1.0", 40000);
  doubtful("1.1", 20000);
  released("1.2", 50000);
  const auto values = lines({"metrics", "sps_max"});
  ASSERT_EQ(values.size(), 3U);
  const json& second = values[1];
  EXPECT_EQ(second["version"], "1.1");
  EXPECT_EQ(second["validation"], "smoke");
  EXPECT_EQ(second["attempt"], 1);
  EXPECT_EQ(second["key"], "sps_max");
  EXPECT_EQ(second["value"], 20000.0);
  EXPECT_EQ(second["passed"], false);
  EXPECT_EQ(second["commit"], status("1.1")["commit"]);
  EXPECT_EQ(second["bound"], ">= 30000");
  EXPECT_EQ(second["imported"], false);
  EXPECT_EQ(second["stable"]["version"], "1.0");
  EXPECT_EQ(second["stable"]["percent"], -50.0);
  // What was waived is nothing to compare with.
  EXPECT_EQ(values[2]["stable"]["version"], "1.0");

  EXPECT_THAT(fields({"metrics", "sps_max", "--last", "2"}, "version"),
              ElementsAre("1.1", "1.2"));
  EXPECT_THAT(
      fields({"metrics", "sps_max", "--releases", "1.1..1.1"}, "version"),
      ElementsAre("1.1"));
  EXPECT_THAT(fields({"metrics", "sps_max", "--releases", "1.1.."}, "version"),
              ElementsAre("1.1", "1.2"));
  EXPECT_THAT(fields({"metrics", "sps_max", "--until", "2001-01-01"}, "value"),
              IsEmpty());
  EXPECT_THAT(fields({"metrics", "sps_max", "--validation", "smoke"}, "value"),
              ElementsAre("40000.0", "20000.0", "50000.0"));
  EXPECT_THAT(fields({"metrics", "sps_max", "--agg", "p50"}, "value"),
              ElementsAre("40000.0"));
  EXPECT_THAT(
      fields({"metrics", "sps_max", "--group-by", "release", "--last", "2"},
             "group"),
      ElementsAre("1.1", "1.2"));
  EXPECT_THAT(text({"metrics", "sps_max"}),
              AllOf(HasSubstr("-20000 (-50.0%) to 1.0"), HasSubstr("▆▁█")));
  EXPECT_THAT(text({"metrics", "sps_max", "--csv"}),
              StartsWith("version,validation,attempt,key,value,passed,at"));
  EXPECT_THAT(text({"metrics", "sps_max", "--plot"}), HasSubstr("50000 ┤"));
  EXPECT_EQ(rl({"verify"}).exit_code, kDone);
}

TEST_F(Asking, WithoutAKeyShowsAllMetrics) {
  released("1.0", 40000);
  const auto keys = fields({"metrics"}, "key");
  EXPECT_NE(std::ranges::find(keys, "sps_max"), keys.end());
  EXPECT_THAT(text({"metrics"}), HasSubstr("sps_max   40000 steps/s"));
  EXPECT_THAT(text({"metrics", "--csv"}), StartsWith("key,value,unit,"));
  EXPECT_THAT(text({"names", "metrics"}), HasSubstr("sps_max\n"));
  EXPECT_EQ(text({"names", "releases"}), "1.0\n");
  EXPECT_EQ(text({"names", "validations"}), "smoke\n");
}

TEST_F(Asking, ForTheReleasesThatAreMeant) {
  released("1.0", 40000);
  abandoned("1.1");
  rl({"--step", "prepare-branch", "--version", "1.2"});
  EXPECT_THAT(fields({"list"}, "version"), ElementsAre("1.0", "1.1", "1.2"));
  EXPECT_THAT(fields({"list", "--last", "2"}, "version"),
              ElementsAre("1.1", "1.2"));
  EXPECT_THAT(fields({"list", "--state", "abandoned"}, "version"),
              ElementsAre("1.1"));
  EXPECT_THAT(fields({"list", "--by", "nobody"}, "version"), IsEmpty());
  EXPECT_THAT(fields({"list", "--until", "2001-01-01"}, "version"), IsEmpty());
  EXPECT_THAT(fields({"list", "--since", "2001-01-01"}, "version"),
              ElementsAre("1.0", "1.1", "1.2"));
  const std::string by = lines({"list"})[0]["started_by"];
  EXPECT_THAT(fields({"list", "--by", by}, "version"),
              ElementsAre("1.0", "1.1", "1.2"));
  EXPECT_THAT(text({"list", "--state", "released", "--csv"}),
              HasSubstr("\r\n1.0,released,"));
}

TEST_F(Asking, ComparesTwoReleases) {
  released("1.0", 40000);
  released("1.1", 35000);
  const json both = lines({"compare", "1.0", "1.1"})[0];
  EXPECT_EQ(both["from"]["version"], "1.0");
  EXPECT_EQ(both["to"]["commit"], status("1.1")["commit"]);
  const auto metric = std::ranges::find_if(
      both["metrics"], [](const json& m) { return m["key"] == "sps_max"; });
  ASSERT_NE(metric, both["metrics"].end());
  EXPECT_EQ((*metric)["delta"], -5000.0);
  EXPECT_EQ((*metric)["change"], "worse");
  EXPECT_EQ(both["regressed"], json::array({"smoke/sps_max"}));
  EXPECT_TRUE(both["validations"][0]["from_s"].is_number());
  EXPECT_THAT(text({"compare", "1.0", "1.1"}),
              HasSubstr("worse: smoke/sps_max\n"));
  EXPECT_THAT(text({"compare", "1.1", "1.0"}), HasSubstr("worse: nothing\n"));
  EXPECT_THAT(text({"compare", "1.0", "1.1", "--csv"}),
              HasSubstr("smoke,sps_max,40000.0,35000.0,-5000.0,-12.5,worse,"));
}

TEST_F(Asking, FindsWhereSomethingGotWorse) {
  const std::vector<int> values = {40000, 40100, 39900, 40050, 39950, 35000};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string version = fmt::format("1.{}", i);
    scratch_.behave("smoke", fmt::format("sps={}", values[i]));
    rl({"--all", "--version", version, "--confirm-bugs", "none"});
  }
  const auto found = lines({"regressions"});
  const auto max = std::ranges::find_if(
      found, [](const json& one) { return one["key"] == "sps_max"; });
  ASSERT_NE(max, found.end());
  EXPECT_EQ((*max)["began"]["version"], "1.5");
  EXPECT_EQ((*max)["usual"], 40000.0);
  EXPECT_EQ((*max)["ongoing"], true);
  EXPECT_THAT(text({"regressions"}), HasSubstr("smoke/sps_max"));
  EXPECT_THAT(text({"regressions", "--csv"}), HasSubstr("smoke,sps_max,"));
}

TEST_F(Asking, ForFigures) {
  released("1.0", 40000);
  doubtful("1.1", 1);
  const json stats = lines({"stats"})[0];
  EXPECT_EQ(stats["releases"], 2);
  EXPECT_EQ(stats["published"], 2);
  EXPECT_EQ(stats["lead_s"]["count"], 2);
  const json& smoke = stats["validations"][0];
  EXPECT_EQ(smoke["validation"], "smoke");
  EXPECT_EQ(smoke["results"], 2);
  EXPECT_EQ(smoke["failure_rate"], 0.5);
  EXPECT_EQ(smoke["false_alarm_rate"], 1.0);
  EXPECT_EQ(lines({"stats", "--last", "1"})[0]["releases"], 1);
  EXPECT_THAT(text({"stats"}), HasSubstr("2 releases: 2 published"));
  EXPECT_THAT(text({"stats", "--csv"}),
              HasSubstr("\r\nvalidation,smoke,failed,1\r\n"));
}

TEST_F(Asking, ForEventsAsCsv) {
  prepare();
  const std::string csv =
      text({"history", kVersion, "--type", "BranchCreated", "--csv"});
  EXPECT_THAT(csv,
              AllOf(StartsWith("position,stream,revision,type,time,"
                               "actor.name,actor.email,data\r\n"),
                    HasSubstr(",BranchCreated,")));
  EXPECT_EQ(std::ranges::count(csv, '\n'), 2);
}

TEST_F(Asking, WhatIsNotThereIsRefusedInALine) {
  released("1.0", 40000);
  const Ended metric = rl({"metrics", "sps_mx"});
  expect_bare_refusal(metric, kUsage);
  EXPECT_THAT(metric.err, HasSubstr("sps_max"));
  expect_bare_refusal(rl({"compare", "1.0", "1.7"}), kUsage);
  expect_bare_refusal(rl({"compare", "1.0"}), kUsage);
  expect_bare_refusal(rl({"list", "--state", "relesed"}), kUsage);
  expect_bare_refusal(rl({"list", "--last", "0"}), kUsage);
  expect_bare_refusal(rl({"list", "--since", "yesterday"}), kUsage);
  expect_bare_refusal(rl({"metrics", "sps_max", "--agg", "sum"}), kUsage);
  expect_bare_refusal(rl({"metrics", "sps_max", "--group-by", "day"}), kUsage);
  expect_bare_refusal(rl({"metrics", "sps_max", "--releases", "0.9..1.0"}),
                      kUsage);
  expect_bare_refusal(rl({"metrics", "sps_max", "--plot", "--json"}), kUsage);
  expect_bare_refusal(rl({"names", "planets"}), kUsage);
}

TEST_F(Asking, WithoutALedgerFindsNothingToAsk) {
  EXPECT_EQ(text({"list", "--last", "3"}), "");
  expect_bare_refusal(rl({"metrics"}), kUsage);
  expect_bare_refusal(rl({"stats"}), kUsage);
}

TEST_F(Asking, IsCompletedByTheShellWithWhatTheLedgerHas) {
  released("1.0", 40000);
  support::Invocation shell = invocation({});
  const std::string program = shell.argv.front();
  std::string& path = shell.environment["PATH"];
  path = program.substr(0, program.rfind('/')) + ":" + path;
  const auto completed = [&](const std::string& words, int count) {
    shell.argv = {"bash",
                  "-c",
                  fmt::format("source <(release-ledger completion bash)\n"
                              "COMP_WORDS=(release-ledger {} \"\")\n"
                              "COMP_CWORD={}\n"
                              "_release_ledger\n"
                              "echo \" ${{COMPREPLY[*]}} \"",
                              words,
                              count)};
    const Ended ended = support::run(shell);
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
    return ended.out;
  };
  EXPECT_THAT(completed("metrics", 2),
              AllOf(HasSubstr(" sps_max "), HasSubstr(" --plot ")));
  EXPECT_THAT(completed("status", 2), HasSubstr(" 1.0 "));
  EXPECT_THAT(completed("compare 1.0", 3), HasSubstr(" 1.0 "));
  EXPECT_EQ(completed("metrics sps_max --validation", 4), " smoke \n");
  EXPECT_THAT(completed("plan", 2), HasSubstr("show check"));
  EXPECT_THAT(completed("plan check", 3), HasSubstr(" --log "));
  EXPECT_THAT(completed("metrics blame", 3), HasSubstr(" sps_max "));
  EXPECT_EQ(completed("metrics sps_max --agg", 4),
            " max min mean p50 p95 last \n");
  EXPECT_THAT(completed("list --state", 3), HasSubstr(" abandoned "));
  EXPECT_THAT(completed("history --type", 3), HasSubstr(" BranchCreated "));
  EXPECT_THAT(completed("explain 1.0", 3), HasSubstr(" bug-check "));
  EXPECT_THAT(completed("names", 2), HasSubstr(" validations "));
  EXPECT_THAT(completed("completion", 2), HasSubstr(" zsh "));
  EXPECT_EQ(completed("--color", 2), " auto always never \n");
  // The steps' options go with no other verb; each is offered once.
  const std::string verb = completed("verify", 2);
  EXPECT_THAT(verb, AllOf(HasSubstr(" --json "), Not(HasSubstr(" --all "))));
  EXPECT_EQ(verb.find("--help"), verb.rfind("--help")) << verb;
}

class Renamed : public Asking {
 protected:
  Renamed() : Asking(plan("speed", "")) {}
  static PlanText plan(const std::string& key, const std::string& was) {
    PlanText plan;
    plan.more = fmt::format(
        "[[metric]]\nkey = \"{}\"\npattern = 'SPS: ([0-9]+)'\n"
        "statistic = \"max\"\n{}",
        key,
        was);
    return plan;
  }
};

TEST_F(Renamed, MetricsKeepTheirHistory) {
  released("1.0", 40000);
  scratch_.write_plan(plan("pace", "aliases = [\"speed\"]\n"));
  scratch_.commit("Another name");
  released("1.1", 44000);
  EXPECT_THAT(fields({"metrics", "pace"}, "version"),
              ElementsAre("1.0", "1.1"));
  const auto old = lines({"metrics", "speed"});
  ASSERT_EQ(old.size(), 2U);
  EXPECT_EQ(old[0]["key"], "pace");
  EXPECT_EQ(old[0]["called"], "speed");
  EXPECT_EQ(old[1]["stable"]["percent"], 10.0);
  EXPECT_THAT(rl({"metrics", "speed"}).err,
              HasSubstr("speed is called pace today"));
}

}  // namespace
}  // namespace e2e
