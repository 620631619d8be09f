#include "tests/schema/sample_plan.h"

namespace schema_tests {
namespace {

schema::Validation validation() {
  schema::Validation validation;
  validation.name = "smoke";
  validation.module_ = "arena.train";
  validation.location = schema::Location::local;
  validation.args = {"total_timesteps=1000"};
  validation.command = {"sh", "-c", "true"};
  validation.timeout_s = 600.5;
  validation.sets = {"quick", "comprehensive"};
  validation.depends_on = {"build"};
  validation.retries = 1;
  validation.acceptance.resize(2);
  validation.acceptance[0].key = "sps_max";
  validation.acceptance[0].op = ">=";
  validation.acceptance[0].expected = 30000;
  validation.acceptance[1].key = "loss";
  validation.acceptance[1].op = "range";
  validation.acceptance[1].low = 0.25;
  validation.acceptance[1].high = 0.75;
  validation.acceptance[1].warn_low = 0.3;
  validation.acceptance[1].warn_high = 0.7;
  schema::Acceptance& against = validation.acceptance.emplace_back();
  against.key = "return";
  against.op = ">=";
  against.warn_expected = 0;
  against.baseline = "last-3";
  against.tolerance = 0.5;
  against.tolerance_percent = 5;
  against.warn_tolerance = 0.25;
  against.warn_tolerance_percent = 2;
  against.without_baseline = "inconclusive";
  against.samples = 10;
  against.confirm_passes = 2;
  against.confirm_runs = 3;
  validation.metrics_file = "out/{run}.json";
  validation.launch_timeout_s = 14400;
  validation.launcher_args = {"--gpus", "L4:1"};
  validation.outputs.resize(1);
  validation.outputs[0].name = "checkpoint";
  validation.outputs[0].pattern = "saved to (s3://[^ ]+)";
  validation.retry_on = {"errored"};
  validation.run_digest = kRunDigest;
  validation.digest = kDigest;
  validation.wandb_run = "team/model/{run}";
  return validation;
}

// Channels, tracker, forge and where metrics go.
void add_outside(schema::Plan& plan) {
  plan.channels.emplace_back();
  plan.channels.back().name = "#releases";
  plan.channels.back().kind = "discord";
  plan.channels.back().url_env = "DISCORD_WEBHOOK_URL";
  plan.channels.back().secret_env = "WEBHOOK_SECRET";
  plan.channels.back().text = "{version} is out";
  plan.channels.back().notices = {"waiting"};
  plan.tracker = std::make_unique<schema::Tracker>();
  plan.tracker->kind = "asana";
  plan.tracker->project = "12";
  plan.tracker->section = "Active";
  plan.tracker->repository = "team/model";
  plan.tracker->labels = {"blocker"};
  plan.tracker->jql = "priority = Blocker";
  plan.tracker->url = "https://jira.example";
  plan.tracker->timeout_s = 60;
  plan.forge = std::make_unique<schema::Forge>();
  plan.forge->kind = "github";
  plan.forge->repository = "team/model";
  plan.forge->required_checks = {"build"};
  plan.forge->review_role = "technical-lead";
  plan.forge->publish_release = true;
  plan.metrics_out = std::make_unique<schema::MetricsOut>();
  plan.metrics_out->datadog = true;
  plan.metrics_out->prefix = "release";
  plan.metrics_out->tags = {"team:model"};
  plan.metrics_out->prometheus = "release.prom";
}

}  // namespace

schema::Plan sample_plan() {
  schema::Plan plan;
  plan.project = std::make_unique<schema::Project>();
  plan.project->remote = "origin";
  plan.project->stable_branch = "stable";
  plan.project->staging_branch = "staging/v{version}-rc{candidate}";
  plan.project->tag = "v{version}";
  plan.project->release_notes = "release-notes/v{version}.md";
  plan.project->contacts = {"Ann", "Bo"};
  plan.run = std::make_unique<schema::RunSettings>();
  plan.run->local = {"uv", "run", "{module}", "{args}"};
  plan.run->max_local = 2;
  plan.run->max_remote = 3;
  plan.run->checkout = schema::Checkout::isolated;
  plan.run->log_bytes_max = 1'000'000'000;
  plan.run->remote = {"sky", "jobs", "launch", "--name", "{run}", "{args}"};
  plan.run->remote_queue = {"sky", "jobs", "queue"};
  plan.run->remote_logs = {"sky", "jobs", "logs", "{job}"};
  plan.run->remote_cancel = {"sky", "jobs", "cancel", "{job}"};
  plan.run->remote_exit_code = "Exit code: ([0-9]+)";
  plan.run->poll_s = 30;
  plan.run->grace_s = 300;
  plan.validations = {validation()};
  plan.metrics.emplace_back();
  plan.metrics.back().key = "loss";
  plan.metrics.back().pattern = "loss=([0-9.]+)";
  plan.metrics.back().statistic = "last";
  plan.metrics.back().unit = "nats";
  plan.metrics.emplace_back();
  plan.metrics.back().key = "return";
  plan.metrics.back().statistic = "mean";
  plan.metrics.back().json = "eval.return";
  plan.metrics.back().aliases = {"reward"};
  plan.metrics.back().wandb = "eval/return";
  plan.metrics.back().wandb_last = 0.25;
  plan.approval = std::make_unique<schema::Approval>();
  plan.approval->required = 2;
  plan.approval->roles.emplace_back();
  plan.approval->roles.back().role = "technical-lead";
  plan.approval->roles.back().members = {"Ann", "bo@x.org"};
  plan.approval->roles.back().need = 1;
  plan.approval->allow_starter = true;
  plan.approval->expires_s = 86400;
  plan.approval->signed_ = true;
  plan.approval->waivers = std::make_unique<schema::WaiverPolicy>();
  plan.approval->waivers->roles = {"technical-lead"};
  plan.approval->waivers->second_person = true;
  plan.people.emplace_back();
  plan.people.back().name = "Ann";
  plan.people.back().emails = {"ann@x.org"};
  plan.people.back().github = 42;
  plan.people.back().ssh = {"ssh-ed25519 AAAA"};
  plan.people.back().discord = "ann#1";
  add_outside(plan);
  plan.allowed_signers = {"ann@x.org ssh-ed25519 AAAA"};
  plan.policy_digest = kRunDigest;
  plan.digest = kDigest;
  return plan;
}

}  // namespace schema_tests
