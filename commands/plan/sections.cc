#include "commands/plan/sections.h"

#include <algorithm>
#include <utility>

#include "commands/metrics/statistic.h"
#include "commands/nearest.h"
#include "commands/plan/acceptance.h"
#include "commands/plan/defaults.h"
#include "commands/plan/metrics_out.h"
#include "commands/plan/tracker.h"

namespace commands::plan {
namespace {

using Texts = std::vector<std::string>;

std::unique_ptr<schema::Project> read_project(const toml::table& table,
                                              Problems& problems) {
  TableReader reader(table, "[project]", problems);
  auto project = std::make_unique<schema::Project>();
  project->remote = reader.text("remote", kRemote);
  project->stable_branch = reader.text("stable_branch", kStableBranch);
  project->staging_branch = reader.text("staging_branch", kStagingBranch);
  project->tag = reader.text("tag", kTag);
  project->release_notes = reader.text("release_notes", kReleaseNotes);
  project->contacts = reader.texts("contacts", {});
  reader.refuse_unknown_keys();
  return project;
}

std::unique_ptr<schema::RunSettings> read_run(const toml::table& table,
                                              Problems& problems) {
  TableReader reader(table, "[run]", problems);
  auto run = std::make_unique<schema::RunSettings>();
  run->local = reader.command("local", local_command());
  run->max_local = static_cast<std::uint32_t>(
      reader.whole_between("max_local", kMaxLocal, 1, kMaxLocalLimit));
  run->max_remote = static_cast<std::uint32_t>(
      reader.whole_between("max_remote", kMaxRemote, 1, kMaxRemoteLimit));
  run->checkout =
      reader.word("checkout", "worktree", {"worktree", "isolated"}) ==
              "isolated"
          ? schema::Checkout::isolated
          : schema::Checkout::worktree;
  run->log_bytes_max = reader.whole_between(
      "log_bytes_max", kLogBytesMax, kLogBytesLeast, kLogBytesLimit);
  run->remote = reader.command("remote", remote_command());
  run->remote_queue = reader.command("remote_queue", remote_queue_command());
  run->remote_logs = reader.command("remote_logs", remote_logs_command());
  run->remote_cancel = reader.command("remote_cancel", remote_cancel_command());
  run->remote_exit_code = reader.text("remote_exit_code", "");
  run->poll_s = reader.number("poll_s").value_or(kPollS);
  run->grace_s = reader.number("grace_s").value_or(kGraceS);
  reader.refuse_unknown_keys();
  return run;
}

// `outputs = { checkpoint = 'saved to (s3://\S+)' }`, by name.
std::vector<schema::OutputRule> read_outputs(const toml::table& table,
                                             Problems& problems) {
  TableReader reader(table, "outputs", problems);
  std::vector<schema::OutputRule> outputs;
  for (const auto& [key, node] : table) {
    schema::OutputRule rule;
    rule.name = std::string(key.str());
    rule.pattern = reader.text(rule.name.c_str(), "");
    outputs.push_back(std::move(rule));
  }
  return outputs;
}

schema::Validation read_validation(const toml::table& table,
                                   Problems& problems) {
  TableReader reader(table, "[[validation]]", problems);
  schema::Validation validation;
  validation.name = reader.required_text("name");
  validation.module_ = reader.text("module", "");
  const std::string location =
      reader.has("location")
          ? reader.word("location", "local", {"local", "remote"})
          : reader.required_text("location");
  validation.location =
      location == "remote" ? schema::Location::remote : schema::Location::local;
  validation.args = reader.command("args", {});
  validation.command = reader.command("command", {});
  validation.timeout_s = reader.number("timeout_s").value_or(kTimeoutS);
  validation.sets = reader.texts("sets", {"quick", "comprehensive"});
  validation.metrics_file = reader.text("metrics_file", "");
  validation.wandb_run = reader.text("wandb_run", "");
  validation.depends_on = reader.texts("depends_on", {});
  validation.retries = static_cast<std::uint32_t>(
      reader.whole_between("retries", 0, 0, kRetriesLimit));
  validation.launch_timeout_s =
      reader.number("launch_timeout_s").value_or(kLaunchTimeoutS);
  validation.launcher_args = reader.command("launcher_args", {});
  validation.outputs = read_outputs(reader.table("outputs"), problems);
  validation.retry_on = reader.texts("retry_on", {"errored"});
  for (const toml::table* entry : reader.tables("acceptance")) {
    validation.acceptance.push_back(read_acceptance(*entry, problems));
  }
  reader.refuse_unknown_keys();
  return validation;
}

schema::MetricRule read_metric(const toml::table& table, Problems& problems) {
  TableReader reader(table, "[[metric]]", problems);
  schema::MetricRule rule;
  rule.key = reader.required_text("key");
  rule.pattern = reader.text("pattern", "");
  rule.json = reader.text("json", "");
  rule.wandb = reader.text("wandb", "");
  if (const auto share = reader.number("wandb_last")) {
    rule.wandb_last = *share;
  }
  const int sources = (rule.pattern.empty() ? 0 : 1) +
                      (rule.json.empty() ? 0 : 1) +
                      (rule.wandb.empty() ? 0 : 1);
  if (sources != 1) {
    problems.refuse(place_of(table),
                    "[[metric]] needs a pattern for the log, or json = a key "
                    "of the metrics file, or wandb = a key of the run in "
                    "Weights & Biases");
  }
  rule.statistic = reader.word("statistic", "last", metrics::statistic_names());
  rule.unit = reader.text("unit", "");
  rule.aliases = reader.texts("aliases", {});
  reader.refuse_unknown_keys();
  return rule;
}

// `need` is a table from role to number beside `roles`; a need of a role
// that is not there is told at its own place.
void read_needs(const toml::table& needs,
                schema::Approval& approval,
                Problems& problems) {
  TableReader reader(needs, "[approval.need]", problems);
  Texts roles;
  for (schema::RoleMembers& role : approval.roles) {
    roles.push_back(role.role);
    role.need = static_cast<std::uint32_t>(
        reader.whole_between(role.role.c_str(), 0, 0, kPeopleLimit));
  }
  for (const auto& [key, node] : needs) {
    if (std::ranges::find(roles, key.str()) == roles.end()) {
      problems.refuse(place_of(node),
                      fmt::format("need names the unknown role \"{}\"{}",
                                  key.str(),
                                  suggestion(key.str(), roles)));
    }
  }
}

std::unique_ptr<schema::Approval> read_approval(const toml::table& table,
                                                Problems& problems) {
  TableReader reader(table, "[approval]", problems);
  auto approval = std::make_unique<schema::Approval>();
  approval->required = static_cast<std::uint32_t>(
      reader.whole_between("required", 0, 0, kPeopleLimit));
  const toml::table& roles = reader.table("roles");
  TableReader members(roles, "[approval.roles]", problems);
  for (const auto& [key, node] : roles) {
    schema::RoleMembers role;
    role.role = std::string(key.str());
    role.members = members.texts(role.role.c_str(), {});
    approval->roles.push_back(std::move(role));
  }
  read_needs(reader.table("need"), *approval, problems);
  approval->allow_starter = reader.flag("allow_starter", false);
  if (const auto expires = reader.duration("expires")) {
    approval->expires_s = *expires;
  }
  approval->signed_ = reader.flag("signed", false);
  reader.refuse_unknown_keys();
  return approval;
}

std::unique_ptr<schema::WaiverPolicy> read_waivers(const toml::table& table,
                                                   Problems& problems) {
  TableReader reader(table, "[waiver]", problems);
  auto waivers = std::make_unique<schema::WaiverPolicy>();
  waivers->roles = reader.texts("roles", {});
  waivers->second_person = reader.flag("second_person", false);
  reader.refuse_unknown_keys();
  return waivers;
}

schema::Person read_person(const toml::table& table, Problems& problems) {
  TableReader reader(table, "[[person]]", problems);
  schema::Person person;
  person.name = reader.required_text("name");
  person.emails = reader.texts("emails", {});
  if (const auto github = reader.whole("github")) {
    person.github = *github;
  }
  person.ssh = reader.texts("ssh", {});
  person.discord = reader.text("discord", "");
  reader.refuse_unknown_keys();
  return person;
}

schema::Channel read_channel(const toml::table& table, Problems& problems) {
  TableReader reader(table, "[[channel]]", problems);
  schema::Channel channel;
  channel.name = reader.required_text("name");
  channel.kind =
      reader.word("kind", "discord", {"discord", "slack", "webhook"});
  channel.url_env = reader.text("url_env", "");
  channel.secret_env = reader.text("secret_env", "");
  channel.text = reader.lines("text", "");
  channel.notices = reader.texts("notices", {});
  reader.refuse_unknown_keys();
  return channel;
}

std::unique_ptr<schema::Forge> read_forge(const toml::table& table,
                                          Problems& problems) {
  TableReader reader(table, "[forge]", problems);
  auto forge = std::make_unique<schema::Forge>();
  forge->kind = reader.word("kind", "github", {"github"});
  forge->repository = reader.required_text("repository");
  forge->required_checks = reader.texts("required_checks", {});
  forge->review_role = reader.text("review_role", "");
  forge->publish_release = reader.flag("publish_release", true);
  reader.refuse_unknown_keys();
  return forge;
}

}  // namespace

schema::Plan read_sections(const toml::table& source, Problems& problems) {
  TableReader reader(source, "the plan", problems);
  schema::Plan plan;
  plan.project = read_project(reader.table("project"), problems);
  plan.run = read_run(reader.table("run"), problems);
  for (const toml::table* entry : reader.tables("validation")) {
    plan.validations.push_back(read_validation(*entry, problems));
  }
  for (const toml::table* entry : reader.tables("metric")) {
    plan.metrics.push_back(read_metric(*entry, problems));
  }
  plan.approval = read_approval(reader.table("approval"), problems);
  if (reader.has("waiver")) {
    plan.approval->waivers = read_waivers(reader.table("waiver"), problems);
  }
  for (const toml::table* entry : reader.tables("person")) {
    plan.people.push_back(read_person(*entry, problems));
  }
  for (const toml::table* entry : reader.tables("channel")) {
    plan.channels.push_back(read_channel(*entry, problems));
  }
  if (reader.has("tracker")) {
    plan.tracker = read_tracker(reader.table("tracker"), problems);
  }
  if (reader.has("metrics_out")) {
    plan.metrics_out = read_metrics_out(reader.table("metrics_out"), problems);
  }
  if (reader.has("forge")) {
    plan.forge = read_forge(reader.table("forge"), problems);
  }
  reader.refuse_unknown_keys();
  return plan;
}

}  // namespace commands::plan
