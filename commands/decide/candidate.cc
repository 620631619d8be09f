// A candidate and what is found out about it: branch, bugs, validations.

#include <algorithm>

#include "commands/decide/decide.h"

namespace commands::decide {
namespace {

using schema::CandidateRecord;
using schema::Outcome;

Result<const CandidateRecord*> require_candidate(const ReleaseRecord& record) {
  RL_TRY(require_unfinished(record));
  const CandidateRecord* candidate = schema::current_candidate(record);
  if (candidate == nullptr) {
    return fail(ErrorCode::kRejected,
                "no-candidate",
                fmt::format("{} has no candidate yet", record.name),
                "release-ledger --step prepare-branch");
  }
  return candidate;
}

const schema::Validation* find_planned(const ReleaseRecord& record,
                                       const std::string& name) {
  const auto it = std::ranges::find(
      record.plan->validations, name, &schema::Validation::name);
  return it == record.plan->validations.end() ? nullptr : &*it;
}

std::uint32_t attempts_of(const CandidateRecord& candidate,
                          const std::string& name) {
  const auto* validation = schema::find_validation(candidate, name);
  return validation == nullptr ? 0 : validation->attempts;
}

// Of one of the three ways a bug check ends, what they all say.
template <class Event>
Event bug_check_of(const CandidateRecord& candidate,
                   const BugQuestion& question) {
  Event event;
  event.candidate = candidate.number;
  event.commit = candidate.commit;
  event.attempt = candidate.bug_attempts + 1;
  event.source = question.source;
  event.query = question.query;
  return event;
}

}  // namespace

Decision plan_branch(const ReleaseRecord& record, const PlanBranch& command) {
  RL_TRY(require_unfinished(record));
  if (schema::is_being_published(record)) {
    return fail(ErrorCode::kRejected,
                "already-published",
                fmt::format("{} is being published or is released: it gets no "
                            "other candidate",
                            record.name),
                "release-ledger --step release");
  }
  if (record.branch_intent &&
      record.branch_intent->candidate == command.candidate &&
      record.branch_intent->commit == command.commit) {
    return std::vector<schema::Event>{};
  }
  schema::BranchCreationStarted intent;
  intent.branch = command.branch;
  intent.commit = command.commit;
  intent.candidate = command.candidate;
  intent.remote = command.remote;
  return std::vector<schema::Event>{intent};
}

Decision observe_branch(const ReleaseRecord& record,
                        const PlanBranch& command,
                        bool adopted) {
  RL_TRY(require_unfinished(record));
  const CandidateRecord* candidate = schema::current_candidate(record);
  if (candidate && candidate->number >= command.candidate) {
    return std::vector<schema::Event>{};
  }
  schema::BranchCreated created;
  created.branch = command.branch;
  created.commit = command.commit;
  created.candidate = command.candidate;
  created.adopted = adopted;
  return std::vector<schema::Event>{created};
}

Decision doubt_bug_check(const ReleaseRecord& record,
                         const std::string& reason,
                         const BugQuestion& question) {
  RL_ASSIGN(const CandidateRecord* candidate, require_candidate(record));
  // Not being able to tell takes nothing back: neither bugs that were found,
  // which a confirmation could then pass over, nor an earlier all-clear.
  const bool known = candidate->bug_check == Outcome::passed ||
                     candidate->bug_check == Outcome::failed;
  if (known || (candidate->bug_check == Outcome::inconclusive &&
                candidate->bug_detail == reason)) {
    return std::vector<schema::Event>{};
  }
  auto event = bug_check_of<schema::BugCheckInconclusive>(*candidate, question);
  event.reason = reason;
  return std::vector<schema::Event>{event};
}

Decision find_bugs(const ReleaseRecord& record,
                   const BugQuestion& question,
                   const std::vector<schema::Bug>& bugs) {
  RL_CHECK(!bugs.empty(), "bugs that were found are some");
  RL_ASSIGN(const CandidateRecord* candidate, require_candidate(record));
  if (candidate->bug_check == Outcome::failed && candidate->bugs == bugs) {
    return std::vector<schema::Event>{};
  }
  auto event = bug_check_of<schema::BugCheckFailed>(*candidate, question);
  event.bugs = bugs;
  return std::vector<schema::Event>{event};
}

Decision clear_bugs(const ReleaseRecord& record,
                    const BugQuestion& question,
                    const std::string& detail) {
  RL_ASSIGN(const CandidateRecord* candidate, require_candidate(record));
  if (candidate->bug_check == Outcome::passed) {
    return std::vector<schema::Event>{};
  }
  auto event = bug_check_of<schema::BugCheckPassed>(*candidate, question);
  event.detail = detail;
  return std::vector<schema::Event>{event};
}

Decision confirm_bugs(const ReleaseRecord& record, const ConfirmBugs& command) {
  RL_ASSIGN(const CandidateRecord* candidate, require_candidate(record));
  if (schema::bug_check_passed(record)) {
    return std::vector<schema::Event>{};
  }
  if (candidate->bug_check == Outcome::failed) {
    return fail(ErrorCode::kRejected,
                "bugs-open",
                fmt::format("{} blocking bugs were found; a confirmation does "
                            "not override them",
                            candidate->bugs.size()),
                fmt::format("close them, or: release-ledger waive {} bug-check "
                            "--reason \"...\"",
                            record.name));
  }
  schema::ManualConfirmationGiven given;
  given.step = schema::word(schema::Step::kBugCheck);
  given.candidate = candidate->number;
  given.commit = candidate->commit;
  given.attempt = candidate->confirmations + 1;
  given.by = command.by;
  given.reason = command.reason;
  auto passed = bug_check_of<schema::BugCheckPassed>(
      *candidate, {"manual confirmation", ""});
  passed.detail = "confirmed: " + command.reason;
  return std::vector<schema::Event>{given, passed};
}

Decision start_validation(const ReleaseRecord& record,
                          schema::ValidationStarted intent) {
  RL_ASSIGN(const CandidateRecord* candidate, require_candidate(record));
  const schema::Validation* planned = find_planned(record, intent.name);
  RL_CHECK(planned != nullptr, "only a planned validation is started");
  if (candidate->commit != intent.commit) {
    return fail(ErrorCode::kConflict,
                "candidate-replaced",
                fmt::format("candidate {} has replaced the one that {} was "
                            "about to run for",
                            candidate->number,
                            intent.name),
                "type the command again");
  }
  const auto* before = schema::find_validation(*candidate, intent.name);
  if (before != nullptr && schema::is_open(*before)) {
    return std::vector<schema::Event>{};
  }
  intent.attempt = attempts_of(*candidate, intent.name) + 1;
  intent.candidate = candidate->number;
  intent.location = planned->location;
  intent.timeout_s = planned->timeout_s;
  if (planned->location == schema::Location::remote) {
    intent.launch_timeout_s = planned->launch_timeout_s;
  }
  intent.run_digest = planned->run_digest;
  intent.digest = planned->digest;
  return std::vector<schema::Event>{intent};
}

Decision complete_validation(const ReleaseRecord& record,
                             schema::ValidationCompleted result) {
  // The result of work that was done is recorded whatever else has happened:
  // for its own candidate it is a fact.
  const auto candidate = std::ranges::find(
      record.candidates, result.candidate, &CandidateRecord::number);
  RL_CHECK(candidate != record.candidates.end(), "a result has a candidate");
  const auto* validation = schema::find_validation(*candidate, result.name);
  RL_CHECK(validation && validation->started, "a result has an intent");
  if (!schema::is_open(*validation) ||
      validation->started->attempt != result.attempt) {
    return std::vector<schema::Event>{};
  }
  result.commit = candidate->commit;
  result.log = validation->started->log;
  result.run_digest = validation->started->run_digest;
  if (result.digest.empty()) {  // else it says what it was judged by
    result.digest = validation->started->digest;
  }
  return std::vector<schema::Event>{result};
}

Decision close_interrupted(const ReleaseRecord& record) {
  std::vector<schema::Event> events;
  for (const CandidateRecord& candidate : record.candidates) {
    for (const schema::ValidationRecord& validation : candidate.validations) {
      if (!schema::is_open(validation) ||
          validation.started->location == schema::Location::remote) {
        continue;
      }
      const schema::ValidationStarted& started = *validation.started;
      const bool on_purpose = validation.cancelling != nullptr;
      schema::ValidationCompleted closed;
      closed.name = started.name;
      closed.attempt = started.attempt;
      closed.candidate = started.candidate;
      closed.commit = started.commit;
      closed.outcome = on_purpose ? Outcome::cancelled : Outcome::errored;
      closed.reason = on_purpose ? "cancelled" : "interrupted";
      closed.detail = on_purpose
                          ? "cancelled by " + validation.cancelling->by
                          : "the run was killed before it could see the end";
      closed.log = started.log;
      closed.run_digest = started.run_digest;
      closed.digest = started.digest;
      events.emplace_back(closed);
    }
  }
  return events;
}

Decision skip_validation(const ReleaseRecord& record,
                         const std::string& name,
                         const std::string& reason) {
  RL_ASSIGN(const CandidateRecord* candidate, require_candidate(record));
  const auto* validation = schema::find_validation(*candidate, name);
  if (validation && validation->skipped == reason) {
    return std::vector<schema::Event>{};
  }
  const schema::Validation* planned = find_planned(record, name);
  RL_CHECK(planned != nullptr, "only a planned validation is skipped");
  schema::ValidationSkipped event;
  event.name = name;
  event.candidate = candidate->number;
  event.commit = candidate->commit;
  event.attempt = validation ? validation->skips + 1 : 1;
  event.reason = reason;
  event.digest = planned->digest;
  return std::vector<schema::Event>{event};
}

}  // namespace commands::decide
