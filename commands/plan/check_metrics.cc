// [[metric]]: keys used once, old names that are nobody's now, patterns that
// can be run.

#include <algorithm>
#include <map>
#include <set>

#include "commands/metrics/extract.h"
#include "commands/plan/check.h"
#include "commands/plan/toml_reader.h"

namespace commands::plan {
namespace {

class MetricCheck {
 public:
  explicit MetricCheck(const Checking& checking) : checking_(checking) {
    for (const schema::MetricRule& rule : metrics::built_in_rules()) {
      built_in_.insert(rule.key);
    }
    keys_ = built_in_;
    for (const schema::MetricRule& rule : checking.plan.metrics) {
      own_keys_.insert(rule.key);
    }
  }

  void run() {
    for (std::size_t i = 0; i < checking_.plan.metrics.size(); ++i) {
      const schema::MetricRule& rule = checking_.plan.metrics[i];
      if (!keys_.insert(rule.key).second) {
        refuse(i,
               "key",
               fmt::format("there is a metric {} already{}; choose another "
                           "key",
                           rule.key,
                           built_in_.contains(rule.key) ? ", built in" : ""));
      }
      if (!rule.pattern.empty()) {
        if (const auto status = metrics::check_pattern(rule.pattern); !status) {
          refuse(i, "pattern", status.error().message);
        }
      }
      check_wandb(i);
      for (const std::string& alias : rule.aliases) {
        check_alias(i, alias);
      }
    }
  }

 private:
  void refuse(std::size_t index, std::string_view key, std::string what) {
    checking_.problems.refuse(
        place_at(checking_.source, {Step("metric"), Step(index), Step(key)}),
        std::move(what));
  }

  void check_wandb(std::size_t index) {
    const schema::MetricRule& rule = checking_.plan.metrics[index];
    if (rule.wandb_last) {
      if (rule.wandb.empty()) {
        refuse(index, "wandb_last", "wandb_last belongs to a wandb key");
      } else if (!(*rule.wandb_last > 0 && *rule.wandb_last <= 1)) {
        refuse(index,
               "wandb_last",
               "wandb_last is a share of the history: more than 0, up to 1");
      }
    } else if (!rule.wandb.empty() && rule.statistic != "last") {
      refuse(index,
             "statistic",
             fmt::format("the summary has one value of {}; a statistic needs "
                         "wandb_last, the share of the history it is of",
                         rule.wandb));
    }
  }

  // An old name that two metrics claim would give both the same history.
  void check_alias(std::size_t index, const std::string& alias) {
    const std::string& key = checking_.plan.metrics[index].key;
    if (alias.empty() || own_keys_.contains(alias)) {
      refuse(index,
             "aliases",
             fmt::format("\"{}\" cannot be an old name of {}: {}",
                         alias,
                         key,
                         alias.empty() ? "it is empty"
                                       : "a metric is called that now"));
      return;
    }
    const auto [owner, is_new] = owners_.emplace(alias, key);
    if (!is_new) {
      refuse(
          index,
          "aliases",
          fmt::format("{} is an old name of {} already", alias, owner->second));
    }
  }

  const Checking& checking_;
  std::set<std::string> built_in_;
  std::set<std::string> own_keys_;
  std::set<std::string> keys_;
  std::map<std::string, std::string> owners_;  // by alias
};

}  // namespace

void check_metrics(const Checking& checking) {
  MetricCheck(checking).run();
}

}  // namespace commands::plan
