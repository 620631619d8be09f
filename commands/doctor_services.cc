#include "commands/doctor_services.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include <fmt/ranges.h>
#include <unistd.h>

#include "commands/plan/plan.h"
#include "commands/services/channel.h"
#include "commands/services/datadog.h"
#include "commands/services/git_output.h"
#include "commands/services/github.h"
#include "commands/services/http_words.h"
#include "commands/services/skypilot.h"
#include "commands/services/tracker.h"
#include "commands/services/wandb.h"

namespace commands {
namespace {

using State = Finding::State;
using services::ServiceAccess;
using std::chrono::milliseconds;

// A service that does not answer is told, not waited for.
constexpr milliseconds kServicePatience{15'000};
constexpr milliseconds kCheckPatience{60'000};

Finding fine(std::string detail) {
  return {"", State::kOk, std::move(detail), "", ErrorCode::kInternal};
}

// No release is broken by it: a person can answer, or it is done later.
Finding trouble(const Error& error, std::string_view otherwise) {
  return {"",
          State::kWarning,
          error.message,
          error.hint.empty() ? std::string(otherwise) : error.hint,
          error.code};
}

ServiceAccess access_to(const Environment& environment) {
  ServiceAccess access{environment.http, environment.variable};
  access.bounds.total = kServicePatience;
  access.bounds.attempt = kServicePatience;
  access.bounds.attempts_max = 2;
  return access;
}

Finding look_at_libcurl(const Environment& environment, const schema::Plan&) {
  const Status loaded = environment.http->load();
  if (!loaded) {
    return trouble(loaded.error(), "no service can be asked");
  }
  if (!environment.variable("SSLKEYLOGFILE").empty()) {
    return trouble({ErrorCode::kUsage,
                    "",
                    "SSLKEYLOGFILE is set: libcurl writes to that file what "
                    "opens every connection",
                    "unset SSLKEYLOGFILE"},
                   "");
  }
  return fine("libcurl can be loaded");
}

Finding look_for_bugs(const Environment& environment,
                      const schema::Plan& plan) {
  const auto tracker = plan::tracker_in_use(plan, environment.variable);
  if (!tracker) {
    return fine(
        "none is configured; a person answers the bug check, unless "
        "ASANA_TOKEN and ASANA_PROJECT_ID are set");
  }
  const auto seen = services::look_at_tracker(access_to(environment), *tracker);
  return seen ? fine(*seen)
              : trouble(seen.error(), "until then a person answers");
}

Finding look_at_wandb(const Environment& environment,
                      const schema::Plan& plan) {
  const bool used = std::ranges::any_of(
      plan.metrics,
      [](const schema::MetricRule& rule) { return !rule.wandb.empty(); });
  if (!used) {
    return fine("no metric is read from there");
  }
  const auto who = services::wandb::who(access_to(environment));
  return who ? fine("the key in WANDB_API_KEY is of " + *who)
             : trouble(who.error(), "until then its metrics are missing");
}

Finding look_at_metrics_out(const Environment& environment,
                            const schema::Plan& plan) {
  if (plan.metrics_out == nullptr) {
    return fine("nothing is sent on");
  }
  if (plan.metrics_out->datadog) {
    const Status valid = services::datadog::validate(access_to(environment));
    if (!valid) {
      return trouble(valid.error(), "set DD_API_KEY");
    }
  }
  const std::filesystem::path folder =
      (environment.plan_file.parent_path() / plan.metrics_out->prometheus)
          .parent_path();
  if (!plan.metrics_out->prometheus.empty() &&
      ::access(folder.c_str(), W_OK) != 0) {
    return trouble({ErrorCode::kIo,
                    "",
                    fmt::format("{} cannot be written to", folder.string()),
                    "create it, or name another file as prometheus"},
                   "");
  }
  return fine("measurements can be sent on");
}

bool has_remote(const schema::Plan& plan) {
  return std::ranges::any_of(
      plan.validations, [](const schema::Validation& validation) {
        return validation.location == schema::Location::remote;
      });
}

// `sky check`, by the way that the plan asks for its jobs: `uv run sky` too.
// Empty: its jobs are no business of SkyPilot's.
std::vector<std::string> sky_check(const schema::RunSettings& run) {
  const auto sky = std::ranges::find_if(run.remote_queue,
                                        [](const std::filesystem::path& word) {
                                          return word.filename() == "sky";
                                        });
  if (sky == run.remote_queue.end()) {
    return {};
  }
  std::vector<std::string> argv(run.remote_queue.begin(), std::next(sky));
  argv.emplace_back("check");
  return argv;
}

// Nothing is asked about jobs: a queue may start a controller to answer.
Finding look_at_cluster(const Environment& environment,
                        const schema::Plan& plan) {
  if (!has_remote(plan)) {
    return fine("no validation runs there");
  }
  services::ProcessRequest request;
  request.argv = sky_check(*plan.run);
  request.timeout = kCheckPatience;
  if (request.argv.empty()) {
    return fine("remote_queue asks no SkyPilot, so nothing can be checked");
  }
  const std::string command =
      services::sanitised(fmt::format("{}", fmt::join(request.argv, " ")));
  const std::string hint =
      "run " + command + " in a terminal and follow what it says";
  const auto ended = environment.processes->run(request);
  if (!ended) {
    return trouble(ended.error(), hint);
  }
  const auto broken = [&](std::string_view what) {
    return trouble(
        {ErrorCode::kUpstream, "", fmt::format("{}: {}", command, what), hint},
        hint);
  };
  if (ended->end == services::ProcessEnd::kTimedOut) {
    return broken(
        fmt::format("no answer within {} s", kCheckPatience.count() / 1000));
  }
  if (ended->exit_code != 0) {
    return broken(services::telling_line(services::skypilot::without_escapes(
        ended->err.empty() ? ended->out : ended->err)));
  }
  const std::string enabled = services::skypilot::enabled_infra(ended->out);
  return enabled.empty() ? broken("it says of no infra that it is enabled")
                         : fine(fmt::format("{}: {}", command, enabled));
}

// --- programs and the remote ---

// Those that the plan's steps start.
std::set<std::string> programs_of(const schema::Plan& plan) {
  std::set<std::string> programs = {"git"};
  const schema::RunSettings& run = *plan.run;
  for (const schema::Validation& validation : plan.validations) {
    programs.insert(plan::command_template(plan, validation).front());
    if (validation.location == schema::Location::remote) {
      programs.insert(
          {run.remote_queue[0], run.remote_logs[0], run.remote_cancel[0]});
    }
  }
  if (plan.approval->signed_) {
    programs.insert("ssh-keygen");
  }
  return programs;
}

bool can_start(const Environment& environment, const std::string& program) {
  if (program.find('{') != std::string::npos) {
    return true;  // known when it is filled in
  }
  if (program.find('/') != std::string::npos) {
    const auto file = environment.plan_file.parent_path() / program;
    return ::access(file.c_str(), X_OK) == 0;
  }
  const std::string path = environment.variable("PATH");
  return std::ranges::any_of(
      services::parts_of(path, ':'), [&](std::string_view folder) {
        const auto file = std::filesystem::path(folder) / program;
        return ::access(file.c_str(), X_OK) == 0;
      });
}

Finding look_at_tools(const Environment& environment,
                      const schema::Plan& plan) {
  const std::set<std::string> programs = programs_of(plan);
  std::vector<std::string> missing;
  std::ranges::copy_if(
      programs, std::back_inserter(missing), [&](const std::string& program) {
        return !can_start(environment, program);
      });
  return missing.empty()
             ? fine(fmt::format("{}", fmt::join(programs, ", ")))
             : trouble({ErrorCode::kIo,
                        "",
                        fmt::format("not found: {}", fmt::join(missing, ", ")),
                        "install them, or name others in the plan"},
                       "");
}

Finding look_at_remote(const Environment& environment,
                       const schema::Plan& plan) {
  const std::string& remote = plan.project->remote;
  const Status pushable = environment.git->rehearse_push(remote);
  return pushable ? fine(fmt::format("{} takes pushes from here", remote))
                  : trouble(pushable.error(),
                            "the steps push branches and a tag there");
}

// Discord says of a webhook what it is, and posts nothing; empty: it is there.
std::string webhook_trouble(const Environment& environment,
                            const schema::Channel& channel,
                            const std::string& variable) {
  if (channel.kind != "discord") {
    return "";
  }
  ServiceAccess access = access_to(environment);
  auto request = services::webhook_request(
      {channel.name, variable, environment.variable(variable), ""});
  const auto answer = services::ask(access, request);
  if (!answer || answer->is_success()) {
    return answer ? "" : answer.error().message;
  }
  return fmt::format("{}: {}", variable, services::telling_words(*answer));
}

// Whether a release could be announced: nothing is posted to find out.
Finding look_at_channels(const Environment& environment,
                         const schema::Plan& plan) {
  if (plan.channels.empty()) {
    return fine("none is configured; a person announces the release");
  }
  std::vector<std::string> missing;
  std::vector<std::string> wrong;
  for (const schema::Channel& channel : plan.channels) {
    const std::string url = services::url_variable(channel);
    const std::string secret = services::secret_variable(channel);
    for (const std::string& variable : {url, secret}) {
      if (!variable.empty() && environment.variable(variable).empty()) {
        missing.push_back(variable);
      }
    }
    if (!environment.variable(url).empty()) {
      const std::string what = webhook_trouble(environment, channel, url);
      wrong.insert(wrong.end(), what.empty() ? 0 : 1, what);
    }
  }
  if (!missing.empty()) {
    wrong.push_back(fmt::format("not set: {}", fmt::join(missing, ", ")));
  }
  if (wrong.empty()) {
    return fine(fmt::format("{}, all configured", plan.channels.size()));
  }
  return trouble({ErrorCode::kUpstream,
                  "",
                  fmt::format("{}", fmt::join(wrong, "; ")),
                  "set them, or a person posts the announcement"},
                 "");
}

Finding look_at_forge(const Environment& environment,
                      const schema::Plan& plan) {
  if (plan.forge == nullptr) {
    return fine("none is configured; git merges and tags");
  }
  services::GitHub github(access_to(environment), plan.forge->repository);
  if (const Status token = github.require_token(); !token) {
    return trouble(token.error(), "");
  }
  const auto name = github.full_name();
  const auto who =
      name ? github.who()
           : Result<services::GitHubUser>(std::unexpected(name.error()));
  if (!who) {
    return trouble(who.error(), "");
  }
  const auto permission = github.permission(who->login);
  const std::string detail =
      fmt::format("{} as {}", *name, who->login.empty() ? "?" : who->login);
  if (permission && *permission != "write" && *permission != "admin") {
    return trouble({ErrorCode::kUpstream,
                    "",
                    fmt::format("{}, who may {} it", detail, *permission),
                    "the token has to be of somebody who may write"},
                   "");
  }
  return fine(detail);
}

struct Look {
  std::string_view name;
  Finding (*at)(const Environment& environment, const schema::Plan& plan);
};
constexpr std::array kLooks = {Look{"tools", look_at_tools},
                               Look{"remote", look_at_remote},
                               Look{"http", look_at_libcurl},
                               Look{"tracker", look_for_bugs},
                               Look{"wandb", look_at_wandb},
                               Look{"metrics-out", look_at_metrics_out},
                               Look{"channels", look_at_channels},
                               Look{"github", look_at_forge},
                               Look{"cluster", look_at_cluster}};

}  // namespace

std::vector<Finding> examine_services(const Environment& environment,
                                      const schema::Plan& plan) {
  std::vector<Finding> findings;
  for (const Look& look : kLooks) {
    findings.push_back(look.at(environment, plan));
    findings.back().check = look.name;
  }
  return findings;
}

}  // namespace commands
