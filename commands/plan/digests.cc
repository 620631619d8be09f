// What a plan's digests cover. The fields are named one by one: a field that
// the schema gains later changes no digest until it is added here, on purpose,
// and then only that of a plan that says something in it.

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
    if (!rule.json.empty()) {
      rules[rule.key].push_back(rule.json);
    }
    if (!rule.wandb.empty()) {
      rules[rule.key].push_back(
          {{"wandb", rule.wandb}, {"last", optional_json(rule.wandb_last)}});
    }
  }
  return rules;
}

// Names and units decide what is compared with what, not what is measured.
json comparison_json(const schema::Plan& plan) {
  json rules = json::object();
  for (const schema::MetricRule& rule : plan.metrics) {
    if (!rule.aliases.empty()) {
      rules[rule.key] = rule.aliases;
    }
  }
  return rules;
}

// What a plain check does not have; empty for one.
json beyond_plain_json(const schema::Acceptance& check) {
  json more = json::object();
  const auto add = [&](const char* name, const auto& value) {
    if (value) {
      more[name] = *value;
    }
  };
  add("warn_expected", check.warn_expected);
  add("warn_low", check.warn_low);
  add("warn_high", check.warn_high);
  add("tolerance", check.tolerance);
  add("tolerance_percent", check.tolerance_percent);
  add("warn_tolerance", check.warn_tolerance);
  add("warn_tolerance_percent", check.warn_tolerance_percent);
  if (!check.baseline.empty()) {
    more["baseline"] = {check.baseline, check.without_baseline};
  }
  if (check.samples > 0) {
    more["samples"] = check.samples;
  }
  if (check.confirm_runs > 0) {
    more["confirm"] = {check.confirm_passes, check.confirm_runs};
  }
  return more;
}

// All that decides what is measured.
json run_json(const schema::Plan& plan, const schema::Validation& validation) {
  json run = {{"args", validation.args},
              {"command", command_template(plan, validation)},
              {"location", schema::word(validation.location)},
              {"metrics", metrics_json(plan)},
              {"module", validation.module_},
              {"timeout_s", validation.timeout_s}};
  // Only where they say something, so that older digests still hold.
  if (!validation.metrics_file.empty()) {
    run["metrics_file"] = validation.metrics_file;
  }
  if (!validation.wandb_run.empty()) {
    run["wandb_run"] = validation.wandb_run;
  }
  if (validation.location == schema::Location::remote) {
    run["exit_code"] = plan.run->remote_exit_code;
    run["launcher_args"] = validation.launcher_args;
  }
  for (const schema::OutputRule& rule : validation.outputs) {
    run["outputs"][rule.name] = rule.pattern;
  }
  return run;
}

json judgement_json(const schema::Plan& plan,
                    const schema::Validation& validation) {
  json acceptance = json::array();
  for (const schema::Acceptance& check : validation.acceptance) {
    acceptance.push_back({check.key,
                          check.op,
                          optional_json(check.expected),
                          optional_json(check.low),
                          optional_json(check.high)});
    json more = beyond_plain_json(check);
    if (!more.empty()) {
      acceptance.back().push_back(std::move(more));
    }
  }
  json judgement = {{"acceptance", std::move(acceptance)},
                    {"depends_on", validation.depends_on},
                    {"name", validation.name},
                    {"retries", validation.retries},
                    {"run", validation.run_digest},
                    {"sets", validation.sets}};
  // Only a baseline can be looked for under another name.
  const bool compares = std::ranges::any_of(
      validation.acceptance,
      [](const schema::Acceptance& check) { return !check.baseline.empty(); });
  if (json names = comparison_json(plan); compares && !names.empty()) {
    judgement["aliases"] = std::move(names);
  }
  if (validation.retry_on != std::vector<std::string>{"errored"}) {
    judgement["retry_on"] = validation.retry_on;
  }
  return judgement;
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
  json policy = {{"allow_starter", plan.approval->allow_starter},
                 {"people", std::move(people)},
                 {"required", plan.approval->required},
                 {"roles", std::move(roles)}};
  if (plan.approval->expires_s) {
    policy["expires_s"] = *plan.approval->expires_s;
  }
  if (plan.approval->signed_) {
    policy["signed"] = true;
  }
  if (plan.approval->waivers) {
    policy["waivers"] = {
        {"roles", plan.approval->waivers->roles},
        {"second_person", plan.approval->waivers->second_person}};
  }
  if (!plan.allowed_signers.empty()) {
    policy["allowed_signers"] = plan.allowed_signers;
  }
  // Which bugs block is policy too. How long an answer may take is not.
  if (plan.tracker) {
    const schema::Tracker& tracker = *plan.tracker;
    policy["tracker"] = {tracker.kind,
                         tracker.project,
                         tracker.section,
                         tracker.repository,
                         tracker.labels,
                         tracker.jql,
                         tracker.url};
  }
  return policy;
}

}  // namespace

void fill_digests(schema::Plan& plan) {
  json all = json::object();
  for (schema::Validation& validation : plan.validations) {
    validation.run_digest = digest_of(run_json(plan, validation));
    validation.digest = digest_of(judgement_json(plan, validation));
    all[validation.name] = validation.digest;
  }
  plan.policy_digest = digest_of(policy_json(plan));
  plan.digest = digest_of(
      {{"policy", plan.policy_digest}, {"validations", std::move(all)}});
}

}  // namespace commands::plan
