// explain: for each refusal or wait the rule, the evidence, who can settle it
// and what to type.

#include <algorithm>

#include <fmt/ranges.h>

#include "projections/queries.h"
#include "schema/release/bound.h"
#include "schema/release/next.h"
#include "schema/release/policy.h"

namespace projections {
namespace {

using schema::Outcome;
using schema::Step;
using schema::StepState;

std::string_view rule_of(Step step) {
  switch (step) {
    case Step::kPrepareBranch:
      return "a release needs a candidate: a staging branch at one commit";
    case Step::kBugCheck:
      return "no blocking bug may be open; where no tracker can be asked, a "
             "person has to say so";
    case Step::kWorkflowTests:
      return "every validation of the mode's set needs a passing result, or a "
             "waiver, for this candidate and plan";
    case Step::kRelease:
      return "merge and tag need every gate passed and the approvals of the "
             "plan, for this candidate, plan and evidence";
    case Step::kAnnounce:
      return "an announcement needs a pushed tag, and is made when each "
             "channel "
             "has it, or a person says so";
  }
  return "";
}

// The value, what was wanted, and where it stands.
std::string evidence_of(const schema::Check& check) {
  std::string text = fmt::format("{} = {}, wanted {}",
                                 check.key,
                                 schema::actual_text(check),
                                 schema::bound_text(check));
  if (!check.note.empty()) {
    text += fmt::format(" ({})", check.note);
  } else if (check.source != nullptr) {
    text += fmt::format(" ({}:{}: {})",
                        check.source->file,
                        check.source->line,
                        check.source->text);
  }
  return text;
}

std::string failures_of(const schema::ValidationAssessment& v) {
  std::vector<std::string> parts;
  if (!v.note.empty()) {
    parts.push_back(v.note);
  }
  // Not those of a result that this outcome does not rest on.
  if (v.record != nullptr && v.record->result != nullptr &&
      v.outcome == v.record->result->outcome) {
    if (!v.record->result->detail.empty()) {
      parts.push_back(v.record->result->detail);
    }
    for (const schema::Check& check : v.record->result->checks) {
      if (!check.passed) {
        parts.push_back(evidence_of(check));
      }
    }
  }
  return fmt::format("{}{}{}",
                     schema::word(v.outcome),
                     parts.empty() ? "" : ": ",
                     fmt::join(parts, "; "));
}

void explain_validations(const ReleaseView& view,
                         std::vector<Explanation>& result) {
  for (const auto& v : view.assessment.validations) {
    if (!v.is_open_gate()) {
      continue;
    }
    if (v.record != nullptr && v.record->doubt != nullptr) {
      result.push_back(
          {v.planned->name,
           std::string(schema::word(v.outcome)),
           "a job that was perhaps launched is not launched again; a person "
           "has to say what became of it",
           v.note,
           "whoever can see the jobs on the cluster",
           schema::settle_job_command(view.record->name, v.planned->name)});
      continue;
    }
    const bool finished = v.outcome != Outcome::pending &&
                          v.outcome != Outcome::running &&
                          v.outcome != Outcome::skipped;
    result.push_back(
        {v.planned->name,
         std::string(schema::word(v.outcome)),
         "it has to pass, or its finished result be waived",
         failures_of(v),
         finished ? "whoever fixes it (a fix to the code is a new candidate), "
                    "or a person who waives it"
                  : "anybody who runs the step",
         finished ? fmt::format("release-ledger --step workflow-tests, or: "
                                "release-ledger waive {} {} --reason \"...\"",
                                view.record->name,
                                v.planned->name)
                  : "release-ledger --step workflow-tests"});
  }
}

bool counts(const ReleaseView& view,
            const schema::CandidateRecord& candidate,
            const schema::ApprovalRecord& approval) {
  return schema::staleness(
             *view.record, candidate, approval, view.evidence_digest)
      .empty();
}

// Whether the same person has signed in the same role since.
bool is_given_again(const ReleaseView& view,
                    const schema::ApprovalGranted& granted) {
  const schema::Plan& plan = *view.record->plan;
  const schema::CandidateRecord& newest =
      *schema::current_candidate(*view.record);
  return std::ranges::any_of(newest.approvals, [&](const auto& other) {
    return other.granted->role == granted.role &&
           schema::person_key(plan, other.granted->by) ==
               schema::person_key(plan, granted.by) &&
           counts(view, newest, other);
  });
}

void explain_approvals(const ReleaseView& view,
                       std::vector<Explanation>& result) {
  for (const schema::CandidateRecord& candidate : view.record->candidates) {
    for (const schema::ApprovalRecord& approval : candidate.approvals) {
      if (counts(view, candidate, approval) ||
          is_given_again(view, *approval.granted)) {
        continue;
      }
      result.push_back(
          {"approval of " + approval.granted->by,
           "not counted",
           "an approval counts for the evidence it was given on",
           schema::staleness(
               *view.record, candidate, approval, view.evidence_digest),
           approval.granted->by,
           fmt::format("release-ledger approve {} --role {}",
                       view.record->name,
                       approval.granted->role)});
    }
  }
}

// The bugs that were found, with their links.
std::string bugs_of(const ReleaseView& view) {
  constexpr std::size_t kBugsShownMax = 20;
  const std::vector<schema::Bug>& bugs =
      schema::current_candidate(*view.record)->bugs;
  std::vector<std::string> parts;
  for (const schema::Bug& bug : bugs) {
    if (parts.size() == kBugsShownMax) {
      parts.push_back(fmt::format("and {} more", bugs.size() - parts.size()));
      break;
    }
    parts.push_back(fmt::format("{} {}", bug.title, bug.url));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

// One for a result that still stands, and that lets nothing pass all the same.
void explain_waivers(const ReleaseView& view,
                     bool of_bug_check,
                     std::vector<Explanation>& result) {
  const schema::ReleaseRecord& record = *view.record;
  const schema::CandidateRecord* candidate = schema::current_candidate(record);
  for (std::size_t i = 0; candidate && i < candidate->waivers.size(); ++i) {
    const schema::WaiverRecord& waiver = candidate->waivers[i];
    const std::string why =
        schema::waiver_staleness(record, *candidate, waiver);
    const bool waits = why == schema::kUnconfirmedWaiver;
    const bool is_of_bug_check =
        waiver.granted->check == schema::word(Step::kBugCheck);
    if (is_of_bug_check != of_bug_check ||
        (!waits && !why.starts_with(schema::kEndedWaiver))) {
      continue;
    }
    result.push_back(
        {"waiver of " + waiver.granted->check,
         waits ? "waiting" : "not counted",
         "a waiver lets one result pass until it ends, and where the plan "
         "asks for it once a second person has confirmed it",
         fmt::format(
             "{}; by {}: {}", why, waiver.granted->by, waiver.granted->reason),
         waits ? "somebody else who may waive" : "whoever may waive",
         fmt::format("release-ledger waive {} {} {}",
                     record.name,
                     waiver.granted->check,
                     waits ? "--confirm" : "--reason \"...\"")});
  }
}

// A step's own explanation.
Explanation explain_step(const ReleaseView& view,
                         const schema::StepAssessment& s) {
  Explanation e{std::string(schema::word(s.step)),
                std::string(schema::word(s.state)),
                std::string(rule_of(s.step)),
                s.detail,
                "",
                ""};
  if (s.state == StepState::kDone) {
    return e;
  }
  if (s.step == Step::kRelease) {
    const auto gates = schema::open_gates(*view.record);
    if (!gates.empty()) {
      e.evidence = fmt::format("{}", fmt::join(gates, "; "));
    }
  }
  const bool has_bugs =
      s.step == Step::kBugCheck && s.state == StepState::kFailed;
  if (has_bugs) {
    e.evidence += ": " + bugs_of(view);
  }
  if (schema::is_ended(*view.record) || schema::is_imported(*view.record)) {
    return e;
  }
  if (const auto first = std::ranges::find_if(
          view.assessment.steps,
          [](const auto& step) { return step.state != StepState::kDone; });
      first->step != s.step) {
    e.who =
        fmt::format("nobody yet: {} comes first", schema::word(first->step));
    e.command = view.assessment.next;
    return e;
  }
  e.who = has_bugs ? "whoever closes them, or a person who waives the check"
                   : "anybody who runs the step";
  e.command = view.assessment.next;
  if (has_bugs) {
    e.command +=
        fmt::format(", or: release-ledger waive {} bug-check --reason \"...\"",
                    view.record->name);
  }
  if (s.state == StepState::kWaiting) {
    for (const schema::Wait& wait : view.assessment.waiting_for) {
      e.who = wait.who;
      e.command = wait.command;
      e.evidence = wait.what;
    }
  }
  return e;
}

}  // namespace

std::vector<Explanation> explain(const ReleaseView& view,
                                 std::optional<Step> step) {
  std::vector<Explanation> result;
  if (view.record->set_back) {
    const schema::Wait& wait = view.assessment.waiting_for.front();
    return {{wait.gate,
             view.assessment.state,
             "a release that a restore has put back goes on when a person has "
             "compared it with the world",
             wait.what,
             wait.who,
             wait.command}};
  }
  const bool ended =
      schema::is_ended(*view.record) || schema::is_imported(*view.record);
  for (const schema::StepAssessment& s : view.assessment.steps) {
    const bool wanted =
        step ? s.step == *step : s.state != StepState::kDone && !ended;
    if (!wanted) {
      continue;
    }
    result.push_back(explain_step(view, s));
    if (ended || s.state == StepState::kDone) {
      continue;
    }
    if (s.step == Step::kWorkflowTests) {
      explain_validations(view, result);
    }
    if (s.step == Step::kWorkflowTests || s.step == Step::kBugCheck) {
      explain_waivers(view, s.step == Step::kBugCheck, result);
    }
    if (s.step == Step::kRelease) {
      explain_approvals(view, result);
    }
  }
  return result;
}

}  // namespace projections
