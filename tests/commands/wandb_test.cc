// Reading runs of Weights & Biases, until they change no more.

#include "commands/services/wandb.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/commands/http_fixture.h"

namespace commands::services::wandb {
namespace wandb_test {

using support::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kRun = "team/sim/run1";

class WandbTest : public ServiceTest {
 protected:
  WandbTest() : ServiceTest("wandb") {
    variables_ = {{"WANDB_BASE_URL", server_.url() + "/"},
                  {"WANDB_API_KEY", "wandb-k3y"}};
  }

  void run(const json& run) const {
    server_.set_state({{"key", "wandb-k3y"}, {"runs", {{kRun, run}}}});
  }
  Result<Reading> read(const std::vector<Wanted>& wanted) {
    return read_until_stable(access(), {"team", "sim", "run1"}, wanted);
  }
  std::string reason(const std::vector<Wanted>& wanted = {{"sps"}}) {
    return reason_of(read(wanted));
  }
};

TEST_F(WandbTest, ReadsTheSummaryTwice) {
  run({{"summary", R"({"overview/sps": 41234.5, "_step": 811})"}});
  const auto reading = read({{"overview/sps"}});
  ASSERT_TRUE(reading) << reading.error().message;
  ASSERT_THAT(reading->series, SizeIs(1));
  EXPECT_EQ(reading->series[0].values.at(0).number, 41234.5);
  EXPECT_EQ(reading->url, server_.url() + "/team/sim/runs/run1");
  EXPECT_EQ(reading->digest.size(), 64U);
  EXPECT_THAT(server_.journal(), SizeIs(2));
  EXPECT_EQ(server_.journal()[0]["headers"]["authorization"], "Basic ***");
}

TEST_F(WandbTest, WaitsForTheRunToFinishAndToSettle) {
  run({{"states", {"running", "running", "finished"}},
       {"summaries",
        {"{\"sps\":1}", "{\"sps\":2}", "{\"sps\":3}", "{\"sps\":4}"}}});
  const auto reading = read({{"sps"}});
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_EQ(reading->series[0].values.at(0).number, 4);
  EXPECT_THAT(server_.journal(), SizeIs(5));
}

TEST_F(WandbTest, ReadsAHistory) {
  run({{"summary", "{}"},
       {"history",
        {{{"loss", 4.0}},
         {{"other", 1}},
         {{"loss", 2.0}},
         {{"loss", "NaN"}}}}});
  const auto reading = read({{"loss", true}});
  ASSERT_TRUE(reading) << reading.error().message;
  ASSERT_THAT(reading->series[0].values, SizeIs(3));
  EXPECT_EQ(reading->series[0].values[1].number, 2.0);
  EXPECT_FALSE(reading->series[0].values[2].number);
  EXPECT_EQ(reading->series[0].query, "history of loss, 3 of 4 rows");
}

TEST_F(WandbTest, TakesNoNumberThatIsNone) {
  run({{"summary", R"({"sps": NaN, "top": Infinity, "name": "a NaN \" b"})"}});
  const auto reading = read({{"sps"}, {"top"}, {"name"}, {"absent"}});
  ASSERT_TRUE(reading) << reading.error().message;
  for (const std::size_t index : {0U, 1U, 2U}) {
    EXPECT_FALSE(reading->series[index].values.at(0).number);
  }
  EXPECT_THAT(reading->series[3].values, IsEmpty());
  EXPECT_EQ(without_bare_numbers(R"({"a":-Infinity,"NaN":"\"NaN"})"),
            R"({"a":null,"NaN":"\"NaN"})");
}

TEST_F(WandbTest, SaysWhyItCannotBeRead) {
  run({{"states", {"crashed"}}});
  EXPECT_EQ(reason(), "wandb-not-finished");
  EXPECT_THAT(message_, HasSubstr("the run is crashed"));
  run({{"states", {"running"}}});
  EXPECT_EQ(reason(), "wandb-not-stable");
  EXPECT_THAT(message_, HasSubstr("still running after a minute"));
  EXPECT_GE(pace_.waited, std::chrono::seconds(60));
  server_.set_state({{"key", "wandb-k3y"}, {"runs", json::object()}});
  EXPECT_EQ(reason(), "wandb-no-such-run");
  variables_["WANDB_API_KEY"] = "an0ther-key";
  EXPECT_EQ(reason(), "service-unauthorised");
  variables_.erase("WANDB_API_KEY");
  EXPECT_EQ(reason(), "wandb-not-set-up");
}

TEST_F(WandbTest, TakesNoHalfAnswer) {
  for (const json& body :
       {json{{"errors", {{{"message", "permission denied"}}}},
             {"data", nullptr}},
        json{{"error", "oops"}},
        json::array(),
        json{{"data",
              {{"project",
                {{"run",
                  {{"state", "finished"},
                   {"summaryMetrics", "no JSON"}}}}}}}}}) {
    server_.set_rules({{{"body", body}}});
    EXPECT_NE(reason(), "") << body;
  }
  server_.set_rules({{{"body",
                       {{"errors", {{{"message", "permission denied"}}}},
                        {"data", nullptr}}}}});
  EXPECT_EQ(reason(), "service-refused");
  EXPECT_THAT(message_, HasSubstr("permission denied"));
}

TEST_F(WandbTest, KnowsWhoseKeyItIs) {
  const auto user = who(access());
  ASSERT_TRUE(user) << user.error().message;
  EXPECT_EQ(*user, "ann");
}

TEST(WandbRun, IsThreeNames) {
  const auto name = parse_run("team/sim/run-1");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->entity, "team");
  EXPECT_EQ(name->run, "run-1");
  for (const char* text :
       {"", "run", "team/sim", "team/sim/", "a/b/c/d", "a/b/{c}", "a b/c/d"}) {
    EXPECT_FALSE(parse_run(text)) << text;
  }
}

}  // namespace wandb_test
}  // namespace commands::services::wandb
