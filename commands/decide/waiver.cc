// Waivers, and their confirmation by a second person.

#include <algorithm>

#include <fmt/ranges.h>

#include "commands/decide/decide.h"
#include "commands/nearest.h"
#include "schema/release/moment.h"
#include "schema/release/policy.h"

namespace commands::decide {
namespace {

using schema::CandidateRecord;
using schema::Outcome;

Status require_waiver(const schema::Plan& plan, const std::string& by) {
  if (schema::may_waive(plan, by)) {
    return {};
  }
  return fail(ErrorCode::kRejected,
              "may-not-waive",
              fmt::format("{} may not waive: the plan leaves it to {}",
                          by,
                          fmt::join(plan.approval->waivers->roles, ", ")),
              "ask one of their members, see `release-ledger plan show`");
}

bool is_in_force_or_waits(const ReleaseRecord& record,
                          const CandidateRecord& candidate,
                          const schema::WaiverRecord& waiver) {
  const std::string why_not =
      schema::waiver_staleness(record, candidate, waiver);
  return why_not.empty() || why_not == schema::kUnconfirmedWaiver;
}

// The outcome a waiver is for, or why there is nothing to waive.
Result<schema::WaiverGranted> waivable(const ReleaseRecord& record,
                                       const CandidateRecord& candidate,
                                       const std::string& check) {
  schema::WaiverGranted waiver;
  if (check == schema::word(schema::Step::kBugCheck)) {
    if (candidate.bug_check != Outcome::failed) {
      return fail(ErrorCode::kRejected,
                  "nothing-to-waive",
                  "the bug-check has not failed",
                  "release-ledger --step bug-check");
    }
    waiver.outcome = candidate.bug_check;
    waiver.result_attempt = candidate.bug_attempts;
    return waiver;
  }
  const std::string name = check.substr(0, check.find('/'));
  const auto all = schema::assess_validations(record);
  const auto it =
      std::ranges::find_if(all, [&](const schema::ValidationAssessment& v) {
        return v.planned->name == name;
      });
  if (it == all.end()) {
    std::vector<std::string> names = {"bug-check"};
    for (const schema::ValidationAssessment& v : all) {
      names.push_back(v.planned->name);
    }
    return fail(ErrorCode::kRejected,
                "no-such-check",
                fmt::format("{} has no check \"{}\"{}",
                            record.name,
                            name,
                            suggestion(name, names)),
                fmt::format("its checks: {}", fmt::join(names, ", ")));
  }
  const bool finished =
      it->record && it->record->result && it->outcome != Outcome::running &&
      it->outcome != Outcome::pending && it->outcome != Outcome::skipped;
  if (!finished || it->outcome == Outcome::passed) {
    return fail(ErrorCode::kRejected,
                "nothing-to-waive",
                fmt::format("{} is {}; only a finished result that did not "
                            "pass can be waived",
                            name,
                            schema::word(it->outcome)),
                "release-ledger --step workflow-tests");
  }
  waiver.outcome = it->outcome;
  waiver.result_attempt = it->record->result->attempt;
  waiver.digest = it->planned->digest;
  return waiver;
}

// The check as a waiver names it: "NAME", or "NAME/KEY" and "NAME/KEY#2" of
// one that failed; "#1" may be typed.
Result<std::string> waiver_name(const CandidateRecord& candidate,
                                const std::string& check) {
  const auto slash = check.find('/');
  if (slash == std::string::npos) {
    return check;
  }
  const std::string name = check.substr(0, slash);
  const schema::ValidationCompleted& result =
      *schema::find_validation(candidate, name)->result;
  if (!schema::failed_by_checks(result)) {
    return fail(ErrorCode::kRejected,
                "not-by-a-check",
                fmt::format("{} is {} whatever its checks say",
                            name,
                            schema::word(result.outcome)),
                fmt::format("waive {} itself", name));
  }
  std::vector<std::string> failed;
  for (std::size_t i = 0; i < result.checks.size(); ++i) {
    if (!result.checks[i].passed) {
      failed.push_back(schema::check_name(result, i));
      if (check == failed.back() || check == failed.back() + "#1") {
        return failed.back();
      }
    }
  }
  return fail(
      ErrorCode::kRejected,
      "no-such-check",
      fmt::format(
          "{} has no failed check \"{}\"", name, check.substr(slash + 1)),
      fmt::format("its failed checks: {}", fmt::join(failed, ", ")));
}

// The newest waiver of a check that a confirmation can be for.
const schema::WaiverRecord* waiver_of(const ReleaseRecord& record,
                                      const CandidateRecord& candidate,
                                      const std::string& check) {
  const schema::WaiverRecord* found = nullptr;
  for (const schema::WaiverRecord& waiver : candidate.waivers) {
    const std::string& name = waiver.granted->check;
    if ((name == check || name + "#1" == check) &&
        is_in_force_or_waits(record, candidate, waiver)) {
      found = &waiver;
    }
  }
  return found;
}

}  // namespace

Decision grant_waiver(const ReleaseRecord& record, const GrantWaiver& command) {
  RL_TRY(require_unfinished(record));
  const CandidateRecord* candidate = schema::current_candidate(record);
  if (candidate == nullptr || record.tag_pushed) {
    return fail(
        ErrorCode::kRejected,
        "nothing-to-waive",
        fmt::format("{} has no result that a waiver could be for", record.name),
        "release-ledger --step workflow-tests");
  }
  RL_TRY(require_waiver(*record.plan, command.by));
  if (command.until_ms && *command.until_ms <= schema::judged_at_ms(record)) {
    return fail(ErrorCode::kRejected,
                "until-past",
                fmt::format("{} is in the past",
                            schema::moment_text(*command.until_ms)),
                "a waiver lasts until a later moment, or without --until as "
                "long as the result it is for");
  }
  RL_ASSIGN(schema::WaiverGranted waiver,
            waivable(record, *candidate, command.check));
  RL_ASSIGN(waiver.check, waiver_name(*candidate, command.check));
  std::uint32_t earlier = 0;
  for (const schema::WaiverRecord& other : candidate->waivers) {
    if (other.granted->check != waiver.check) {
      continue;
    }
    ++earlier;
    if (other.granted->result_attempt == waiver.result_attempt &&
        other.granted->digest == waiver.digest &&
        other.granted->until_ms == command.until_ms &&
        is_in_force_or_waits(record, *candidate, other)) {
      return std::vector<schema::Event>{};
    }
  }
  waiver.candidate = candidate->number;
  waiver.commit = candidate->commit;
  waiver.attempt = earlier + 1;
  waiver.by = command.by;
  waiver.reason = command.reason;
  waiver.ticket = command.ticket;
  waiver.until_ms = command.until_ms;
  return std::vector<schema::Event>{waiver};
}

Decision confirm_waiver(const ReleaseRecord& record,
                        const ConfirmWaiver& command) {
  RL_TRY(require_unfinished(record));
  RL_TRY(require_waiver(*record.plan, command.by));
  const CandidateRecord* candidate = schema::current_candidate(record);
  const schema::WaiverRecord* waiver =
      candidate == nullptr || record.tag_pushed
          ? nullptr
          : waiver_of(record, *candidate, command.check);
  if (waiver == nullptr) {
    return fail(
        ErrorCode::kRejected,
        "no-such-waiver",
        fmt::format(
            "{} has no waiver of {} to confirm", record.name, command.check),
        fmt::format("release-ledger waive {} {} --reason \"...\"",
                    record.name,
                    command.check));
  }
  if (waiver->confirmed) {
    return std::vector<schema::Event>{};
  }
  if (schema::person_key(*record.plan, waiver->granted->by) ==
      schema::person_key(*record.plan, command.by)) {
    return fail(ErrorCode::kRejected,
                "same-person",
                fmt::format("{} has waived {} and may not confirm it",
                            command.by,
                            waiver->granted->check),
                "a second person confirms it");
  }
  schema::WaiverConfirmed event;
  event.check = waiver->granted->check;
  event.candidate = candidate->number;
  event.commit = candidate->commit;
  event.attempt = waiver->granted->attempt;
  event.by = command.by;
  event.note = command.note;
  return std::vector<schema::Event>{event};
}

}  // namespace commands::decide
