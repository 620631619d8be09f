#include "projections/render/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "ledger/clock.h"
#include "ledger/decoded.h"
#include "ledger/digest.h"
#include "schema/event.h"
#include "schema/release/bound.h"

namespace projections::render {

std::string summary_text(const ledger::RecordedEvent& event) {
  const auto decoded = ledger::decoded(event);
  if (event.redacted_by) {
    return fmt::format("(redacted, see position {})", *event.redacted_by);
  }
  if (!decoded) {
    return "(of a newer release-ledger)";
  }
  const nlohmann::json data = schema::to_json(*decoded);
  std::string text;
  for (const auto& [name, value] : data.items()) {
    const bool plain = value.is_string() || value.is_number() ||
                       (value.is_boolean() && value.get<bool>());
    const bool for_programs = name.ends_with("digest") || name == "signature" ||
                              name == "signed_text";
    if (!plain || for_programs) {
      continue;
    }
    std::string shown =
        value.is_string() ? value.get<std::string>() : value.dump();
    const bool is_id =
        shown.size() == 40 &&
        shown.find_first_not_of("0123456789abcdef") == std::string::npos;
    shown.resize(is_id ? 12 : shown.size());
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, shown);
  }
  return text;
}

std::string event_text(const ledger::RecordedEvent& event, const Style& style) {
  const schema::Envelope& envelope = event.envelope;
  const std::string name = harmless(envelope.type);
  const std::string type = style.color ? "\x1b[1m" + name + "\x1b[0m" : name;
  return fmt::format("{:>5}  {}  {}  {}  {}\n       {}\n",
                     event.position,
                     ledger::rfc3339(envelope.recorded_at_ms),
                     envelope.stream_kind == schema::StreamKind::ledger
                         ? "(ledger)"
                         : harmless(envelope.stream),
                     type,
                     harmless(schema::display_name(*envelope.actor)),
                     harmless(summary_text(event)));
}

std::string explain_text(const ReleaseView& view,
                         const std::vector<Explanation>& list,
                         const Style& style) {
  std::string text =
      fmt::format("{}: {}\n", view.record->name, view.assessment.state);
  for (const Explanation& e : list) {
    text += fmt::format("\n{}{}: {}{}\n  rule: {}\n",
                        style.color ? "\x1b[1m" : "",
                        harmless(e.gate),
                        e.state,
                        style.color ? "\x1b[0m" : "",
                        e.rule);
    if (!e.evidence.empty()) {
      text += fmt::format("  evidence: {}\n", harmless(e.evidence));
    }
    if (!e.who.empty()) {
      text += fmt::format("  who: {}\n", harmless(e.who));
    }
    if (!e.command.empty()) {
      text += fmt::format("  type: {}\n", harmless(e.command));
    }
  }
  if (list.empty()) {
    text += "nothing is refused or waited for\n";
  }
  return text;
}

std::string verify_text(const ledger::Verification& result,
                        const Style& style) {
  if (result.problems.empty()) {
    return fmt::format("{}ok{}: {} events, root {}\n",
                       style.color ? "\x1b[32m" : "",
                       style.color ? "\x1b[0m" : "",
                       result.events,
                       ledger::to_hex(result.root));
  }
  Table table({"problem", "where", "what"});
  for (const ledger::Problem& problem : result.problems) {
    table.add({problem.kind, problem.where, problem.what});
  }
  return fmt::format("{} problem{} in {} event{}\n{}",
                     result.problems.size(),
                     result.problems.size() == 1 ? "" : "s",
                     result.events,
                     result.events == 1 ? "" : "s",
                     table.text(style, ""));
}

namespace {

std::string read_from(const schema::MetricRule& rule) {
  if (!rule.json.empty()) {
    return "metrics file: " + rule.json;
  }
  if (!rule.wandb.empty()) {
    return "Weights & Biases: " + rule.wandb;
  }
  return rule.pattern;
}

std::string tracker_text(const schema::Plan& plan) {
  if (plan.tracker == nullptr) {
    return {};
  }
  const schema::Tracker& tracker = *plan.tracker;
  std::string where = tracker.project.empty() ? "" : " " + tracker.project;
  where += tracker.section.empty()
               ? ""
               : fmt::format(", section {}", tracker.section);
  where += tracker.repository.empty() ? "" : " " + tracker.repository;
  where += tracker.labels.empty()
               ? ""
               : fmt::format(", labels {}", fmt::join(tracker.labels, " "));
  where += tracker.jql.empty() ? "" : ": " + tracker.jql;
  return fmt::format("\ntracker\n  {}{}\n", tracker.kind, harmless(where));
}

}  // namespace

std::string conditions_text(const schema::Approval& approval) {
  std::string text;
  if (!approval.allow_starter) {
    text += ", not the one who started the release";
  }
  if (approval.signed_) {
    text += ", each signed with a key";
  }
  if (approval.expires_s) {
    text += ", each for " + duration_text(*approval.expires_s);
  }
  if (approval.waivers && !approval.waivers->roles.empty()) {
    text += fmt::format("; waivers by {}",
                        fmt::join(approval.waivers->roles, ", "));
  }
  if (approval.waivers && approval.waivers->second_person) {
    text += "; waivers confirmed by a second person";
  }
  return harmless(text);
}

std::string plan_text(const schema::Plan& plan, const Style& style) {
  const schema::Project& project = *plan.project;
  std::string text = fmt::format(
      "plan {}\n\nproject\n  remote {}, stable branch {}\n  staging branch {}\n"
      "  tag {}\n  release notes {}\n\nvalidations\n",
      plan.digest,
      harmless(project.remote),
      harmless(project.stable_branch),
      harmless(project.staging_branch),
      harmless(project.tag),
      harmless(project.release_notes));
  Table table({"validation", "where", "sets", "timeout", "after", "accepts"});
  for (const schema::Validation& v : plan.validations) {
    std::vector<std::string> bounds;
    for (const schema::Acceptance& a : v.acceptance) {
      bounds.push_back(fmt::format(
          "{} {}{}", a.key, schema::bound_text(a), schema::conditions_text(a)));
    }
    table.add({v.name,
               std::string(schema::word(v.location)),
               fmt::format("{}", fmt::join(v.sets, ", ")),
               fmt::format("{} s", v.timeout_s),
               fmt::format("{}", fmt::join(v.depends_on, ", ")),
               bounds.empty() ? "exit code 0"
                              : fmt::format("{}", fmt::join(bounds, ", "))});
  }
  text += table.text(style, "  ") + "\nmetrics\n";
  Table metrics({"key", "statistic", "unit", "read from", "once called"});
  for (const schema::MetricRule& rule : plan.metrics) {
    metrics.add({rule.key,
                 rule.statistic,
                 rule.unit,
                 read_from(rule),
                 fmt::format("{}", fmt::join(rule.aliases, ", "))});
  }
  text += metrics.text(style, "  ") +
          fmt::format("\napproval\n  {} distinct people{}\n",
                      plan.approval->required,
                      conditions_text(*plan.approval));
  for (const schema::RoleMembers& role : plan.approval->roles) {
    text += fmt::format(
        "  {}{}: {}\n",
        harmless(role.role),
        role.need > 0 ? fmt::format(" (at least {})", role.need) : "",
        harmless(fmt::format("{}", fmt::join(role.members, ", "))));
  }
  return text + tracker_text(plan);
}

}  // namespace projections::render
