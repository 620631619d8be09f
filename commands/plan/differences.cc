// What differs between two plans, in sentences.

#include <algorithm>
#include <map>
#include <memory>
#include <type_traits>
#include <utility>

#include "commands/plan/plan.h"
#include "schema/release/bound.h"

namespace commands::plan {
namespace {

using Texts = std::vector<std::string>;

std::string list(const Texts& texts) {
  return texts.empty() ? "nothing" : fmt::format("{}", fmt::join(texts, " "));
}

std::string bound(const schema::Acceptance& check) {
  const std::string text =
      check.op == "range"
          ? fmt::format(
                "in [{}, {}]", check.low.value_or(0), check.high.value_or(0))
          : schema::bound_text(check);
  return text + schema::conditions_text(check);
}

class Differences {
 public:
  Texts take() { return std::move(lines_); }

  // What is called `subject` of one plan and of the other.
  template <class T>
  void value(std::string_view subject, const T& before, const T& after) {
    if (!(before == after)) {
      lines_.push_back(fmt::format("{} {} is now {}", subject, before, after));
    }
  }
  void text(std::string_view subject,
            const std::string& before,
            const std::string& after) {
    value(subject,
          before.empty() ? std::string("nothing") : before,
          after.empty() ? std::string("nothing") : after);
  }
  void texts(std::string_view subject,
             const Texts& before,
             const Texts& after) {
    value(subject, list(before), list(after));
  }
  void line(std::string text) { lines_.push_back(std::move(text)); }

  // Each named field of `subject`, of one plan and of the other.
  template <class T, class... Values>
  void fields(const std::string& subject,
              const T& before,
              const T& after,
              const std::pair<const char*, Values T::*>&... fields) {
    (field(subject + fields.first, before.*fields.second, after.*fields.second),
     ...);
  }

  // Pairs by key; `compare` gets those that are in both.
  template <class T, class Key, class Compare>
  void pairs(std::string_view kind,
             const std::vector<T>& before,
             const std::vector<T>& after,
             Key key,
             Compare compare) {
    for (const T& old : before) {
      const auto match = std::ranges::find(after, std::invoke(key, old), key);
      if (match == after.end()) {
        line(fmt::format("{} {} is gone", kind, std::invoke(key, old)));
      } else {
        compare(old, *match);
      }
    }
    for (const T& fresh : after) {
      if (std::ranges::find(before, std::invoke(key, fresh), key) ==
          before.end()) {
        line(fmt::format("{} {} is new", kind, std::invoke(key, fresh)));
      }
    }
  }

 private:
  template <class T>
  void field(const std::string& subject, const T& before, const T& after) {
    if constexpr (std::is_same_v<T, std::string>) {
      text(subject, before, after);
    } else if constexpr (std::is_same_v<T, Texts>) {
      texts(subject, before, after);
    } else if constexpr (requires { before.value_or(0); }) {
      value(subject, before.value_or(0), after.value_or(0));
    } else {
      value(subject, before, after);
    }
  }

  Texts lines_;
};

template <class T, class Value>
std::pair<const char*, Value T::*> named(const char* name, Value T::*field) {
  return {name, field};
}

// Checks of one key are paired in order: a plan may have two bounds on one
// metric.
void compare_acceptance(Differences& differences,
                        const schema::Validation& before,
                        const schema::Validation& after) {
  std::map<std::string, std::pair<Texts, Texts>> bounds;
  for (const schema::Acceptance& check : before.acceptance) {
    bounds[check.key].first.push_back(bound(check));
  }
  for (const schema::Acceptance& check : after.acceptance) {
    bounds[check.key].second.push_back(bound(check));
  }
  for (const auto& [key, both] : bounds) {
    const auto& [old, fresh] = both;
    for (std::size_t i = 0; i < std::max(old.size(), fresh.size()); ++i) {
      const std::string subject =
          fmt::format("validation {}: {}", before.name, key);
      if (i >= fresh.size()) {
        differences.line(
            fmt::format("{} {} is no longer checked", subject, old[i]));
      } else if (i >= old.size()) {
        differences.line(
            fmt::format("{} {} is a new check", subject, fresh[i]));
      } else {
        differences.value(subject, old[i], fresh[i]);
      }
    }
  }
}

void compare_validation(Differences& differences,
                        const schema::Validation& before,
                        const schema::Validation& after) {
  using Planned = schema::Validation;
  const std::string subject = "validation " + before.name + ": ";
  compare_acceptance(differences, before, after);
  differences.text(subject + "module", before.module_, after.module_);
  differences.value(subject + "location",
                    schema::word(before.location),
                    schema::word(after.location));
  differences.fields(subject,
                     before,
                     after,
                     named("args", &Planned::args),
                     named("command", &Planned::command),
                     named("metrics_file", &Planned::metrics_file),
                     named("wandb_run", &Planned::wandb_run),
                     named("timeout_s", &Planned::timeout_s),
                     named("sets", &Planned::sets),
                     named("depends_on", &Planned::depends_on),
                     named("retries", &Planned::retries),
                     named("retry_on", &Planned::retry_on),
                     named("launcher_args", &Planned::launcher_args),
                     named("launch_timeout_s", &Planned::launch_timeout_s));
  differences.pairs("output of validation " + before.name + ":",
                    before.outputs,
                    after.outputs,
                    &schema::OutputRule::name,
                    [&](const auto& was, const auto& is) {
                      differences.text(subject + "output " + was.name,
                                       was.pattern,
                                       is.pattern);
                    });
}

void compare_rules(Differences& differences,
                   const schema::MetricRule& before,
                   const schema::MetricRule& after) {
  using Rule = schema::MetricRule;
  differences.fields("metric " + before.key + ": ",
                     before,
                     after,
                     named("pattern", &Rule::pattern),
                     named("statistic", &Rule::statistic),
                     named("unit", &Rule::unit),
                     named("json", &Rule::json),
                     named("wandb", &Rule::wandb),
                     named("wandb_last", &Rule::wandb_last),
                     named("aliases", &Rule::aliases));
}

void compare_settings(Differences& differences,
                      const schema::Plan& before,
                      const schema::Plan& after) {
  using Project = schema::Project;
  using Run = schema::RunSettings;
  differences.fields("",
                     *before.project,
                     *after.project,
                     named("remote", &Project::remote),
                     named("stable_branch", &Project::stable_branch),
                     named("staging_branch", &Project::staging_branch),
                     named("tag", &Project::tag),
                     named("release_notes", &Project::release_notes),
                     named("contacts", &Project::contacts));
  differences.fields("",
                     *before.run,
                     *after.run,
                     named("[run] local", &Run::local),
                     named("max_local", &Run::max_local),
                     named("max_remote", &Run::max_remote));
  differences.text("checkout",
                   schema::fb::EnumNameCheckout(before.run->checkout),
                   schema::fb::EnumNameCheckout(after.run->checkout));
  differences.fields("",
                     *before.run,
                     *after.run,
                     named("log_bytes_max", &Run::log_bytes_max),
                     named("[run] remote", &Run::remote),
                     named("remote_queue", &Run::remote_queue),
                     named("remote_logs", &Run::remote_logs),
                     named("remote_cancel", &Run::remote_cancel),
                     named("remote_exit_code", &Run::remote_exit_code),
                     named("poll_s", &Run::poll_s),
                     named("grace_s", &Run::grace_s));
}

// A table that is not there has the values of an empty one.
template <class T>
const T& or_empty(const std::unique_ptr<T>& table) {
  static const T kEmpty;
  return table ? *table : kEmpty;
}

void compare_policy(Differences& differences,
                    const schema::Plan& before,
                    const schema::Plan& after) {
  differences.value("approvals required",
                    before.approval->required,
                    after.approval->required);
  differences.value("allow_starter",
                    before.approval->allow_starter,
                    after.approval->allow_starter);
  differences.value("approvals expire after (s)",
                    before.approval->expires_s.value_or(0),
                    after.approval->expires_s.value_or(0));
  differences.value("approvals are signed",
                    before.approval->signed_,
                    after.approval->signed_);
  const schema::WaiverPolicy& was_waived = or_empty(before.approval->waivers);
  const schema::WaiverPolicy& is_waived = or_empty(after.approval->waivers);
  differences.texts("roles that may waive", was_waived.roles, is_waived.roles);
  differences.value("a second person confirms waivers",
                    was_waived.second_person,
                    is_waived.second_person);
  if (before.allowed_signers != after.allowed_signers) {
    differences.line("allowed_signers has changed");
  }
  differences.pairs("role",
                    before.approval->roles,
                    after.approval->roles,
                    &schema::RoleMembers::role,
                    [&](const auto& was, const auto& is) {
                      const std::string subject = "role " + was.role + ": ";
                      differences.texts(
                          subject + "members", was.members, is.members);
                      differences.value(subject + "need", was.need, is.need);
                    });
  differences.pairs(
      "person",
      before.people,
      after.people,
      &schema::Person::name,
      [&](const auto& was, const auto& is) {
        const std::string subject = "person " + was.name + ": ";
        differences.texts(subject + "emails", was.emails, is.emails);
        differences.value(
            subject + "github", was.github.value_or(0), is.github.value_or(0));
        differences.texts(subject + "ssh", was.ssh, is.ssh);
        differences.text(subject + "discord", was.discord, is.discord);
      });
}

// How the outside world is reached.
void compare_services(Differences& differences,
                      const schema::Plan& before,
                      const schema::Plan& after) {
  using schema::Channel;
  using schema::Forge;
  using schema::MetricsOut;
  using schema::Tracker;
  differences.fields("tracker: ",
                     or_empty(before.tracker),
                     or_empty(after.tracker),
                     named("kind", &Tracker::kind),
                     named("project", &Tracker::project),
                     named("section", &Tracker::section),
                     named("repository", &Tracker::repository),
                     named("labels", &Tracker::labels),
                     named("jql", &Tracker::jql),
                     named("url", &Tracker::url),
                     named("timeout_s", &Tracker::timeout_s));
  differences.fields("metrics_out: ",
                     or_empty(before.metrics_out),
                     or_empty(after.metrics_out),
                     named("datadog", &MetricsOut::datadog),
                     named("prefix", &MetricsOut::prefix),
                     named("tags", &MetricsOut::tags),
                     named("prometheus", &MetricsOut::prometheus));
  differences.pairs("channel",
                    before.channels,
                    after.channels,
                    &Channel::name,
                    [&](const Channel& was, const Channel& is) {
                      differences.fields(
                          "channel " + was.name + ": ",
                          was,
                          is,
                          named("kind", &Channel::kind),
                          named("url_env", &Channel::url_env),
                          named("secret_env", &Channel::secret_env),
                          named("text", &Channel::text),
                          named("notices", &Channel::notices));
                    });
  differences.fields("forge: ",
                     or_empty(before.forge),
                     or_empty(after.forge),
                     named("kind", &Forge::kind),
                     named("repository", &Forge::repository),
                     named("required_checks", &Forge::required_checks),
                     named("review_role", &Forge::review_role),
                     named("publish_release", &Forge::publish_release));
}

}  // namespace

std::vector<std::string> differences(const schema::Plan& before,
                                     const schema::Plan& after) {
  Differences result;
  result.pairs("validation",
               before.validations,
               after.validations,
               &schema::Validation::name,
               [&](const auto& was, const auto& is) {
                 compare_validation(result, was, is);
               });
  result.pairs(
      "metric",
      before.metrics,
      after.metrics,
      &schema::MetricRule::key,
      [&](const auto& was, const auto& is) { compare_rules(result, was, is); });
  compare_policy(result, before, after);
  compare_settings(result, before, after);
  compare_services(result, before, after);
  return result.take();
}

}  // namespace commands::plan
