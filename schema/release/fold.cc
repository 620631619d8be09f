// The fold of a release's events: what each of them changes in its record.

#include <algorithm>

#include "schema/release/outside_fold.h"
#include "schema/release/record.h"

namespace schema {
namespace {

ValidationRecord& validation_of(CandidateRecord& candidate,
                                const std::string& name) {
  const auto it =
      std::ranges::find(candidate.validations, name, &ValidationRecord::name);
  if (it != candidate.validations.end()) {
    return *it;
  }
  candidate.validations.emplace_back();
  candidate.validations.back().name = name;
  return candidate.validations.back();
}

// One overload an event type: a new type does not compile until it has one.
class Fold : public OutsideFold {
 public:
  using OutsideFold::OutsideFold;
  using OutsideFold::operator();

  void operator()(const ReleaseStarted& e) {
    r_.name = e.version;
    r_.mode = e.mode;
    r_.started = mark_of(c_);
  }
  void operator()(const ModeRaised& e) { r_.mode = e.mode; }
  void operator()(const PlanRecorded& e) {
    r_.plan = e.plan ? copy_of(*e.plan) : nullptr;
    r_.plans = e.attempt;
  }

  void operator()(const BranchCreationStarted& e) {
    r_.branch_intent = copy_of(e);
    r_.effect_mark = mark_of(c_);
  }
  void operator()(const BranchCreated& e) {
    r_.branch_intent.reset();
    r_.step_failure.reset();
    r_.candidates.emplace_back();
    CandidateRecord& candidate = r_.candidates.back();
    candidate.number = e.candidate;
    candidate.commit = e.commit;
    candidate.branch = e.branch;
    candidate.adopted = e.adopted;
    candidate.mark = mark_of(c_);
  }

  void operator()(const BugCheckPassed& e) {
    bug_check(e, Outcome::passed, e.detail);
  }
  void operator()(const BugCheckFailed& e) {
    bug_check(e, Outcome::failed, e.source);
    if (CandidateRecord* candidate = candidate_of(r_, e.candidate)) {
      candidate->bugs = e.bugs;
    }
  }
  void operator()(const BugCheckInconclusive& e) {
    bug_check(e, Outcome::inconclusive, e.reason);
  }
  void operator()(const ManualConfirmationGiven& e) {
    if (CandidateRecord* candidate = candidate_of(r_, e.candidate)) {
      candidate->confirmations = e.attempt;
    }
  }

  void operator()(const ValidationStarted& e) {
    if (CandidateRecord* candidate = candidate_of(r_, e.candidate)) {
      ValidationRecord& validation = validation_of(*candidate, e.name);
      keep_attempt(validation);
      validation.attempts = e.attempt;
      validation.started = copy_of(e);
      validation.started_mark = mark_of(c_);
      forget_job(validation);
      validation.skipped.clear();
    }
  }
  void operator()(const ValidationSubmitted& e) {
    if (ValidationRecord* validation = open_attempt(e)) {
      validation->submitted = copy_of(e);
      if (!e.job_id.empty()) {
        validation->doubt.reset();  // it has turned up
      }
    }
  }
  void operator()(const ValidationJobRunning& e) {
    if (ValidationRecord* validation = open_attempt(e)) {
      validation->running = mark_of(c_);
    }
  }
  void operator()(const ValidationDoubted& e) {
    if (ValidationRecord* validation = open_attempt(e)) {
      validation->doubt = copy_of(e);
      validation->doubts = e.doubt;
    }
  }
  void operator()(const ValidationSettled& e) {
    ValidationRecord* validation = open_attempt(e);
    if (validation == nullptr) {
      return;
    }
    validation->doubt.reset();
    if (!e.job_id.empty()) {
      ValidationSubmitted submitted;
      submitted.name = e.name;
      submitted.attempt = e.attempt;
      submitted.candidate = e.candidate;
      submitted.commit = e.commit;
      submitted.job_name = validation->started->job_name;
      submitted.job_id = e.job_id;
      validation->submitted = copy_of(submitted);
    }
  }
  void operator()(const ValidationCancelRequested& e) {
    if (ValidationRecord* validation = open_attempt(e)) {
      validation->cancelling = copy_of(e);
    }
  }
  void operator()(const ValidationCompleted& e) {
    if (CandidateRecord* candidate = candidate_of(r_, e.candidate)) {
      ValidationRecord& validation = validation_of(*candidate, e.name);
      const bool ran_here =
          validation.started && validation.started->attempt == e.attempt;
      if (!ran_here) {
        keep_attempt(validation);
        forget_job(validation);
      }
      validation.attempts = std::max(validation.attempts, e.attempt);
      validation.result = copy_of(e);
      validation.result_mark = mark_of(c_);
      validation.judgements = 0;
      // A bound has moved while it ran: it was judged by the new one.
      validation.judged_from =
          ran_here && validation.started->digest != e.digest
              ? validation.started->digest
              : "";
      validation.skipped.clear();
    }
  }
  void operator()(const ValidationRejudged& e) {
    CandidateRecord* candidate = candidate_of(r_, e.candidate);
    if (candidate == nullptr) {
      return;
    }
    ValidationRecord& validation = validation_of(*candidate, e.name);
    if (validation.result == nullptr ||
        validation.result->attempt != e.attempt) {
      return;
    }
    if (validation.judged_from.empty()) {
      validation.judged_from = validation.result->digest;
    }
    ValidationCompleted& result = *validation.result;
    if (decided_by_checks(result)) {
      result.reason = e.outcome == Outcome::passed ? ""
                      : e.reason.empty()           ? std::string(kCheckFailed)
                                                   : e.reason;
    }
    result.outcome = e.outcome;
    result.checks = e.checks;
    result.digest = e.digest;
    validation.result_mark = mark_of(c_);
    validation.judgements = e.judgement;
  }
  void operator()(const ValidationSkipped& e) {
    if (CandidateRecord* candidate = candidate_of(r_, e.candidate)) {
      ValidationRecord& validation = validation_of(*candidate, e.name);
      validation.skips = e.attempt;
      validation.skipped = e.reason;
    }
  }

  void operator()(const ApprovalGranted& e) {
    if (CandidateRecord* candidate = candidate_of(r_, e.candidate)) {
      candidate->approvals.emplace_back();
      candidate->approvals.back().granted = copy_of(e);
      candidate->approvals.back().mark = mark_of(c_);
    }
  }
  void operator()(const ApprovalRevoked& e) {
    if (CandidateRecord* candidate = candidate_of(r_, e.candidate)) {
      for (ApprovalRecord& approval : candidate->approvals) {
        if (approval.granted->by == e.by && approval.granted->role == e.role &&
            approval.revoked.empty()) {
          approval.revoked = e.reason.empty() ? "revoked" : e.reason;
        }
      }
    }
  }
  void operator()(const WaiverGranted& e) {
    if (CandidateRecord* candidate = candidate_of(r_, e.candidate)) {
      candidate->waivers.emplace_back();
      candidate->waivers.back().granted = copy_of(e);
      candidate->waivers.back().mark = mark_of(c_);
    }
  }

  void operator()(const WaiverConfirmed& e) {
    CandidateRecord* candidate = candidate_of(r_, e.candidate);
    for (std::size_t i = 0; candidate && i < candidate->waivers.size(); ++i) {
      WaiverRecord& waiver = candidate->waivers[i];
      if (waiver.granted->check == e.check &&
          waiver.granted->attempt == e.attempt) {
        waiver.confirmed = copy_of(e);
        waiver.confirmed_mark = mark_of(c_);
      }
    }
  }

  void operator()(const ReleaseNotesPrepared& e) {
    if (CandidateRecord* candidate = candidate_of(r_, e.candidate)) {
      candidate->notes_prepared = copy_of(e);
    }
  }
  void operator()(const ReleaseNotesWritten& e) {
    if (CandidateRecord* candidate = candidate_of(r_, e.candidate)) {
      candidate->notes = copy_of(e);
      candidate->notes_mark = mark_of(c_);
    }
  }
  void operator()(const PublicationPrepared& e) {
    r_.publication = copy_of(e);
    r_.publications = e.attempt;
    r_.step_failure.reset();
    r_.effect_mark = mark_of(c_);
    r_.publication_mark = mark_of(c_);
  }
  void operator()(const PublicationRefused&) {
    r_.publication.reset();
    r_.publication_mark.reset();
  }
  void operator()(const StableMerged& e) { r_.merged = copy_of(e); }
  void operator()(const TagCreated& e) { r_.tag_created = copy_of(e); }
  void operator()(const TagPushed& e) {
    r_.tag_pushed = copy_of(e);
    r_.tag_mark = mark_of(c_);
  }

  void operator()(const ReleaseCompleted&) { r_.completed = mark_of(c_); }
  void operator()(const ReleaseAbandoned& e) {
    r_.abandoned = mark_of(c_);
    r_.end_reason = e.reason;
  }
  void operator()(const ReleaseYanked& e) {
    r_.yanked = mark_of(c_);
    r_.end_reason = e.reason;
  }
  void operator()(const StepFailed& e) {
    r_.step_failure = copy_of(e);
    r_.step_failures = e.attempt;
    r_.effect_mark = mark_of(c_);
  }

  void operator()(const ReleaseSetBack& e) {
    r_.set_back = copy_of(e);
    r_.set_back_mark = mark_of(c_);
  }
  void operator()(const ReleaseReconciled& e) {
    r_.set_back.reset();
    r_.set_back_mark.reset();
    r_.reconciliations = e.attempt;
  }

  // Events of the ledger's own stream are not a release's.
  void operator()(const LedgerCreated&) {}
  void operator()(const WriterKeyAdded&) {}
  void operator()(const LedgerRecovered&) {}
  void operator()(const LedgerRestored&) {}
  void operator()(const PayloadRedacted&) {}
  void operator()(const NewLedgerAccepted&) {}

 private:
  template <class T>
  void bug_check(const T& e, Outcome outcome, const std::string& detail) {
    if (CandidateRecord* candidate = candidate_of(r_, e.candidate)) {
      candidate->bug_check = outcome;
      candidate->bug_attempts = e.attempt;
      candidate->bug_detail = detail;
      candidate->bugs.clear();
      candidate->bug_mark = mark_of(c_);
    }
  }

  // The attempt that an event speaks of, while it has no result; or null.
  template <class T>
  ValidationRecord* open_attempt(const T& e) {
    CandidateRecord* candidate = candidate_of(r_, e.candidate);
    if (candidate == nullptr) {
      return nullptr;
    }
    ValidationRecord& validation = validation_of(*candidate, e.name);
    return is_open(validation) && validation.started->attempt == e.attempt
               ? &validation
               : nullptr;
  }

  // What is known of an attempt while it goes on is not of the next.
  static void forget_job(ValidationRecord& validation) {
    validation.submitted.reset();
    validation.running.reset();
    validation.doubt.reset();
    validation.doubts = 0;
    validation.cancelling.reset();
  }

  // The result is about to be replaced by a newer one: it stays visible.
  static void keep_attempt(ValidationRecord& validation) {
    if (validation.result == nullptr) {
      return;
    }
    const ValidationCompleted& result = *validation.result;
    validation.earlier.emplace_back();
    AttemptRecord& kept = validation.earlier.back();
    kept.attempt = result.attempt;
    kept.outcome = result.outcome;
    kept.reason = result.reason;
    kept.detail = result.detail;
    kept.exit_code = result.exit_code;
    kept.duration_s = result.duration_s;
    kept.job_id = validation.submitted ? validation.submitted->job_id : "";
    kept.log = result.log;
    kept.log_digest = result.log_digest;
  }
};

void count(ReleaseRecord& record, const Circumstances& circumstances) {
  ++record.events;
  record.newest = mark_of(circumstances);
}

}  // namespace

void evolve(ReleaseRecord& record,
            const Event& event,
            const Circumstances& circumstances) {
  count(record, circumstances);
  std::visit(Fold(record, circumstances), event);
}

void evolve_unknown(ReleaseRecord& record, const Circumstances& circumstances) {
  count(record, circumstances);
  ++record.unknown_events;
}

void evolve_redacted(ReleaseRecord& record,
                     const Circumstances& circumstances) {
  count(record, circumstances);
  ++record.redacted_events;
}

}  // namespace schema
