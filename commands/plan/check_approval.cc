// [approval] and [[person]]: a policy that its people can meet.

#include <algorithm>
#include <map>
#include <set>

#include "commands/nearest.h"
#include "commands/plan/check.h"
#include "commands/plan/toml_reader.h"
#include "ledger/ssh_signature.h"

namespace commands::plan {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

// Who a member is: a person of the plan, else an e-mail whatever its case,
// else a name.
class Identities {
 public:
  explicit Identities(const std::vector<schema::Person>& people) {
    for (const schema::Person& person : people) {
      known_.emplace(person.name, person.name);
      for (const std::string& email : person.emails) {
        known_.emplace(lower(email), person.name);
      }
    }
  }

  std::string of(const std::string& member) const {
    const std::string key =
        member.find('@') == std::string::npos ? member : lower(member);
    const auto found = known_.find(key);
    return found == known_.end() ? key : found->second;
  }

 private:
  std::map<std::string, std::string> known_;
};

// Who may waive is said by roles of [approval].
void check_waivers(const Checking& checking) {
  const schema::Approval& approval = *checking.plan.approval;
  std::vector<std::string> known;
  for (const schema::RoleMembers& role : approval.roles) {
    known.push_back(role.role);
  }
  for (const std::string& role :
       approval.waivers ? approval.waivers->roles : known) {
    if (std::ranges::find(known, role) == known.end()) {
      checking.problems.refuse(
          place_at(checking.source, {Step("waiver"), Step("roles")}),
          fmt::format("roles names the unknown role \"{}\"{}",
                      role,
                      suggestion(role, known)));
    }
  }
}

// A key that signs approvals stands with its owner.
void check_key(const Checking& checking,
               const std::string& key,
               std::size_t person) {
  if (!ledger::ssh_key_of(key)) {
    checking.problems.warn(
        place_at(checking.source, {Step("person"), Step(person), Step("ssh")}),
        fmt::format("\"{}\" is no public key as in a .pub file, and signs "
                    "nothing",
                    key.substr(0, 40)));
  }
}

void check_people(const Checking& checking) {
  std::map<std::string, std::string> owners;
  for (std::size_t i = 0; i < checking.plan.people.size(); ++i) {
    const schema::Person& person = checking.plan.people[i];
    const auto claim = [&](const std::string& key, const char* field) {
      const auto [owner, is_new] = owners.emplace(key, person.name);
      if (!is_new) {
        checking.problems.refuse(
            place_at(checking.source, {Step("person"), Step(i), Step(field)}),
            fmt::format("{} is given twice: people are told apart by it", key));
      }
    };
    claim(person.name, "name");
    for (const std::string& email : person.emails) {
      claim(lower(email), "emails");
    }
    for (const std::string& key : person.ssh) {
      check_key(checking, key, i);
    }
  }
}

}  // namespace

void check_approval(const Checking& checking) {
  const schema::Approval& approval = *checking.plan.approval;
  const Identities identities(checking.plan.people);
  std::set<std::string> everybody;
  for (const schema::RoleMembers& role : approval.roles) {
    const Place place = place_at(
        checking.source, {Step("approval"), Step("roles"), Step(role.role)});
    if (role.role.empty() ||
        role.role.find_first_of("\n\t/") != std::string::npos) {
      checking.problems.refuse(place, "a role needs a plain name");
    }
    std::set<std::string> members;
    for (const std::string& member : role.members) {
      if (member.empty()) {
        checking.problems.refuse(
            place,
            fmt::format("role {} has a member without a name", role.role));
      }
      members.insert(identities.of(member));
    }
    if (role.need > members.size()) {
      checking.problems.refuse(
          place_at(checking.source,
                   {Step("approval"), Step("need"), Step(role.role)}),
          fmt::format("need asks for {} people as {}, but only {} can be",
                      role.need,
                      role.role,
                      members.size()));
    }
    everybody.merge(members);
  }
  const Place required =
      place_at(checking.source, {Step("approval"), Step("required")});
  if (approval.required > 0 && approval.roles.empty()) {
    checking.problems.refuse(required,
                             "required is more than 0, but there are no roles");
  } else if (approval.required > everybody.size()) {
    checking.problems.refuse(
        required,
        fmt::format("required asks for {} people, but the roles have only {}",
                    approval.required,
                    everybody.size()));
  }
  check_waivers(checking);
  check_people(checking);
}

}  // namespace commands::plan
