// [run] of remote jobs; time limits, retries, outputs and who uses them.

#include <algorithm>
#include <tuple>
#include <utility>

#include "commands/metrics/extract.h"
#include "commands/nearest.h"
#include "commands/plan/check.h"
#include "commands/plan/check_template.h"
#include "commands/plan/defaults.h"
#include "commands/plan/placeholders.h"
#include "commands/plan/plan.h"
#include "commands/plan/toml_reader.h"
#include "commands/services/wandb.h"

namespace commands::plan {
namespace {

class RunningCheck {
 public:
  RunningCheck(const Checking& checking, std::size_t index)
      : checking_(checking),
        validation_(checking.plan.validations[index]),
        index_(index) {}

  void run() {
    check_retries();
    check_outputs();
    check_uses();
    if (!validation_.wandb_run.empty()) {
      check_wandb_run();
    }
    if (validation_.location == schema::Location::remote) {
      check_remote();
    }
  }

 private:
  Place place(std::string_view key) const {
    return place_at(checking_.source,
                    {Step("validation"), Step(index_), Step(key)});
  }
  void refuse(std::string_view key, std::string what) {
    checking_.problems.refuse(place(key), std::move(what));
  }

  void check_remote() {
    const auto& command = command_template(checking_.plan, validation_);
    const bool with_args =
        std::ranges::find(command, "{args}") != command.end();
    const bool with_more =
        std::ranges::find(command, "{launcher_args}") != command.end();
    if (!names(command, "run") &&
        !(with_args && names(validation_.args, "run")) &&
        !(with_more && names(validation_.launcher_args, "run"))) {
      refuse("name",
             fmt::format("validation {} is remote, and nothing in its command "
                         "names {{run}}: its job could not be found again",
                         validation_.name));
    }
    if (!(validation_.launch_timeout_s > 0) ||
        validation_.launch_timeout_s > kTimeoutLimitS) {
      refuse("launch_timeout_s",
             fmt::format("launch_timeout_s must be more than 0 and at most {} "
                         "(30 days), not {}",
                         kTimeoutLimitS,
                         validation_.launch_timeout_s));
    }
  }

  void check_wandb_run() {
    static const std::vector<std::string> kWords = {
        "run", "name", "version", "candidate"};
    for (const std::string& word : placeholders(validation_.wandb_run)) {
      if (std::ranges::find(kWords, word) == kWords.end()) {
        refuse("wandb_run",
               fmt::format("unknown placeholder {{{}}} in wandb_run; known are "
                           "run, name, version, candidate",
                           word));
        return;
      }
    }
    if (!services::wandb::parse_run(
            expand_wandb_run(validation_, {"1", 1, "1"}))) {
      refuse("wandb_run", "wandb_run is \"entity/project/{run}\"");
    } else if (!names({validation_.wandb_run}, "run")) {
      checking_.problems.warn(
          place("wandb_run"),
          "wandb_run has no {run} in it: each attempt reads the same run");
    }
  }

  void check_retries() {
    static const std::vector<std::string> kOutcomes = {
        "errored", "failed", "timed_out", "inconclusive"};
    for (const std::string& outcome : validation_.retry_on) {
      if (std::ranges::find(kOutcomes, outcome) == kOutcomes.end()) {
        refuse("retry_on",
               fmt::format("retry_on cannot be \"{}\"; known are errored, "
                           "failed, timed_out, inconclusive{}",
                           outcome,
                           suggestion(outcome, kOutcomes)));
      }
    }
  }

  void check_outputs() {
    for (const schema::OutputRule& rule : validation_.outputs) {
      const bool plain = std::ranges::all_of(rule.name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      });
      if (!plain || rule.name.empty()) {
        refuse("outputs",
               fmt::format("output \"{}\": small letters, digits and _ only",
                           rule.name));
      }
      if (const auto good = metrics::check_pattern(rule.pattern); !good) {
        refuse("outputs",
               fmt::format("output {}: {}", rule.name, good.error().message));
      }
    }
  }

  void check_uses() {
    for (const auto* list : {&validation_.args,
                             &validation_.command,
                             &validation_.launcher_args}) {
      for (const std::string& element : *list) {
        for (const std::string& word : placeholders(element)) {
          if (word.starts_with(kOutputWord)) {
            check_use(word.substr(kOutputWord.size()));
          }
        }
      }
    }
  }

  void check_use(const std::string& used) {
    const std::string name = used.substr(0, used.rfind('.'));
    const auto& needs = validation_.depends_on;
    if (std::ranges::find(needs, name) == needs.end()) {
      refuse("args",
             fmt::format("{{output:{}}} in validation {}: {} is not in its "
                         "depends_on",
                         used,
                         validation_.name,
                         name));
      return;
    }
    const auto& all = checking_.plan.validations;
    const auto other = std::ranges::find(all, name, &schema::Validation::name);
    const std::string key = used.substr(std::min(name.size() + 1, used.size()));
    if (other != all.end() &&
        std::ranges::find(other->outputs, key, &schema::OutputRule::name) ==
            other->outputs.end()) {
      refuse("args",
             fmt::format("{{output:{}}} in validation {}: {} has no output "
                         "\"{}\"",
                         used,
                         validation_.name,
                         name,
                         key));
    }
  }

  const Checking& checking_;
  const schema::Validation& validation_;
  std::size_t index_;
};

}  // namespace

void check_running(const Checking& checking, std::size_t index) {
  RunningCheck(checking, index).run();
}

void check_remote_settings(const Checking& checking) {
  const schema::RunSettings& run = *checking.plan.run;
  Problems& problems = checking.problems;
  const auto place = [&](std::string_view key) {
    return place_at(checking.source, {Step("run"), Step(key)});
  };
  check_command("remote", run.remote, place("remote"), problems);
  check_command(
      "remote_queue", run.remote_queue, place("remote_queue"), problems);
  check_command("remote_logs", run.remote_logs, place("remote_logs"), problems);
  check_command(
      "remote_cancel", run.remote_cancel, place("remote_cancel"), problems);
  for (const auto& [key, command] :
       {std::pair("remote_logs", &run.remote_logs),
        std::pair("remote_cancel", &run.remote_cancel)}) {
    if (!names(*command, "job") && !names(*command, "run")) {
      problems.refuse(place(key),
                      fmt::format("{} names no {{job}}: which one?", key));
    }
  }
  if (!run.remote_exit_code.empty()) {
    if (const auto good = metrics::check_pattern(run.remote_exit_code); !good) {
      problems.refuse(
          place("remote_exit_code"),
          fmt::format("remote_exit_code: {}", good.error().message));
    }
  }
  for (const auto& [key, value, most] :
       {std::tuple("poll_s", run.poll_s, kPollLimitS),
        std::tuple("grace_s", run.grace_s, kGraceLimitS)}) {
    if (!(value > 0) || value > most) {
      problems.refuse(
          place(key),
          fmt::format("{} must be more than 0 and at most {}, not {}",
                      key,
                      most,
                      value));
    }
  }
}

}  // namespace commands::plan
