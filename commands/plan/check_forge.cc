// [forge]: a repository that can be named in a URL, and people who can be
// known by their reviews.

#include <algorithm>

#include "commands/nearest.h"
#include "commands/plan/check.h"
#include "commands/plan/toml_reader.h"

namespace commands::plan {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 100 && text != "." && text != ".." &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
         });
}

}  // namespace

void check_forge(const Checking& checking) {
  if (checking.plan.forge == nullptr) {
    return;
  }
  const schema::Forge& forge = *checking.plan.forge;
  const auto place = [&](std::string_view key) {
    return place_at(checking.source, {Step("forge"), Step(key)});
  };
  const auto slash = forge.repository.find('/');
  if (slash == std::string::npos ||
      !is_name(std::string_view(forge.repository).substr(0, slash)) ||
      !is_name(std::string_view(forge.repository).substr(slash + 1))) {
    checking.problems.refuse(
        place("repository"),
        fmt::format("repository is \"owner/name\", not \"{}\"",
                    forge.repository));
  }
  std::vector<std::string> roles;
  for (const schema::RoleMembers& role : checking.plan.approval->roles) {
    roles.push_back(role.role);
  }
  if (!forge.review_role.empty() &&
      std::ranges::find(roles, forge.review_role) == roles.end()) {
    checking.problems.refuse(
        place("review_role"),
        fmt::format("review_role names the unknown role \"{}\"{}",
                    forge.review_role,
                    suggestion(forge.review_role, roles)));
  }
  const bool anybody_known = std::ranges::any_of(
      checking.plan.people,
      [](const schema::Person& person) { return person.github.has_value(); });
  if (checking.plan.approval->required > 0 && !anybody_known) {
    checking.problems.warn(
        place("repository"),
        "no [[person]] has a github id, so no review can count as an approval; "
        "release-ledger approve still does");
  }
}

}  // namespace commands::plan
