// The state of one release and its fold. Both wings use this one fold: the
// deciders to decide, the projection to store its row. Two folds of the same
// events would one day disagree, and then `status` would say something else
// than `release` does (docs/decisions/0002).
//
// Pure; values are owned by the caller.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/event.h"
#include "schema/fb/record_generated.h"

namespace schema {

using ApprovalRecord = fb::ApprovalRecordT;
using AttemptRecord = fb::AttemptRecordT;
using CandidateRecord = fb::CandidateRecordT;
using ImportRecord = fb::ImportRecordT;
using Mark = fb::MarkT;
using PostRecord = fb::PostRecordT;
using ReleaseRecord = fb::ReleaseRecordT;
using SendingRecord = fb::SendingRecordT;
using ValidationRecord = fb::ValidationRecordT;
using WaiverRecord = fb::WaiverRecordT;

// The definition of the view whose rows are packed records. Raise it whenever
// the same events give another record; the golden corpus notices.
constexpr std::uint32_t kRecordDefinition = 4;

// Why a validation did not pass, where its checks alone decided: one failed or
// has no value; one cannot be told; one wants another run to be confirmed.
constexpr std::string_view kCheckFailed = "check-failed";
constexpr std::string_view kCheckInconclusive = "check-inconclusive";
constexpr std::string_view kCheckUnconfirmed = "check-unconfirmed";

// Where, when and by whom an event was recorded.
struct Circumstances {
  std::string by;
  std::int64_t at_ms = 0;
  std::uint64_t position = 0;
};

// Adds one event; the events of a stream in order give its record.
void evolve(ReleaseRecord& record,
            const Event& event,
            const Circumstances& circumstances);
// One that this program cannot read: counted, and changes nothing else.
void evolve_unknown(ReleaseRecord& record, const Circumstances& circumstances);
// One that somebody has redacted: the same.
void evolve_redacted(ReleaseRecord& record, const Circumstances& circumstances);

std::string pack(const ReleaseRecord& record);
std::optional<ReleaseRecord> unpack_record(std::string_view bytes);

// The newest candidate, or null.
const CandidateRecord* current_candidate(const ReleaseRecord& record);
CandidateRecord* current_candidate(ReleaseRecord& record);
const ValidationRecord* find_validation(const CandidateRecord& candidate,
                                        std::string_view name);
// Of a check; those of an older program say only whether they passed.
Outcome outcome_of(const Check& check);
// It ran to a good end, so that its checks alone made the outcome.
bool decided_by_checks(const ValidationCompleted& result);
// An attempt was started and has no result.
bool is_open(const ValidationRecord& validation);

inline bool is_started(const ReleaseRecord& record) {
  return record.started != nullptr;
}
// Completed, abandoned or yanked.
inline bool is_ended(const ReleaseRecord& record) {
  return record.completed != nullptr || record.abandoned != nullptr ||
         record.yanked != nullptr;
}

// From the predecessor's state; nothing more is done to it.
inline bool is_imported(const ReleaseRecord& record) {
  return record.imported != nullptr && record.started == nullptr;
}

// Named by events only that a restore has put in; there is nothing to go on
// with.
inline bool is_unfinished(const ReleaseRecord& record) {
  const bool only_named = record.started == nullptr &&
                          record.set_back == nullptr &&
                          record.reconciliations > 0;
  return !is_ended(record) && !only_named && !is_imported(record);
}

}  // namespace schema
