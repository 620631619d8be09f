// What the record of one validation means, and which waivers make up for it.

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/release/assess.h"
#include "schema/release/moment.h"
#include "schema/release/policy.h"

namespace schema {
namespace {

bool covers(const WaiverRecord& waiver,
            const Validation& planned,
            const ValidationCompleted& result) {
  return waiver.granted->digest == planned.digest &&
         waiver.granted->result_attempt == result.attempt;
}

// Why a waiver for a result that still stands lets nothing pass, or empty.
std::string restraint(const ReleaseRecord& record, const WaiverRecord& waiver) {
  if (waiver.granted->until_ms &&
      judged_at_ms(record) >= *waiver.granted->until_ms) {
    return std::string(kEndedWaiver) + moment_text(*waiver.granted->until_ms);
  }
  if (record.plan && wants_second_person(*record.plan) && !waiver.confirmed) {
    return std::string(kUnconfirmedWaiver);
  }
  return {};
}

// A waiver of the whole result, or of each check that failed where nothing
// else did.
bool is_waived(const ReleaseRecord& record,
               const CandidateRecord& candidate,
               const Validation& planned,
               const ValidationCompleted& result) {
  const auto has_waiver = [&](const std::string& check) {
    return std::ranges::any_of(candidate.waivers,
                               [&](const WaiverRecord& waiver) {
                                 return waiver.granted->check == check &&
                                        covers(waiver, planned, result) &&
                                        restraint(record, waiver).empty();
                               });
  };
  if (has_waiver(planned.name)) {
    return true;
  }
  if (!failed_by_checks(result)) {
    return false;
  }
  bool any = false;
  for (std::size_t i = 0; i < result.checks.size(); ++i) {
    if (result.checks[i].passed) {
      continue;
    }
    if (!has_waiver(check_name(result, i))) {
      return false;
    }
    any = true;
  }
  return any;
}

// What makes an outcome less plain than its word.
std::string note_of(const ValidationRecord& record,
                    const ValidationAssessment& v) {
  if (v.waived) {
    return "waived";
  }
  std::vector<std::string> parts;
  const bool passed = v.outcome == Outcome::passed;
  if (!record.judged_from.empty() &&
      record.judged_from != record.result->digest) {
    parts.emplace_back("re-judged under a changed bound");
  } else if (passed && record.attempts > 1) {
    parts.push_back(
        fmt::format("passed on attempt {}", record.result->attempt));
  }
  if (record.result->recorded) {
    parts.emplace_back("ran elsewhere");
  }
  const auto warned =
      std::ranges::count_if(record.result->checks, &Check::warned);
  if (warned > 0) {
    parts.push_back(
        fmt::format("{} warning{}", warned, warned == 1 ? "" : "s"));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

const ValidationCompleted* ValidationAssessment::result() const {
  return record == nullptr || is_open(*record) ? nullptr : record->result.get();
}

std::string check_name(const ValidationCompleted& result, std::size_t index) {
  std::size_t nth = 1;
  for (std::size_t i = 0; i < index; ++i) {
    nth += result.checks[i].key == result.checks[index].key ? 1U : 0U;
  }
  const std::string name =
      fmt::format("{}/{}", result.name, result.checks[index].key);
  return nth == 1 ? name : fmt::format("{}#{}", name, nth);
}

bool failed_by_checks(const ValidationCompleted& result) {
  return result.outcome != Outcome::passed && decided_by_checks(result);
}

bool is_in_set(const Validation& validation, Mode mode) {
  return std::ranges::find(validation.sets, word(mode)) !=
         validation.sets.end();
}

ValidationAssessment assess_validation(const ReleaseRecord& release,
                                       const Validation& planned) {
  const CandidateRecord* candidate = current_candidate(release);
  ValidationAssessment result;
  result.planned = &planned;
  result.record =
      candidate ? find_validation(*candidate, planned.name) : nullptr;
  if (result.record == nullptr) {
    return result;
  }
  const ValidationRecord& record = *result.record;
  if (is_open(record)) {
    result.outcome = record.doubt ? Outcome::unknown : Outcome::running;
    result.note = record.doubt ? record.doubt->detail : "";
    return result;
  }
  if (!record.skipped.empty()) {
    result.outcome = Outcome::skipped;
    result.note = record.skipped;
    return result;
  }
  if (record.result == nullptr) {
    return result;
  }
  if (record.result->digest != planned.digest) {
    result.note = "stale: the plan for it has changed since";
    return result;
  }
  result.outcome = record.result->outcome;
  result.waived = result.outcome != Outcome::passed &&
                  is_waived(release, *candidate, planned, *record.result);
  result.note = note_of(record, result);
  return result;
}

std::vector<ValidationAssessment> assess_validations(
    const ReleaseRecord& record) {
  std::vector<ValidationAssessment> result;
  if (record.plan == nullptr) {
    return result;
  }
  for (const Validation& planned : record.plan->validations) {
    if (is_in_set(planned, record.mode)) {
      result.push_back(assess_validation(record, planned));
    }
  }
  return result;
}

std::string waiver_staleness(const ReleaseRecord& record,
                             const CandidateRecord& candidate,
                             const WaiverRecord& waiver) {
  const CandidateRecord* current = current_candidate(record);
  if (current == nullptr || candidate.number != current->number) {
    return fmt::format("given for candidate {}", candidate.number);
  }
  const std::string& check = waiver.granted->check;
  if (check == word(Step::kBugCheck)) {
    return waiver.granted->result_attempt == candidate.bug_attempts
               ? restraint(record, waiver)
               : "the bug-check was made again since";
  }
  const std::string name = check.substr(0, check.find('/'));
  for (const ValidationAssessment& v : assess_validations(record)) {
    if (v.planned->name == name && v.record != nullptr &&
        v.record->result != nullptr) {
      const bool stands = v.outcome == v.record->result->outcome;
      return stands && covers(waiver, *v.planned, *v.record->result)
                 ? restraint(record, waiver)
                 : "given for another result";
    }
  }
  return "the plan has no such validation now";
}

}  // namespace schema
