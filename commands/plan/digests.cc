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
  const bool templated = validation.command.empty() &&
                         validation.location == schema::Location::local;
  return {{"args", validation.args},
          {"command", templated ? plan.run->local : validation.command},
          {"location", schema::word(validation.location)},
          {"metrics", metrics_json(plan)},
          {"module", validation.module_},
          {"timeout_s", validation.timeout_s}};
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
  return {{"acceptance", std::move(acceptance)},
          {"depends_on", validation.depends_on},
          {"name", validation.name},
          {"retries", validation.retries},
          {"run", validation.run_digest},
          {"sets", validation.sets}};
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
