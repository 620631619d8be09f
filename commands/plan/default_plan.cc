// The plan `init` writes. It has no warnings, so that the first one a person
// sees is about a change of theirs.

#include "commands/plan/plan.h"

namespace commands::plan {
namespace {

constexpr std::string_view kProject =
    R"toml(# The plan of a release: what is validated, how, and who signs off.
#
# release-ledger plan check   says whether the file is right
# release-ledger plan show    prints it as the program understands it
#
# Whatever is left out has the value shown here. In names, {version} and
# {candidate} are filled in; in commands {commit}, {module}, {name} and {run}
# too, where {run} is a name no other attempt has.

[project]
remote = "origin"
stable_branch = "stable"                            # what is released
staging_branch = "staging/v{version}-rc{candidate}" # what is validated
tag = "v{version}"
release_notes = "@NOTES@/v{version}.md"
# Whom to ask; they stand in the release notes.
contacts = ["Release manager: Robb", "Technical lead: Jack Heart",
            "Bug triage: Nishad Singh"]

[run]
# The command of a local validation; "{args}" becomes its list of arguments.
local = ["uv", "run", "./tools/run.py", "{module}", "{args}"]
max_local = 1             # validations at once on this machine
max_remote = 4            # and on the cluster
checkout = "worktree"     # or "isolated": a work tree of its own
log_bytes_max = 2147483648 # a validation that prints more is stopped
# The command that launches a remote validation; it has to name {run}. These
# speak to SkyPilot; {job} is the id of a job.
remote = ["sky", "jobs", "launch", "--yes", "--detach-run", "--name", "{run}",
          "--workdir", ".", "{launcher_args}", "--",
          "uv", "run", "./tools/run.py", "{module}", "{args}"]
remote_queue = ["sky", "jobs", "queue", "--refresh", "--all", "--all-users",
                "--output", "json"]
remote_logs = ["sky", "jobs", "logs", "--no-follow", "{job}"]
remote_cancel = ["sky", "jobs", "cancel", "--yes", "{job}"]
# Where a job's own program says how it ended; without it the scheduler's word
# counts.
# remote_exit_code = 'SUMMARY\] Exit code: ([0-9]+)'
poll_s = 30               # how often the jobs are looked at
grace_s = 300             # how long a job may be absent before that counts
)toml";

constexpr std::string_view kValidations = R"toml(
# One [[validation]] for each thing that must hold. Only its name, its
# location and a module or a command are needed.

[[validation]]
name = "arena_local_smoke"
module = "experiments.recipes.arena_basic_easy_shaped.train"
location = "local"                     # or "remote"
args = ["run=stable.smoke", "trainer.total_timesteps=1000",
        "wandb.enabled=false"]
# command = ["python3", "train.py"]    # instead of [run] local
timeout_s = 600
sets = ["quick", "comprehensive"]      # which runs it belongs to
depends_on = []                        # validations that must pass first
retries = 0                            # further attempts after a failure to run
retry_on = ["errored"]                 # and failed, timed_out, inconclusive
# outputs = { checkpoint = 'saved to (s3://\S+)' }  # read from the log; one
#                 # that depends on it has {output:arena_local_smoke.checkpoint}
# Every check must pass. A metric that is not found fails its check.
[[validation.acceptance]]
key = "sps_max"                        # steps per second
op = ">="                              # >= > <= < == !=
expected = 30000                       # or, without op: range = [low, high]

[[validation]]
name = "arena_remote_50k"
module = "experiments.recipes.arena_basic_easy_shaped.train"
location = "remote"
launcher_args = ["--num-nodes=1", "--gpus=L4:1"]
args = ["run={run}", "trainer.total_timesteps=50000"]
timeout_s = 7200                       # two hours, from when it runs
launch_timeout_s = 14400               # and four until then
sets = ["quick"]
[[validation.acceptance]]
key = "sps_max"
op = ">="
expected = 40000

[[validation]]
name = "arena_staging_2b"
module = "experiments.recipes.arena_basic_easy_shaped.train"
location = "remote"
# Four nodes with four GPUs each.
launcher_args = ["--num-nodes=4", "--gpus=L4:4"]
args = ["run={run}", "trainer.total_timesteps=2000000000"]
timeout_s = 172800                     # two days
sets = ["comprehensive"]
[[validation.acceptance]]
key = "sps_max"
op = ">="
expected = 40000
)toml";

constexpr std::string_view kPeople = R"toml(
# sps_max, sps_last and eval_success_rate are read from every log. More of
# them: the first group of the pattern (RE2) is the number.
#
# [[metric]]
# key = "loss_last"
# pattern = 'loss=([0-9.]+)'
# statistic = "last"                   # max min mean last first p50 p90 p95
#                                      # p99 sum count
# wandb = "eval/score"                 # instead of a pattern: of the run that
#                                      # the validation names as wandb_run

[approval]
required = 0              # distinct people; 0: nobody needs to sign
allow_starter = false     # whether who started the release may sign it
[approval.roles]          # who may sign, as names or e-mail addresses
release-manager = ["Robb"]
technical-lead = ["Jack Heart"]
bug-triage = ["Nishad Singh"]
# [approval.need]         # people needed in a role, beside `required`
# technical-lead = 1
# And in [approval]: expires = "3d"    # an approval counts for so long
#                    signed = true     # and only with an SSH signature

# [waiver]
# roles = ["technical-lead"]           # who may waive; without it everybody
# second_person = true                 # another one confirms each waiver

# One entry where a person signs under several names or addresses.
#
# [[person]]
# name = "Ann Example"
# emails = ["ann@example.org", "ann@home.example"]
# github = 123456                      # the numeric id, for good

# Where blocking bugs are looked for; without ASANA_TOKEN a person is asked.
[tracker]
kind = "asana"                         # or "github", "jira", "none"
section = "Active"                     # its open tasks block
# project = "1200000000000000"         # else ASANA_PROJECT_ID

# Where a release is announced.
[[channel]]
name = "#eng-process"
kind = "discord"                       # or "slack", "webhook"
)toml";

}  // namespace

std::string default_plan(std::string_view release_notes_folder) {
  while (release_notes_folder.ends_with('/')) {
    release_notes_folder.remove_suffix(1);
  }
  std::string folder(release_notes_folder);
  if (!folder.empty()) {
    folder += '/';
  }
  constexpr std::string_view kMark = "@NOTES@/";
  std::string text(kProject);
  text.replace(text.find(kMark), kMark.size(), folder);
  text += kValidations;
  text += kPeople;
  return text;
}

}  // namespace commands::plan
