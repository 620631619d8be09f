// What a plan comes to for one release: the validations of a mode, argv with
// its placeholders filled in, names made from patterns.

#include <algorithm>

#include "commands/plan/placeholders.h"
#include "commands/plan/plan.h"

namespace commands::plan {
namespace {

std::optional<std::string> value_of(std::string_view word,
                                    const schema::Validation& validation,
                                    const TemplateValues& values) {
  if (word == "version") {
    return values.version;
  }
  if (word == "candidate") {
    return std::to_string(values.candidate);
  }
  if (word == "module") {
    return validation.module_;
  }
  if (word == "name") {
    return validation.name;
  }
  if (word == "commit") {
    return values.commit;
  }
  if (word.starts_with(kOutputWord)) {
    const auto it =
        values.outputs.find(std::string(word.substr(kOutputWord.size())));
    return it == values.outputs.end() ? std::nullopt
                                      : std::optional(it->second);
  }
  return word == "run" ? std::optional(values.run) : std::nullopt;
}

}  // namespace

std::vector<const schema::Validation*> selected(const schema::Plan& plan,
                                                schema::Mode mode) {
  std::vector<const schema::Validation*> result;
  for (const schema::Validation& validation : plan.validations) {
    if (std::ranges::find(validation.sets, schema::word(mode)) !=
        validation.sets.end()) {
      result.push_back(&validation);
    }
  }
  return result;
}

std::string expand_metrics_file(const schema::Validation& validation,
                                const TemplateValues& values) {
  return fill_in(validation.metrics_file, [&](std::string_view word) {
    return value_of(word, validation, values);
  });
}

std::string expand_wandb_run(const schema::Validation& validation,
                             const TemplateValues& values) {
  return fill_in(validation.wandb_run, [&](std::string_view word) {
    return value_of(word, validation, values);
  });
}

const std::vector<std::string>& command_template(
    const schema::Plan& plan, const schema::Validation& validation) {
  if (!validation.command.empty()) {
    return validation.command;
  }
  return validation.location == schema::Location::remote ? plan.run->remote
                                                         : plan.run->local;
}

std::vector<std::string> expand_job_command(
    const std::vector<std::string>& pattern,
    const std::string& job_id,
    const std::string& run) {
  std::vector<std::string> argv;
  for (const std::string& element : pattern) {
    argv.push_back(fill_in(
        element, [&](std::string_view word) -> std::optional<std::string> {
          if (word == "job") {
            return job_id;
          }
          return word == "run" ? std::optional(run) : std::nullopt;
        }));
  }
  return argv;
}

std::vector<std::string> expand_command(const schema::Plan& plan,
                                        const schema::Validation& validation,
                                        const TemplateValues& values) {
  const auto filled_in = [&](const std::string& element) {
    return fill_in(element, [&](std::string_view word) {
      return word == "metrics_file"
                 ? std::optional(expand_metrics_file(validation, values))
                 : value_of(word, validation, values);
    });
  };
  std::vector<std::string> argv;
  for (const std::string& element : command_template(plan, validation)) {
    if (element != "{args}" && element != "{launcher_args}") {
      argv.push_back(filled_in(element));
      continue;
    }
    for (const std::string& argument :
         element == "{args}" ? validation.args : validation.launcher_args) {
      argv.push_back(filled_in(argument));
    }
  }
  return argv;
}

std::string expand_pattern(std::string_view pattern,
                           std::string_view version,
                           std::uint32_t candidate) {
  return fill_in(
      pattern, [&](std::string_view word) -> std::optional<std::string> {
        if (word == "version") {
          return std::string(version);
        }
        return word == "candidate" ? std::optional(std::to_string(candidate))
                                   : std::nullopt;
      });
}

}  // namespace commands::plan
