#include "commands/doctor_services.h"

#include <algorithm>
#include <array>

#include <fmt/ranges.h>
#include <unistd.h>

#include "commands/plan/plan.h"
#include "commands/services/channel.h"
#include "commands/services/datadog.h"
#include "commands/services/git_output.h"
#include "commands/services/github.h"
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
constexpr milliseconds kQueuePatience{60'000};

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
    return fine("none is configured; a person answers the bug check");
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

Finding look_at_cluster(const Environment& environment,
                        const schema::Plan& plan) {
  const bool used = std::ranges::any_of(
      plan.validations, [](const schema::Validation& validation) {
        return validation.location == schema::Location::remote;
      });
  if (!used) {
    return fine("no validation runs there");
  }
  services::ProcessRequest request;
  request.argv = plan.run->remote_queue;
  request.timeout = kQueuePatience;
  const std::string command =
      services::sanitised(fmt::format("{}", fmt::join(request.argv, " ")));
  const std::string hint = "sky check says which clouds can be used";
  const auto ended = environment.processes->run(request);
  if (!ended) {
    return trouble(ended.error(), hint);
  }
  if (ended->exit_code != 0) {
    return trouble(
        {ErrorCode::kUpstream,
         "",
         fmt::format("{}: {}", command, services::telling_line(ended->err)),
         hint},
        hint);
  }
  const auto jobs = services::skypilot::read_queue(ended->out, request.argv);
  return jobs
             ? fine(fmt::format("{} lists {} jobs", command, jobs->jobs.size()))
             : trouble(jobs.error(), hint);
}

std::string variable_or(const std::string& named, std::string_view standard) {
  return named.empty() ? std::string(standard) : named;
}

// Whether a release could be announced: nothing is posted to find out.
Finding look_at_channels(const Environment& environment,
                         const schema::Plan& plan) {
  if (plan.channels.empty()) {
    return fine("none is configured; a person announces the release");
  }
  std::vector<std::string> missing;
  for (const schema::Channel& channel : plan.channels) {
    const auto kind = *services::parse_channel_kind(channel.kind);
    for (const std::string& variable :
         {variable_or(channel.url_env, services::default_url_variable(kind)),
          variable_or(channel.secret_env,
                      services::default_secret_variable(kind))}) {
      if (!variable.empty() && environment.variable(variable).empty()) {
        missing.push_back(variable);
      }
    }
  }
  if (missing.empty()) {
    return fine(fmt::format("{}, all configured", plan.channels.size()));
  }
  return trouble({ErrorCode::kUpstream,
                  "",
                  fmt::format("not set: {}", fmt::join(missing, ", ")),
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
constexpr std::array kLooks = {Look{"http", look_at_libcurl},
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
