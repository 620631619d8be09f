// The plan of a release: release-plan.toml, read, checked and normalised into
// the value that is recorded on the ledger.
//
// Errors are kUsage with one line `FILE:LINE:COLUMN: what; did you mean …`,
// the first in the file, reason `plan-not-found`, `plan-not-toml`,
// `plan-unknown-key`, `plan-wrong-type`, `plan-invalid`; kIo
// `plan-unreadable`. Pure but for read_plan; thread-safe.

#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/result.h"
#include "schema/event.h"

namespace commands::plan {

struct LoadedPlan {
  schema::Plan plan;                  // digests filled in
  std::vector<std::string> warnings;  // `FILE:LINE:COLUMN: what`
};

// `file_name` is what errors call it.
ledger::Result<LoadedPlan> parse_plan(std::string_view text,
                                      std::string_view file_name);
// With the lines of the file `allowed_signers` beside it, where there is one.
ledger::Result<LoadedPlan> read_plan(const std::filesystem::path& file);
// All that is wrong with the file, as far as it can be looked at: the lines of
// which read_plan's error has the first.
std::vector<std::string> mistakes_of(const std::filesystem::path& file);

// Fills run_digest and digest of each validation, policy_digest and digest of
// the plan: SHA-256, hex, over canonical JSON of the parts they name.
//   run_digest     what decides the measurement: module, location, arguments,
//                  command, timeout, metrics file and the plan's metric rules
//   digest         that, and what decides the verdict: name, acceptance, sets,
//                  dependencies, retries
//   policy_digest  approval, the identities of the people, and the tracker
//   plan's digest  the digests of all validations, by name, and the policy's
// Contacts, channels, max_*, branch names and other settings are outside.
void fill_digests(schema::Plan& plan);

// What differs, one line each, in words a person understands: "validation
// arena_local_smoke: sps_max >= 40000 is now >= 30000".
std::vector<std::string> differences(const schema::Plan& before,
                                     const schema::Plan& after);

// Validations of the mode's set, in plan order.
std::vector<const schema::Validation*> selected(const schema::Plan& plan,
                                                schema::Mode mode);

// {version}, {candidate}, {commit}, {module}, {name}, {run} and {metrics_file}
// filled in, and {output:NAME.KEY} by what NAME has put out; "{args}" and
// "{launcher_args}" as whole elements are replaced by the lists. What was
// filled in is not looked at again. `{{word}}` is the text `{word}`; other
// braces stay as they are.
struct TemplateValues {
  std::string version;
  std::uint32_t candidate = 0;
  std::string run;
  std::string commit = {};
  std::map<std::string, std::string> outputs = {};  // by "NAME.KEY"
};
std::vector<std::string> expand_command(const schema::Plan& plan,
                                        const schema::Validation& validation,
                                        const TemplateValues& values);
// The file of metrics it writes, below its working folder; empty if none.
// {metrics_file} in its command stands for this.
std::string expand_metrics_file(const schema::Validation& validation,
                                const TemplateValues& values);
// The run of Weights & Biases that it has measured in; empty if none.
std::string expand_wandb_run(const schema::Validation& validation,
                             const TemplateValues& values);
// The template it is made from: its own, or that of [run].
const std::vector<std::string>& command_template(
    const schema::Plan& plan, const schema::Validation& validation);
// {job} and {run} of a command about a remote job.
std::vector<std::string> expand_job_command(
    const std::vector<std::string>& pattern,
    const std::string& job_id,
    const std::string& run);
std::string expand_pattern(std::string_view pattern,
                           std::string_view version,
                           std::uint32_t candidate);

// The tracker that is asked: the plan's. A plan that says nothing of one gets
// Asana where its two variables are set.
std::optional<schema::Tracker> tracker_in_use(
    const schema::Plan& plan,
    const std::function<std::string(const std::string&)>& variable);

// The commented plan `init` writes: the seed's validations.
std::string default_plan(std::string_view release_notes_folder);

}  // namespace commands::plan
