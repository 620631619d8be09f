#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ledger/clock.h"
#include "projections/proof.h"
#include "projections/render/text.h"
#include "schema/release/bound.h"
#include "schema/release/moment.h"
#include "schema/release/policy.h"
#include "schema/release/posts.h"

namespace projections::render {
namespace {

std::string at_text(const schema::Mark* mark) {
  return mark == nullptr ? "" : ledger::rfc3339(mark->at_ms);
}

std::string outcome_text(const schema::ValidationAssessment& v) {
  return v.waived ? fmt::format("WAIVED ({})", schema::word(v.outcome))
                  : std::string(schema::word(v.outcome));
}

// Of a remote attempt that goes on.
std::string job_text(const schema::ValidationRecord& record) {
  if (!record.submitted) {
    return {};
  }
  std::string text = record.submitted->job_id.empty()
                         ? "submitted, id pending"
                         : fmt::format("job {}", record.submitted->job_id);
  if (record.running) {
    text += " runs since " + at_text(record.running.get());
  }
  return record.cancelling ? text + ", cancelling" : text;
}

void add_validation(const schema::ValidationAssessment& v, Table& table) {
  const schema::ValidationCompleted* result = v.result();
  const std::string attempt =
      v.record == nullptr ? "" : std::to_string(v.record->attempts);
  std::string took;
  if (result != nullptr && result->duration_s) {
    took = duration_text(*result->duration_s);
  }
  std::string note = v.waived ? "" : v.note;
  if (note.empty() && v.outcome == schema::Outcome::running) {
    note = job_text(*v.record);
  }
  if (note.empty() && result != nullptr) {
    note = result->detail;
  }
  std::vector<std::string> row = {
      v.planned->name, outcome_text(v), "", "", "", attempt, took, note};
  if (result == nullptr || result->checks.empty()) {
    table.add(std::move(row));
    return;
  }
  for (const schema::Check& check : result->checks) {
    row[2] = check.key;
    row[3] = schema::actual_text(check);
    // Nothing was measured by what was stopped: that is no failure.
    row[4] = fmt::format("{} {}",
                         result->outcome == schema::Outcome::cancelled
                             ? "not judged"
                             : verdict_word(check),
                         schema::bound_text(check));
    if (row[7].empty()) {
      row[7] = check.note;
    }
    table.add(row);
    row.assign(row.size(), "");
  }
}

std::string approvals_text(const ReleaseView& view, const Style& style) {
  Table table({"by", "role", "given", "proof", "counts"});
  for (const schema::CandidateRecord& candidate : view.record->candidates) {
    for (const schema::ApprovalRecord& approval : candidate.approvals) {
      const Proof proof = proof_of(view, approval);
      std::string why = schema::staleness(
          *view.record, candidate, approval, view.evidence_digest);
      why = why.empty() ? doubt_of(proof) : why;
      table.add({approval.granted->by,
                 approval.granted->role,
                 at_text(approval.mark.get()),
                 std::string(word(proof)),
                 why.empty() ? "yes" : "no: " + why});
    }
  }
  return table.empty() ? "" : "\napprovals\n" + table.text(style, "  ");
}

std::string waivers_text(const ReleaseView& view, const Style& style) {
  Table table({"check", "waived by", "given", "counts", "terms"});
  for (const schema::CandidateRecord& candidate : view.record->candidates) {
    for (const schema::WaiverRecord& waiver : candidate.waivers) {
      const std::string why =
          schema::waiver_staleness(*view.record, candidate, waiver);
      table.add({waiver.granted->check,
                 waiver.granted->by,
                 at_text(waiver.mark.get()),
                 why.empty() ? "yes" : "no: " + why,
                 schema::waiver_terms(waiver)});
    }
  }
  return table.empty() ? "" : "\nwaivers\n" + table.text(style, "  ");
}

// On a forge, and in channels.
std::string outside_text(const schema::ReleaseRecord& record,
                         const schema::CandidateRecord* candidate) {
  std::string text;
  if (candidate != nullptr && candidate->pull_request) {
    text += fmt::format("pull request: {}{}\n",
                        harmless(candidate->pull_request->url),
                        candidate->pull_request_merged ? ", merged" : "");
  }
  if (record.forge_release) {
    text += fmt::format("page: {}\n", harmless(record.forge_release->url));
  }
  return text;
}

std::string posts_text(const ReleaseView& view, const Style& style) {
  Table table({"channel", "state", "at", "message", "detail"});
  for (const schema::PostRecord& post : view.record->posts) {
    if (post.notice.empty() && post.channel != schema::kByHand) {
      table.add({post.channel,
                 std::string(schema::post_word(post)),
                 at_text(post.mark.get()),
                 post.posted ? post.posted->message : "",
                 schema::post_detail(post)});
    }
  }
  return table.empty() ? "" : "\nannouncements\n" + table.text(style, "  ");
}

// What later attempts have replaced: a pass that took two is not a plain one.
std::string earlier_text(const ReleaseView& view, const Style& style) {
  Table table({"validation", "attempt", "outcome", "took", "job", "why"});
  for (const schema::ValidationAssessment& v : view.assessment.validations) {
    if (v.record == nullptr) {
      continue;
    }
    for (const schema::AttemptRecord& earlier : v.record->earlier) {
      table.add({v.planned->name,
                 std::to_string(earlier.attempt),
                 std::string(schema::word(earlier.outcome)),
                 earlier.duration_s ? duration_text(*earlier.duration_s) : "",
                 earlier.job_id,
                 earlier.detail.empty() ? earlier.reason : earlier.detail});
    }
  }
  return table.empty() ? "" : "\nearlier attempts\n" + table.text(style, "  ");
}

}  // namespace

std::string_view verdict_word(const schema::Check& check) {
  if (check.passed) {
    return check.warned ? "WARNING" : "ok";
  }
  return check.outcome == schema::Outcome::inconclusive ? "UNCLEAR" : "FAILED";
}

std::string validations_text(const ReleaseView& view, const Style& style) {
  Table table({"validation",
               "outcome",
               "check",
               "measured",
               "bound",
               "attempt",
               "took",
               "note"});
  for (const schema::ValidationAssessment& v : view.assessment.validations) {
    add_validation(v, table);
  }
  return fmt::format("validations ({})\n{}",
                     schema::word(view.record->mode),
                     table.text(style, "  "));
}

std::string status_text(const ReleaseView& view, const Style& style) {
  const schema::ReleaseRecord& record = *view.record;
  const schema::CandidateRecord* candidate = schema::current_candidate(record);
  std::string text = fmt::format("{}: {}", record.name, view.assessment.state);
  text += schema::is_imported(record)
              ? "\n"
              : fmt::format(" ({})\n", schema::word(record.mode));
  if (candidate != nullptr) {
    text += fmt::format("candidate {}: {} at {}\n",
                        candidate->number,
                        harmless(candidate->branch),
                        candidate->commit);
  }
  text += outside_text(record, candidate);
  if (record.started) {
    text += fmt::format("started {} by {}\n",
                        at_text(record.started.get()),
                        harmless(record.started->by));
  }
  if (!record.end_reason.empty()) {
    text += fmt::format(
        "{}: {}\n", view.assessment.state, harmless(record.end_reason));
  }
  if (record.unknown_events > 0) {
    text += fmt::format("{} events are of a newer release-ledger\n",
                        record.unknown_events);
  }
  if (record.redacted_events > 0) {
    text += fmt::format("what {} events said was redacted\n",
                        record.redacted_events);
  }
  if (!view.parked.empty()) {
    text += fmt::format(
        "as it stood before position {}: {} events are parked, this view could "
        "not handle them\n",
        view.parked.front(),
        view.parked.size());
  }
  text += imported_text(record, style);
  if (schema::is_imported(record)) {
    return text;
  }
  Table steps({"step", "state", "at", "by", "detail"});
  for (const schema::StepAssessment& step : view.assessment.steps) {
    steps.add({std::string(schema::word(step.step)),
               std::string(schema::word(step.state)),
               at_text(step.mark),
               step.mark ? step.mark->by : "",
               step.detail});
  }
  text += "\nsteps\n" + steps.text(style, "  ");
  text += "\n" + validations_text(view, style);
  text += earlier_text(view, style);
  text += approvals_text(view, style) + waivers_text(view, style);
  text += posts_text(view, style);
  for (const schema::Wait& wait : view.assessment.waiting_for) {
    text += fmt::format("\nwaiting for {}: {}\n  who: {}\n",
                        wait.gate,
                        harmless(wait.what),
                        harmless(wait.who));
  }
  if (!view.assessment.next.empty()) {
    text += fmt::format("\nnext: {}\n", harmless(view.assessment.next));
  }
  return text;
}

}  // namespace projections::render
