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
  const auto& pattern =
      validation.command.empty() ? plan.run->local : validation.command;
  for (const std::string& element : pattern) {
    if (element != "{args}") {
      argv.push_back(filled_in(element));
      continue;
    }
    for (const std::string& argument : validation.args) {
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
