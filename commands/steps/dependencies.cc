#include "commands/steps/dependencies.h"

#include <algorithm>

#include "commands/plan/placeholders.h"

namespace commands::steps {
namespace {

// The plan has no cycles.
void add_in_order(const StepContext& context,
                  const schema::Validation& validation,
                  std::vector<std::string>& order) {
  if (std::ranges::find(order, validation.name) != order.end()) {
    return;
  }
  for (const std::string& name : validation.depends_on) {
    const schema::Validation& other = *find_planned(context.plan(), name);
    if (schema::is_in_set(other, context.record().mode)) {
      add_in_order(context, other, order);
    }
  }
  order.push_back(validation.name);
}

// The outputs that its command names.
std::vector<std::string> outputs_used(const schema::Validation& validation) {
  std::vector<std::string> used;
  for (const auto* list :
       {&validation.args, &validation.command, &validation.launcher_args}) {
    for (const std::string& element : *list) {
      for (const std::string& word : plan::placeholders(element)) {
        if (word.starts_with(plan::kOutputWord)) {
          used.push_back(word.substr(plan::kOutputWord.size()));
        }
      }
    }
  }
  return used;
}

}  // namespace

const schema::Validation* find_planned(const schema::Plan& plan,
                                       const std::string& name) {
  const auto it =
      std::ranges::find(plan.validations, name, &schema::Validation::name);
  return it == plan.validations.end() ? nullptr : &*it;
}

schema::ValidationAssessment assess_now(const StepContext& context,
                                        const std::string& name) {
  return schema::assess_validation(context.record(),
                                   *find_planned(context.plan(), name));
}

std::vector<std::string> names_in_order(const StepContext& context) {
  std::vector<std::string> order;
  for (const schema::Validation& validation : context.plan().validations) {
    if (schema::is_in_set(validation, context.record().mode)) {
      add_in_order(context, validation, order);
    }
  }
  return order;
}

std::string obstacle(const StepContext& context,
                     const schema::Validation& validation) {
  for (const std::string& name : validation.depends_on) {
    const schema::ValidationAssessment other = assess_now(context, name);
    if (other.is_open_gate()) {
      return fmt::format(
          "depends on {}, which is {}", name, schema::word(other.outcome));
    }
  }
  const auto outputs = outputs_for(context, validation);
  for (const std::string& used : outputs_used(validation)) {
    if (!outputs.contains(used)) {
      return fmt::format(
          "needs the output {}, which the log of what it depends on has not",
          used);
    }
  }
  return {};
}

std::map<std::string, std::string> outputs_for(
    const StepContext& context, const schema::Validation& validation) {
  std::map<std::string, std::string> outputs;
  for (const std::string& name : validation.depends_on) {
    const schema::ValidationAssessment other = assess_now(context, name);
    if (other.record == nullptr || other.record->result == nullptr) {
      continue;
    }
    for (const schema::Output& output : other.record->result->outputs) {
      outputs[name + "." + output.name] = output.value;
    }
  }
  return outputs;
}

}  // namespace commands::steps
