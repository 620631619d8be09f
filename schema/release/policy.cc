#include "schema/release/policy.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/release/approval_text.h"
#include "schema/release/moment.h"

namespace schema {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return result;
}

const Person* find_person(const Plan& plan, const PersonName& who) {
  const std::string email = lower(who.email);
  for (const Person& person : plan.people) {
    const bool by_mail =
        !email.empty() &&
        std::ranges::any_of(person.emails, [&](const std::string& own) {
          return lower(own) == email;
        });
    if (by_mail || (email.empty() && person.name == who.name)) {
      return &person;
    }
  }
  return nullptr;
}

}  // namespace

PersonName split_person(std::string_view by) {
  const auto open = by.rfind('<');
  if (open == by.npos || !by.ends_with('>')) {
    return {std::string(by), ""};
  }
  std::string_view name = by.substr(0, open);
  while (name.ends_with(' ')) {
    name.remove_suffix(1);
  }
  return {std::string(name),
          std::string(by.substr(open + 1, by.size() - open - 2))};
}

std::string person_key(const Plan& plan, std::string_view by) {
  const PersonName who = split_person(by);
  if (const Person* person = find_person(plan, who)) {
    return "person:" + person->name;
  }
  return who.email.empty() ? "name:" + who.name : "mail:" + lower(who.email);
}

const RoleMembers* find_role(const Plan& plan, std::string_view role) {
  if (plan.approval == nullptr) {
    return nullptr;
  }
  const auto it =
      std::ranges::find(plan.approval->roles, role, &RoleMembers::role);
  return it == plan.approval->roles.end() ? nullptr : &*it;
}

bool is_member(const Plan& plan, std::string_view role, std::string_view by) {
  const RoleMembers* members = find_role(plan, role);
  if (members == nullptr) {
    return false;
  }
  const PersonName who = split_person(by);
  std::set<std::string> names = {std::string(by), who.name, who.email};
  if (const Person* person = find_person(plan, who)) {
    names.insert(person->name);
    names.insert(person->emails.begin(), person->emails.end());
  }
  names.erase("");
  return std::ranges::any_of(members->members, [&](const std::string& member) {
    return names.contains(member);
  });
}

bool may_waive(const Plan& plan, std::string_view by) {
  if (plan.approval == nullptr || plan.approval->waivers == nullptr ||
      plan.approval->waivers->roles.empty()) {
    return true;
  }
  return std::ranges::any_of(
      plan.approval->waivers->roles,
      [&](const std::string& role) { return is_member(plan, role, by); });
}

bool wants_second_person(const Plan& plan) {
  return plan.approval != nullptr && plan.approval->waivers != nullptr &&
         plan.approval->waivers->second_person;
}

std::vector<std::string> signer_lines(const Plan& plan) {
  std::vector<std::string> lines = plan.allowed_signers;
  for (const Person& person : plan.people) {
    for (const std::string& key : person.ssh) {
      if (!person.emails.empty()) {
        lines.push_back(fmt::format("{} namespaces=\"{}\" {}",
                                    fmt::join(person.emails, ","),
                                    kSignatureNamespace,
                                    key));
      }
    }
  }
  return lines;
}

std::string staleness(const ReleaseRecord& record,
                      const CandidateRecord& candidate,
                      const ApprovalRecord& approval,
                      std::string_view evidence_digest) {
  if (!approval.revoked.empty()) {
    return approval.revoked == "revoked" ? approval.revoked
                                         : "revoked: " + approval.revoked;
  }
  const CandidateRecord* current = current_candidate(record);
  if (current == nullptr || candidate.number != current->number) {
    return fmt::format("given for candidate {}", candidate.number);
  }
  if (record.plan && approval.granted->plan_digest != record.plan->digest) {
    return "the plan has changed since";
  }
  if (approval.granted->evidence_digest != evidence_digest) {
    return "the evidence has changed since";
  }
  if (approval.granted->expires_at_ms &&
      judged_at_ms(record) >= *approval.granted->expires_at_ms) {
    return "expired at " + moment_text(*approval.granted->expires_at_ms);
  }
  if (record.plan && record.plan->approval && record.plan->approval->signed_ &&
      approval.granted->signature.empty()) {
    return "not signed, which the plan asks for";
  }
  return {};
}

Tally tally(const ReleaseRecord& record, std::string_view evidence_digest) {
  Tally result;
  const CandidateRecord* candidate = current_candidate(record);
  if (record.plan == nullptr || record.plan->approval == nullptr) {
    return result;
  }
  const Plan& plan = *record.plan;
  const Approval& policy = *plan.approval;
  result.required = policy.required;
  const std::string starter =
      record.started ? person_key(plan, record.started->by) : "";

  std::set<std::string> people;
  std::map<std::string, std::set<std::string>> by_role;
  for (std::size_t i = 0; candidate && i < candidate->approvals.size(); ++i) {
    const ApprovalRecord& approval = candidate->approvals[i];
    const std::string key = person_key(plan, approval.granted->by);
    if (staleness(record, *candidate, approval, evidence_digest).empty() &&
        is_member(plan, approval.granted->role, approval.granted->by) &&
        (policy.allow_starter || key != starter)) {
      people.insert(key);
      by_role[approval.granted->role].insert(key);
    }
  }
  result.people = people.size();
  bool everybody = false;
  if (people.size() < policy.required) {
    result.lacking.push_back(
        fmt::format("{} of {} approvals", people.size(), policy.required));
    everybody = true;
  }
  for (const RoleMembers& role : policy.roles) {
    const std::size_t have = by_role[role.role].size();
    if (have < role.need) {
      result.lacking.push_back(
          fmt::format("{} of {} from {}", have, role.need, role.role));
    }
    if (have < role.need || (everybody && have < role.members.size())) {
      result.open_roles.push_back(role.role);
    }
  }
  return result;
}

}  // namespace schema
