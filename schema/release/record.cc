#include "schema/release/record.h"

#include <algorithm>

namespace schema {

std::string pack(const ReleaseRecord& record) {
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(fb::ReleaseRecord::Pack(builder, &record));
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()),
          builder.GetSize()};
}

std::optional<ReleaseRecord> unpack_record(std::string_view bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  flatbuffers::Verifier verifier(data, bytes.size());
  if (!verifier.VerifyBuffer<fb::ReleaseRecord>(nullptr)) {
    return std::nullopt;
  }
  ReleaseRecord record;
  fb::GetReleaseRecord(data)->UnPackTo(&record);
  return record;
}

const CandidateRecord* current_candidate(const ReleaseRecord& record) {
  return record.candidates.empty() ? nullptr : &record.candidates.back();
}

CandidateRecord* current_candidate(ReleaseRecord& record) {
  return record.candidates.empty() ? nullptr : &record.candidates.back();
}

const ValidationRecord* find_validation(const CandidateRecord& candidate,
                                        std::string_view name) {
  const auto it =
      std::ranges::find(candidate.validations, name, &ValidationRecord::name);
  return it == candidate.validations.end() ? nullptr : &*it;
}

Outcome outcome_of(const Check& check) {
  return check.outcome != Outcome::unset ? check.outcome
         : check.passed                  ? Outcome::passed
         : check.actual                  ? Outcome::failed
                                         : Outcome::missing;
}

bool decided_by_checks(const ValidationCompleted& result) {
  return result.outcome == Outcome::passed || result.reason == kCheckFailed ||
         result.reason == kCheckInconclusive ||
         result.reason == kCheckUnconfirmed ||
         (result.outcome == Outcome::failed && result.exit_code == 0 &&
          result.reason.empty());
}

bool is_open(const ValidationRecord& validation) {
  return validation.started != nullptr &&
         (validation.result == nullptr ||
          validation.result->attempt < validation.started->attempt);
}

}  // namespace schema
