#include "commands/notes/notes.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "commands/release_stream.h"
#include "ledger/clock.h"
#include "schema/release/assess.h"
#include "schema/release/bound.h"
#include "schema/release/moment.h"
#include "schema/release/policy.h"

namespace commands::notes {
namespace {

// Text from outside, as one line of Markdown that cannot become markup.
std::string plain(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      result += ' ';
    } else {
      if (std::string_view("\\`*[]<>|#").find(c) != std::string_view::npos) {
        result += '\\';
      }
      result += c;
    }
  }
  return result;
}

std::string_view verdict_words(const schema::Check& check) {
  if (check.passed) {
    return check.warned ? " (warning)" : "";
  }
  return check.outcome == schema::Outcome::inconclusive ? " (unclear)"
                                                        : " (failed)";
}

std::string outcome_words(const schema::ValidationAssessment& v) {
  std::string words(schema::word(v.outcome));
  if (v.waived) {
    words += ", WAIVED";
  } else if (!v.note.empty()) {
    words += ", " + v.note;
  }
  return words;
}

std::string changes_section(const Changes& changes) {
  std::string text =
      fmt::format("## Changes\n\nSince {}:\n\n", plain(changes.since));
  for (const services::Commit& commit : changes.commits) {
    text += fmt::format("- {} ({}, `{}`)\n",
                        plain(commit.subject),
                        plain(commit.author),
                        commit.id.substr(0, 12));
  }
  if (changes.commits.empty()) {
    text += "- nothing\n";
  }
  if (changes.truncated) {
    text += fmt::format("- … and earlier ones: the newest {} are listed\n",
                        changes.commits.size());
  }
  return text + "\n";
}

std::string validations_section(const schema::ReleaseRecord& record) {
  std::string text =
      "## Validations\n\n"
      "| validation | outcome | check | bound | measured |\n"
      "|---|---|---|---|---|\n";
  for (const auto& v : schema::assess_validations(record)) {
    std::string name = plain(v.planned->name);
    std::string outcome = plain(outcome_words(v));
    const bool has_result = v.record && v.record->result;
    if (!has_result || v.record->result->checks.empty()) {
      text += fmt::format("| {} | {} | exit code | 0 | {} |\n",
                          name,
                          outcome,
                          has_result && v.record->result->exit_code
                              ? std::to_string(*v.record->result->exit_code)
                              : "none");
      continue;
    }
    for (const schema::Check& check : v.record->result->checks) {
      text += fmt::format("| {} | {} | {} | {} | {}{} |\n",
                          name,
                          outcome,
                          plain(check.key),
                          plain(schema::bound_text(check)),
                          plain(schema::actual_text(check)),
                          verdict_words(check));
      name.clear();
      outcome.clear();
    }
  }
  return text + "\n";
}

std::string bug_check_section(const schema::CandidateRecord& candidate) {
  return fmt::format(
      "## Bug check\n\n{}: {}{}\n\n",
      schema::word(candidate.bug_check),
      plain(candidate.bug_detail),
      candidate.bug_mark
          ? fmt::format(" ({}, {})",
                        plain(candidate.bug_mark->by),
                        ledger::rfc3339(candidate.bug_mark->at_ms))
          : "");
}

std::string approvals_section(const schema::ReleaseRecord& record,
                              const schema::CandidateRecord& candidate) {
  const schema::Approval& policy = *record.plan->approval;
  std::string text = "## Approvals\n\n";
  if (policy.required == 0 && policy.roles.empty()) {
    return text + "The plan asks for none.\n\n";
  }
  text += fmt::format(
      "The plan asks for {} {}{}. Those given when these notes were written:"
      "\n\n",
      policy.required,
      policy.required == 1 ? "person" : "distinct people",
      policy.allow_starter ? "" : ", not the one who started the release");
  const std::string evidence = evidence_digest(record);
  bool any = false;
  for (const schema::ApprovalRecord& approval : candidate.approvals) {
    if (!schema::staleness(record, candidate, approval, evidence).empty()) {
      continue;
    }
    text += fmt::format("- {} as {}, {}\n",
                        plain(approval.granted->by),
                        plain(approval.granted->role),
                        ledger::rfc3339(approval.mark->at_ms));
    any = true;
  }
  return text + (any ? "\n"
                     : "- none yet; the merge commit lists those it was made "
                       "with\n\n");
}

std::string waivers_section(const schema::CandidateRecord& candidate) {
  std::string text = "## Waivers\n\n";
  for (const schema::WaiverRecord& waiver : candidate.waivers) {
    text += fmt::format("- {} ({}): {}, by {}\n",
                        plain(waiver.granted->check),
                        schema::word(waiver.granted->outcome),
                        plain(schema::waiver_terms(waiver)),
                        plain(waiver.granted->by));
  }
  return candidate.waivers.empty() ? text + "None.\n\n" : text + "\n";
}

// What a user of the release should know: what was let pass.
std::string known_issues_section(const schema::ReleaseRecord& record) {
  std::vector<std::string> issues;
  for (const schema::Bug& bug : schema::current_candidate(record)->bugs) {
    issues.push_back(fmt::format("{} ({})", plain(bug.title), plain(bug.url)));
  }
  for (const auto& v : schema::assess_validations(record)) {
    if (v.waived) {
      issues.push_back(fmt::format("{} did not pass ({}) and was waived",
                                   plain(v.planned->name),
                                   schema::word(v.outcome)));
    }
  }
  return issues.empty() ? "## Known issues\n\nNone recorded.\n"
                        : fmt::format("## Known issues\n\n- {}\n",
                                      fmt::join(issues, "\n- "));
}

}  // namespace

std::string release_notes(const schema::ReleaseRecord& record,
                          const Changes& changes) {
  const schema::CandidateRecord& candidate = *schema::current_candidate(record);
  return fmt::format(
             "# Release v{}\n\n"
             "Candidate {} at `{}`, validated in {} mode. Started {} by {}.\n"
             "\n",
             record.name,
             candidate.number,
             candidate.commit,
             schema::word(record.mode),
             ledger::rfc3339(record.started->at_ms),
             plain(record.started->by)) +
         changes_section(changes) + validations_section(record) +
         bug_check_section(candidate) + approvals_section(record, candidate) +
         waivers_section(candidate) + known_issues_section(record);
}

}  // namespace commands::notes
