#include "commands/plan/metrics_out.h"

#include "commands/plan/check.h"
#include "commands/plan/defaults.h"
#include "commands/plan/placeholders.h"
#include "commands/plan/toml_reader.h"

namespace commands::plan {

std::unique_ptr<schema::MetricsOut> read_metrics_out(const toml::table& table,
                                                     Problems& problems) {
  TableReader reader(table, "[metrics_out]", problems);
  auto out = std::make_unique<schema::MetricsOut>();
  out->datadog = reader.flag("datadog", false);
  out->prefix = reader.text("prefix", kMetricsPrefix);
  out->tags = reader.texts("tags", {});
  out->prometheus = reader.text("prometheus", "");
  reader.refuse_unknown_keys();
  return out;
}

void check_metrics_out(const Checking& checking) {
  if (checking.plan.metrics_out == nullptr) {
    return;
  }
  const schema::MetricsOut& out = *checking.plan.metrics_out;
  const auto place = [&](std::string_view key) {
    return place_at(checking.source, {Step("metrics_out"), Step(key)});
  };
  if (out.prefix.empty()) {
    checking.problems.refuse(place("prefix"), "prefix is empty");
  }
  if (out.prometheus.ends_with('/')) {
    checking.problems.refuse(place("prometheus"),
                             "prometheus is the path of a file");
  }
  for (const std::string& tag : out.tags) {
    for (const std::string& word : placeholders(tag)) {
      if (word != "version" && word != "candidate") {
        checking.problems.refuse(
            place("tags"),
            fmt::format("unknown placeholder {{{}}} in tags; known are "
                        "version, candidate",
                        word));
      }
    }
  }
  if (!out.datadog && out.prometheus.empty()) {
    checking.problems.warn(place("prefix"),
                           "[metrics_out] names no place to send to: datadog "
                           "= true, or prometheus = a file");
  }
}

}  // namespace commands::plan
