// explain: for each refusal or wait the rule, the evidence, who can settle it
// and what to type.

#include <fmt/ranges.h>

#include "projections/queries.h"
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
      return "an announcement needs a pushed tag, and a person's word that it "
             "was posted";
  }
  return "";
}

std::string failures_of(const schema::ValidationAssessment& v) {
  std::vector<std::string> parts;
  if (!v.note.empty()) {
    parts.push_back(v.note);
  }
  const bool has_result = v.record != nullptr && v.record->result != nullptr;
  if (has_result && v.outcome != Outcome::running) {
    if (!v.record->result->detail.empty()) {
      parts.push_back(v.record->result->detail);
    }
    for (const schema::Check& check : v.record->result->checks) {
      if (!check.passed) {
        parts.push_back(
            check.op == "range"
                ? fmt::format("{} = {}, wanted {} to {}",
                              check.key,
                              check.actual ? fmt::format("{}", *check.actual)
                                           : "missing",
                              check.low.value_or(0),
                              check.high.value_or(0))
                : fmt::format("{} = {}, wanted {} {}",
                              check.key,
                              check.actual ? fmt::format("{}", *check.actual)
                                           : "missing",
                              check.op,
                              check.expected.value_or(0)));
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

void explain_approvals(const ReleaseView& view,
                       std::vector<Explanation>& result) {
  const schema::CandidateRecord* candidate =
      schema::current_candidate(*view.record);
  for (std::size_t i = 0; candidate && i < candidate->approvals.size(); ++i) {
    const schema::ApprovalRecord& approval = candidate->approvals[i];
    const std::string why = schema::staleness(
        *view.record, *candidate, approval, view.evidence_digest);
    if (!why.empty()) {
      result.push_back({"approval of " + approval.granted->by,
                        "not counted",
                        "an approval counts for the evidence it was given on",
                        why,
                        approval.granted->by,
                        fmt::format("release-ledger approve {} --role {}",
                                    view.record->name,
                                    approval.granted->role)});
    }
  }
}

}  // namespace

std::vector<Explanation> explain(const ReleaseView& view,
                                 std::optional<Step> step) {
  std::vector<Explanation> result;
  for (const schema::StepAssessment& s : view.assessment.steps) {
    if (step ? s.step != *step : s.state == StepState::kDone) {
      continue;
    }
    Explanation e{
        std::string(schema::word(s.step)),
        std::string(schema::word(s.state)),
        std::string(rule_of(s.step)),
        s.detail,
        "anybody who runs the step",
        fmt::format("release-ledger --step {}", schema::word(s.step))};
    for (const schema::Wait& wait : view.assessment.waiting_for) {
      if (s.state == StepState::kWaiting) {
        e.who = wait.who;
        e.command = wait.command;
        e.evidence = wait.what;
      }
    }
    if (s.state == StepState::kDone) {
      e.who.clear();
      e.command.clear();
    }
    if (s.step == Step::kRelease && s.state != StepState::kDone) {
      const auto gates = schema::open_gates(*view.record);
      if (!gates.empty()) {
        e.evidence = fmt::format("{}", fmt::join(gates, "; "));
      }
    }
    result.push_back(std::move(e));
    if (s.step == Step::kWorkflowTests) {
      explain_validations(view, result);
    }
    if (s.step == Step::kRelease) {
      explain_approvals(view, result);
    }
  }
  return result;
}

}  // namespace projections
