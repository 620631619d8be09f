// What a release's record means: which gates have positive proof, what each
// step's state is, what is waited for and which command goes on. `status`
// prints this and the deciders obey it.
//
// Evidence counts only for the current candidate and the recorded plan. A gate
// passes because each required check has a passing result or a waiver of its
// own, never because no failure was found. Pure.

#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/release/record.h"

namespace schema {

// The steps in their order.
enum class Step {
  kPrepareBranch,
  kBugCheck,
  kWorkflowTests,
  kRelease,
  kAnnounce
};
constexpr std::array<Step, 5> kSteps = {Step::kPrepareBranch,
                                        Step::kBugCheck,
                                        Step::kWorkflowTests,
                                        Step::kRelease,
                                        Step::kAnnounce};
std::string_view word(Step step);
std::optional<Step> parse_step(std::string_view word);

enum class StepState { kPending, kRunning, kDone, kFailed, kWaiting, kSkipped };
std::string_view word(StepState state);

struct StepAssessment {
  Step step;
  StepState state = StepState::kPending;
  const Mark* mark = nullptr;  // when and by whom it came to this state
  std::string detail;          // one line for people; may be empty
};

struct ValidationAssessment {
  const Validation* planned = nullptr;
  const ValidationRecord* record = nullptr;  // null: nothing happened yet
  Outcome outcome = Outcome::pending;
  bool waived = false;
  std::string note;  // why the outcome is not the record's, or not plain
  bool is_open_gate() const { return outcome != Outcome::passed && !waived; }
  // Of its newest attempt; null while that has none.
  const ValidationCompleted* result() const;
};

struct Wait {
  std::string gate;
  std::string what;
  std::string who;
  std::string command;
};

struct Assessment {
  // in_progress waiting failed released abandoned yanked imported
  std::string state;
  std::array<StepAssessment, 5> steps;
  std::vector<ValidationAssessment> validations;  // the mode's set, plan order
  std::vector<Wait> waiting_for;
  std::string next;  // the command that goes on; empty at the end
};

// `evidence_digest`: SHA-256, hex, of evidence_text(record).
// The result points into `record`.
Assessment assess(const ReleaseRecord& record,
                  std::string_view evidence_digest);

// The result and outcome of one validation for the current candidate.
ValidationAssessment assess_validation(const ReleaseRecord& record,
                                       const Validation& planned);
// "NAME/KEY" of the first check of a key, "NAME/KEY#2" of the second: what a
// waiver calls it.
std::string check_name(const ValidationCompleted& result, std::size_t index);
// It ran to a good end, so that waivers of its checks can make up for it.
bool failed_by_checks(const ValidationCompleted& result);
// Each validation of the mode's set.
std::vector<ValidationAssessment> assess_validations(
    const ReleaseRecord& record);

// The bug check of the current candidate: passed, or failed and waived.
bool bug_check_passed(const ReleaseRecord& record);
bool bug_check_waived(const ReleaseRecord& record);

// Why a waiver lets nothing pass now, or empty: it was given for another
// candidate, plan or attempt, has ended (moment.h), or waits for the second
// person that the plan asks for.
constexpr std::string_view kUnconfirmedWaiver = "it waits for a second person";
constexpr std::string_view kEndedWaiver = "it ended at ";
std::string waiver_staleness(const ReleaseRecord& record,
                             const CandidateRecord& candidate,
                             const WaiverRecord& waiver);

// Reasons why an approval or the release itself would be refused now: gates
// without positive proof, in words. Empty: all have it.
std::vector<std::string> open_gates(const ReleaseRecord& record);

// What an approver signs: outcome and values of each required check, the bug
// check and the waivers of this candidate, a line each. Not approvals, notes,
// attempts or times, so that repeating the same result changes nothing.
std::string evidence_text(const ReleaseRecord& record);

// What a person has to know of a release that was put back, in words.
std::string set_back_text(const ReleaseSetBack& set_back);

// What a publication rests on stands still until its end is known: it was
// begun, on a forge or by git.
bool is_being_published(const ReleaseRecord& record);

bool is_in_set(const Validation& validation, Mode mode);

}  // namespace schema
