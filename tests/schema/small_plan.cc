#include "tests/schema/small_plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace schema_tests {
namespace {

schema::RoleMembers role(std::string name, std::vector<std::string> members) {
  schema::RoleMembers result;
  result.role = std::move(name);
  result.members = std::move(members);
  return result;
}

schema::Validation validation(std::string name, std::vector<std::string> sets) {
  schema::Validation result;
  result.name = std::move(name);
  result.location = schema::Location::local;
  result.command = {"./run", result.name};
  result.timeout_s = 600;
  result.sets = std::move(sets);
  return result;
}

}  // namespace

schema::Plan small_plan() {
  return plan_with_bound(30'000);
}

schema::Plan plan_with_bound(double bound) {
  schema::Plan plan;
  plan.project = std::make_unique<schema::Project>();
  plan.project->remote = "origin";
  plan.project->stable_branch = "stable";
  plan.project->tag = "v{version}";
  plan.run = std::make_unique<schema::RunSettings>();
  plan.approval = std::make_unique<schema::Approval>();
  plan.approval->required = 2;
  plan.approval->roles = {role("release-manager", {"Robb", "Sam"}),
                          role("technical-lead", {"Jack", "Kim"})};
  plan.validations = {validation("smoke", {"quick", "comprehensive"}),
                      validation("long", {"comprehensive"})};
  schema::Acceptance& acceptance =
      plan.validations.front().acceptance.emplace_back();
  acceptance.key = "sps_max";
  acceptance.op = ">=";
  acceptance.expected = bound;
  seal(plan);
  return plan;
}

void seal(schema::Plan& plan) {
  plan.digest.clear();
  for (schema::Validation& v : plan.validations) {
    v.run_digest = fmt::format("{}", fmt::join(v.command, " "));
    v.digest = v.run_digest;
    for (const schema::Acceptance& a : v.acceptance) {
      v.digest +=
          fmt::format(", {} {} {}", a.key, a.op, a.expected.value_or(0));
    }
    plan.digest += v.digest + "; ";
  }
  plan.policy_digest = fmt::format(
      "{} people, {}", plan.approval->required, plan.approval->allow_starter);
  for (const schema::RoleMembers& r : plan.approval->roles) {
    plan.policy_digest += fmt::format(
        ", {} of {}: {}", r.need, r.role, fmt::join(r.members, " "));
  }
  plan.digest += plan.policy_digest;
}

}  // namespace schema_tests
