// What a plan's digests cover. The fields are named one by one: a field that
// the schema gains later changes no digest until it is added here, on purpose.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "commands/plan/plan.h"
#include "ledger/digest.h"

namespace commands::plan {
namespace {

using nlohmann::json;

std::string digest_of(const json& value) {
  // Keys are sorted and numbers shortest: one text per value.
  return ledger::to_hex(ledger::sha256(
      {value.dump(-1, ' ', false, json::error_handler_t::replace)}));
}

template <class T>
json optional_json(const T& value) {
  return value ? json(*value) : json();
}

json metrics_json(const schema::Plan& plan) {
  json rules = json::object();
  for (const schema::MetricRule& rule : plan.metrics) {
    rules[rule.key] = {rule.pattern, rule.statistic};
  }
  return rules;
}

// All that decides what is measured.
json run_json(const schema::Plan& plan, const schema::Validation& validation) {
  json all = {{"args", validation.args},
              {"command", command_template(plan, validation)},
              {"location", schema::word(validation.location)},
              {"metrics", metrics_json(plan)},
              {"module", validation.module_},
              {"timeout_s", validation.timeout_s}};
  // Only where they say something, so that older digests still hold.
  if (validation.location == schema::Location::remote) {
    all["exit_code"] = plan.run->remote_exit_code;
    all["launcher_args"] = validation.launcher_args;
  }
  for (const schema::OutputRule& rule : validation.outputs) {
    all["outputs"][rule.name] = rule.pattern;
  }
  return all;
}

json judgement_json(const schema::Validation& validation) {
  json acceptance = json::array();
  for (const schema::Acceptance& check : validation.acceptance) {
    acceptance.push_back({check.key,
                          check.op,
                          optional_json(check.expected),
                          optional_json(check.low),
                          optional_json(check.high)});
  }
  json all = {{"acceptance", std::move(acceptance)},
              {"depends_on", validation.depends_on},
              {"name", validation.name},
              {"retries", validation.retries},
              {"run", validation.run_digest},
              {"sets", validation.sets}};
  if (validation.retry_on != std::vector<std::string>{"errored"}) {
    all["retry_on"] = validation.retry_on;
  }
  return all;
}

json policy_json(const schema::Plan& plan) {
  json roles = json::object();
  for (const schema::RoleMembers& role : plan.approval->roles) {
    roles[role.role] = {{"members", role.members}, {"need", role.need}};
  }
  json people = json::object();
  for (const schema::Person& person : plan.people) {
    people[person.name] = {{"emails", person.emails},
                           {"github", optional_json(person.github)},
                           {"ssh", person.ssh}};
  }
  return {{"allow_starter", plan.approval->allow_starter},
          {"people", std::move(people)},
          {"required", plan.approval->required},
          {"roles", std::move(roles)}};
}

}  // namespace

void fill_digests(schema::Plan& plan) {
  json all = json::object();
  for (schema::Validation& validation : plan.validations) {
    validation.run_digest = digest_of(run_json(plan, validation));
    validation.digest = digest_of(judgement_json(validation));
    all[validation.name] = validation.digest;
  }
  plan.policy_digest = digest_of(policy_json(plan));
  plan.digest = digest_of(
      {{"policy", plan.policy_digest}, {"validations", std::move(all)}});
}

}  // namespace commands::plan
