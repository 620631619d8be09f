// Measurements as other systems take them.

#include "commands/services/gauges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace commands::services {
namespace gauges_test {

using nlohmann::json;

const std::vector<Gauge> kGauges = {
    {"metric", 41234.5, {{"metric", "sps_max"}, {"validation", "smoke"}}},
    {"check.passed", 1, {{"metric", "sps_max"}, {"validation", "smoke"}}},
    {"metric", 0.5, {{"metric", "loss"}, {"validation", "a \"b\"\\\n"}}}};

TEST(Gauges, AreSeriesOfDatadog) {
  const json body = json::parse(
      datadog_series(kGauges, "release", {"Team:Sim Lab"}, 1'769'940'733));
  ASSERT_EQ(body["series"].size(), 3U);
  EXPECT_EQ(
      body["series"][0],
      json({{"metric", "release.metric"},
            {"type", 3},
            {"points", {{{"timestamp", 1'769'940'733}, {"value", 41234.5}}}},
            {"tags", {"metric:sps_max", "team:sim_lab", "validation:smoke"}}}));
}

TEST(Gauges, AreATextfileOfPrometheus) {
  EXPECT_EQ(prometheus_text(kGauges, "release.x", {{"version", "1.4.0"}}),
            "# TYPE release_x_check_passed gauge\n"
            "release_x_check_passed{version=\"1.4.0\",metric=\"sps_max\","
            "validation=\"smoke\"} 1\n"
            "# TYPE release_x_metric gauge\n"
            "release_x_metric{version=\"1.4.0\",metric=\"sps_max\","
            "validation=\"smoke\"} 41234.5\n"
            "release_x_metric{version=\"1.4.0\",metric=\"loss\","
            "validation=\"a \\\"b\\\"\\\\\\n\"} 0.5\n");
}

TEST(Gauges, HaveNamesThatAreTaken) {
  EXPECT_EQ(datadog_name("9 lives/x.y"), "m_9_lives_x.y");
  EXPECT_EQ(datadog_name(""), "m_");
  EXPECT_EQ(prometheus_name("a.b-c"), "a_b_c");
  EXPECT_EQ(datadog_tag("Key:A  b__c:"), "key:a_b_c");
  EXPECT_EQ(datadog_tag(std::string(300, 'a')).size(), 200U);
}

TEST(Gauges, AreTheSameTextForTheSameValues) {
  EXPECT_EQ(canonical_text(kGauges), canonical_text(kGauges));
  EXPECT_NE(canonical_text(kGauges), canonical_text({kGauges[0]}));
}

}  // namespace gauges_test
}  // namespace commands::services
