// What differs between two plans, in sentences.

#include <algorithm>
#include <map>

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
  Texts lines_;
};

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
  const auto subject = [&](std::string_view field) {
    return fmt::format("validation {}: {}", before.name, field);
  };
  compare_acceptance(differences, before, after);
  differences.text(subject("module"), before.module_, after.module_);
  differences.value(subject("location"),
                    schema::word(before.location),
                    schema::word(after.location));
  differences.texts(subject("args"), before.args, after.args);
  differences.texts(subject("command"), before.command, after.command);
  differences.text(
      subject("metrics_file"), before.metrics_file, after.metrics_file);
  differences.text(subject("wandb_run"), before.wandb_run, after.wandb_run);
  differences.value(subject("timeout_s"), before.timeout_s, after.timeout_s);
  differences.texts(subject("sets"), before.sets, after.sets);
  differences.texts(subject("depends_on"), before.depends_on, after.depends_on);
  differences.value(subject("retries"), before.retries, after.retries);
  differences.texts(subject("retry_on"), before.retry_on, after.retry_on);
  differences.texts(
      subject("launcher_args"), before.launcher_args, after.launcher_args);
  differences.value(subject("launch_timeout_s"),
                    before.launch_timeout_s,
                    after.launch_timeout_s);
  differences.pairs("output of validation " + before.name + ":",
                    before.outputs,
                    after.outputs,
                    &schema::OutputRule::name,
                    [&](const auto& was, const auto& is) {
                      differences.text(subject("output " + was.name),
                                       was.pattern,
                                       is.pattern);
                    });
}

void compare_rules(Differences& differences,
                   const schema::MetricRule& before,
                   const schema::MetricRule& after) {
  const auto subject = [&](std::string_view field) {
    return fmt::format("metric {}: {}", before.key, field);
  };
  differences.text(subject("pattern"), before.pattern, after.pattern);
  differences.text(subject("statistic"), before.statistic, after.statistic);
  differences.text(subject("unit"), before.unit, after.unit);
  differences.text(subject("json"), before.json, after.json);
  differences.text(subject("wandb"), before.wandb, after.wandb);
  differences.value(subject("wandb_last"),
                    before.wandb_last.value_or(0),
                    after.wandb_last.value_or(0));
  differences.texts(subject("aliases"), before.aliases, after.aliases);
}

void compare_settings(Differences& differences,
                      const schema::Plan& before,
                      const schema::Plan& after) {
  const schema::Project& was = *before.project;
  const schema::Project& is = *after.project;
  differences.text("remote", was.remote, is.remote);
  differences.text("stable_branch", was.stable_branch, is.stable_branch);
  differences.text("staging_branch", was.staging_branch, is.staging_branch);
  differences.text("tag", was.tag, is.tag);
  differences.text("release_notes", was.release_notes, is.release_notes);
  differences.texts("contacts", was.contacts, is.contacts);
  differences.texts("[run] local", before.run->local, after.run->local);
  differences.value("max_local", before.run->max_local, after.run->max_local);
  differences.value(
      "max_remote", before.run->max_remote, after.run->max_remote);
  differences.text("checkout",
                   schema::fb::EnumNameCheckout(before.run->checkout),
                   schema::fb::EnumNameCheckout(after.run->checkout));
  differences.value(
      "log_bytes_max", before.run->log_bytes_max, after.run->log_bytes_max);
  differences.texts("[run] remote", before.run->remote, after.run->remote);
  differences.texts(
      "remote_queue", before.run->remote_queue, after.run->remote_queue);
  differences.texts(
      "remote_logs", before.run->remote_logs, after.run->remote_logs);
  differences.texts(
      "remote_cancel", before.run->remote_cancel, after.run->remote_cancel);
  differences.text("remote_exit_code",
                   before.run->remote_exit_code,
                   after.run->remote_exit_code);
  differences.value("poll_s", before.run->poll_s, after.run->poll_s);
  differences.value("grace_s", before.run->grace_s, after.run->grace_s);
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
  const schema::WaiverPolicy none;
  const schema::WaiverPolicy& was_waived =
      before.approval->waivers ? *before.approval->waivers : none;
  const schema::WaiverPolicy& is_waived =
      after.approval->waivers ? *after.approval->waivers : none;
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

void compare_trackers(Differences& differences,
                      const schema::Tracker& before,
                      const schema::Tracker& after) {
  const auto subject = [](std::string_view field) {
    return fmt::format("tracker: {}", field);
  };
  differences.text(subject("kind"), before.kind, after.kind);
  differences.text(subject("project"), before.project, after.project);
  differences.text(subject("section"), before.section, after.section);
  differences.text(subject("repository"), before.repository, after.repository);
  differences.texts(subject("labels"), before.labels, after.labels);
  differences.text(subject("jql"), before.jql, after.jql);
  differences.text(subject("url"), before.url, after.url);
  differences.value(subject("timeout_s"), before.timeout_s, after.timeout_s);
}

void compare_metrics_out(Differences& differences,
                         const schema::MetricsOut& before,
                         const schema::MetricsOut& after) {
  const auto subject = [](std::string_view field) {
    return fmt::format("metrics_out: {}", field);
  };
  differences.value(subject("datadog"), before.datadog, after.datadog);
  differences.text(subject("prefix"), before.prefix, after.prefix);
  differences.texts(subject("tags"), before.tags, after.tags);
  differences.text(subject("prometheus"), before.prometheus, after.prometheus);
}

void compare_channel(Differences& result,
                     const schema::Channel& was,
                     const schema::Channel& is) {
  const std::string name = "channel " + was.name + ": ";
  result.text(name + "kind", was.kind, is.kind);
  result.text(name + "url_env", was.url_env, is.url_env);
  result.text(name + "secret_env", was.secret_env, is.secret_env);
  result.text(name + "text", was.text, is.text);
  result.texts(name + "notices", was.notices, is.notices);
}

void compare_forge(Differences& result,
                   const schema::Forge* before,
                   const schema::Forge* after) {
  const schema::Forge none;
  const schema::Forge& was = before == nullptr ? none : *before;
  const schema::Forge& is = after == nullptr ? none : *after;
  result.text("forge: kind", was.kind, is.kind);
  result.text("forge: repository", was.repository, is.repository);
  result.texts(
      "forge: required_checks", was.required_checks, is.required_checks);
  result.text("forge: review_role", was.review_role, is.review_role);
  result.value(
      "forge: publish_release", was.publish_release, is.publish_release);
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
  const schema::Tracker none;
  compare_trackers(result,
                   before.tracker ? *before.tracker : none,
                   after.tracker ? *after.tracker : none);
  const schema::MetricsOut silent;
  compare_metrics_out(result,
                      before.metrics_out ? *before.metrics_out : silent,
                      after.metrics_out ? *after.metrics_out : silent);
  compare_settings(result, before, after);
  result.pairs("channel",
               before.channels,
               after.channels,
               &schema::Channel::name,
               [&](const auto& was, const auto& is) {
                 compare_channel(result, was, is);
               });
  compare_forge(result, before.forge.get(), after.forge.get());
  return result.take();
}

}  // namespace commands::plan
