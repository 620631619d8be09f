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
namespace {

// From the start to the end, or to the newest event: no clock is asked.
double seconds_of(const schema::ReleaseRecord& record) {
  if (!record.started) {
    return 0;  // its beginning is of a newer program
  }
  const schema::Mark* end =
      record.completed ? record.completed.get() : record.newest.get();
  return static_cast<double>(end->at_ms - record.started->at_ms) / 1000;
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') {
      quoted += '"';
    }
  }
  return quoted + "\"";
}

std::vector<std::string> list_row(const ReleaseView& view) {
  const schema::ReleaseRecord& record = *view.record;
  const schema::CandidateRecord* candidate = schema::current_candidate(record);
  return {record.name,
          view.assessment.state,
          candidate ? candidate->commit : "",
          record.started ? ledger::rfc3339(record.started->at_ms) : "",
          record.started ? record.started->by : ""};
}

// What an event says, on a line: its plain fields that are not empty.
std::string summary(const nlohmann::json& data) {
  std::string text;
  for (const auto& [name, value] : data.items()) {
    const bool plain = value.is_string() || value.is_number() ||
                       (value.is_boolean() && value.get<bool>());
    if (!plain || name.ends_with("digest")) {
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

}  // namespace

std::string list_text(const std::vector<ReleaseView>& views,
                      const Style& style) {
  Table table({"version", "state", "commit", "started", "by", "took"});
  for (const ReleaseView& view : views) {
    std::vector<std::string> row = list_row(view);
    row[2].resize(std::min<std::size_t>(row[2].size(), 12));
    row.push_back(duration_text(seconds_of(*view.record)));
    table.add(std::move(row));
  }
  return table.empty() ? "" : table.text(style, "");
}

std::string list_csv(const std::vector<ReleaseView>& views) {
  std::string text = "version,state,commit,started_at,started_by,ended_at\r\n";
  for (const ReleaseView& view : views) {
    const schema::ReleaseRecord& record = *view.record;
    const schema::Mark* end = record.yanked      ? record.yanked.get()
                              : record.abandoned ? record.abandoned.get()
                                                 : record.completed.get();
    std::vector<std::string> row = list_row(view);
    row.push_back(end ? ledger::rfc3339(end->at_ms) : "");
    for (std::string& cell : row) {
      cell = csv_cell(cell);
    }
    text += fmt::format("{}\r\n", fmt::join(row, ","));
  }
  return text;
}

std::string event_text(const ledger::RecordedEvent& event, const Style& style) {
  const schema::Envelope& envelope = event.envelope;
  const auto decoded = ledger::decoded(event);
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
                     decoded ? harmless(summary(schema::to_json(*decoded)))
                             : "(of a newer release-ledger)");
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
  return fmt::format("{} problems in {} events\n{}",
                     result.problems.size(),
                     result.events,
                     table.text(style, ""));
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
    metrics.add(
        {rule.key,
         rule.statistic,
         rule.unit,
         rule.json.empty() ? rule.pattern : "metrics file: " + rule.json,
         fmt::format("{}", fmt::join(rule.aliases, ", "))});
  }
  text += metrics.text(style, "  ") +
          fmt::format("\napproval\n  {} distinct people{}\n",
                      plan.approval->required,
                      plan.approval->allow_starter
                          ? ""
                          : ", not the one who started the release");
  for (const schema::RoleMembers& role : plan.approval->roles) {
    text += fmt::format(
        "  {}{}: {}\n",
        harmless(role.role),
        role.need > 0 ? fmt::format(" (at least {})", role.need) : "",
        harmless(fmt::format("{}", fmt::join(role.members, ", "))));
  }
  return text;
}

}  // namespace projections::render
