#include "commands/approval_review.h"

#include <map>

#include "commands/plan/plan.h"
#include "ledger/decoded.h"
#include "schema/release/assess.h"
#include "schema/release/bound.h"
#include "schema/release/moment.h"
#include "schema/release/policy.h"

namespace commands {
namespace {

std::string waiver_text(const schema::ReleaseRecord& record,
                        const schema::CandidateRecord& candidate,
                        const schema::WaiverRecord& waiver) {
  const schema::WaiverGranted& granted = *waiver.granted;
  std::string text = fmt::format(
      "waiver of {} by {}: {}", granted.check, granted.by, granted.reason);
  if (!granted.ticket.empty()) {
    text += ", ticket " + granted.ticket;
  }
  if (granted.until_ms) {
    text += ", until " + schema::moment_text(*granted.until_ms);
  }
  if (waiver.confirmed) {
    text += ", confirmed by " + waiver.confirmed->by;
  }
  const std::string why_not =
      schema::waiver_staleness(record, candidate, waiver);
  return why_not.empty() ? text : text + " (does not count: " + why_not + ")";
}

// What is signed, a line for each subject.
std::map<std::string, std::string> facts(const schema::ReleaseRecord& record) {
  std::map<std::string, std::string> result;
  const schema::CandidateRecord* candidate = schema::current_candidate(record);
  if (candidate == nullptr) {
    return result;
  }
  result["candidate"] =
      fmt::format("{} at {}", candidate->number, candidate->commit);
  result["bug-check"] = schema::word(candidate->bug_check);
  for (const auto& v : schema::assess_validations(record)) {
    const std::string_view outcome = schema::word(v.outcome);
    result[v.planned->name] =
        v.note.starts_with(outcome)  // "passed on attempt 2"
            ? v.note
            : fmt::format("{}{}", outcome, v.note.empty() ? "" : ", " + v.note);
    const schema::ValidationCompleted* done = v.result();
    for (std::size_t i = 0; done != nullptr && i < done->checks.size(); ++i) {
      result[schema::check_name(*done, i)] =
          fmt::format("{}, wanted {}",
                      schema::actual_text(done->checks[i]),
                      schema::bound_text(done->checks[i]));
    }
  }
  for (const schema::WaiverRecord& waiver : candidate->waivers) {
    result[fmt::format(
        "waiver {} {}", waiver.granted->check, waiver.granted->attempt)] =
        waiver_text(record, *candidate, waiver);
  }
  return result;
}

const schema::ApprovalRecord* last_approval(const schema::ReleaseRecord& record,
                                            const std::string& by,
                                            const std::string& role) {
  const schema::ApprovalRecord* last = nullptr;
  const std::string key = schema::person_key(*record.plan, by);
  for (const schema::CandidateRecord& candidate : record.candidates) {
    for (const schema::ApprovalRecord& approval : candidate.approvals) {
      const bool is_like =
          approval.granted->role == role ||
          schema::person_key(*record.plan, approval.granted->by) == key;
      if (is_like &&
          (last == nullptr || approval.mark->position > last->mark->position)) {
        last = &approval;
      }
    }
  }
  return last;
}

// The release's events up to a position, folded.
Result<schema::ReleaseRecord> record_at(const Environment& environment,
                                        const std::string& release,
                                        ledger::Position position) {
  RL_ASSIGN(const auto book, ledger::Ledger::open(environment.ledger));
  RL_ASSIGN(const ledger::Snapshot snapshot, book.read());
  RL_ASSIGN(const auto events,
            snapshot.stream_events(ledger::release_stream(release), 0));
  schema::ReleaseRecord record;
  for (const ledger::RecordedEvent& event : events) {
    if (event.position > position) {
      break;
    }
    const schema::Circumstances circumstances = ledger::circumstances_of(event);
    if (const auto decoded = ledger::decoded(event)) {
      schema::evolve(record, *decoded, circumstances);
    } else {
      schema::evolve_unknown(record, circumstances);
    }
  }
  return record;
}

void show_differences(Reporter& reporter,
                      const schema::ReleaseRecord& before,
                      const schema::ReleaseRecord& after) {
  const auto was = facts(before);
  const auto is = facts(after);
  std::size_t shown = 0;
  const auto show = [&](const std::string& line) {
    reporter.progress("  " + line);
    ++shown;
  };
  for (const auto& [subject, value] : is) {
    const auto old = was.find(subject);
    if (old == was.end()) {
      show(fmt::format("{}: {} (new)", subject, value));
    } else if (old->second != value) {
      show(fmt::format("{}: {}, before {}", subject, value, old->second));
    }
  }
  for (const auto& [subject, value] : was) {
    if (!is.contains(subject)) {
      show(fmt::format("{}: gone, before {}", subject, value));
    }
  }
  if (before.plan && after.plan) {
    for (const std::string& line :
         plan::differences(*before.plan, *after.plan)) {
      show(line);
    }
  }
  if (shown == 0) {
    show("nothing that is signed has changed");
  }
}

}  // namespace

void show_evidence(Reporter& reporter, const schema::ReleaseRecord& record) {
  const schema::CandidateRecord* candidate = schema::current_candidate(record);
  reporter.progress(fmt::format("{}, candidate {} at {}",
                                record.name,
                                candidate->number,
                                candidate->commit));
  reporter.progress(fmt::format("plan {}", record.plan->digest.substr(0, 16)));
  reporter.progress(fmt::format("bug-check {}: {}",
                                schema::word(candidate->bug_check),
                                candidate->bug_detail));
  for (const auto& v : schema::assess_validations(record)) {
    reporter.progress(fmt::format("{} {}{}",
                                  v.planned->name,
                                  schema::word(v.outcome),
                                  v.note.empty() ? "" : ", " + v.note));
    if (v.record == nullptr || v.record->result == nullptr) {
      continue;
    }
    for (const schema::Check& check : v.record->result->checks) {
      reporter.progress(fmt::format("  {} {}, wanted {}: {}",
                                    check.key,
                                    schema::actual_text(check),
                                    schema::bound_text(check),
                                    check.passed ? "passed" : "FAILED"));
    }
  }
  for (const schema::WaiverRecord& waiver : candidate->waivers) {
    reporter.progress(waiver_text(record, *candidate, waiver));
  }
}

Status show_changes_since_approval(const Environment& environment,
                                   const schema::ReleaseRecord& record,
                                   const std::string& by,
                                   const std::string& role) {
  const schema::ApprovalRecord* last = last_approval(record, by, role);
  if (last == nullptr) {
    return {};
  }
  RL_ASSIGN(const schema::ReleaseRecord before,
            record_at(environment, record.name, last->mark->position));
  environment.reporter->progress(
      fmt::format("since {} signed as {} at {} (position {}):",
                  last->granted->by,
                  last->granted->role,
                  schema::moment_text(last->mark->at_ms),
                  last->mark->position));
  show_differences(*environment.reporter, before, record);
  return {};
}

}  // namespace commands
