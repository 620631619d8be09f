// The moment at which time limits of sign-offs are judged. A decision is made
// at the clock's time; whoever reads says which moment is meant, by
// `judged_at_ms` of the record; else it is that of its newest event. What was
// decided for a release that is being published stays as it was then. Pure.

#pragma once

#include <cstdint>
#include <string>

#include "schema/release/record.h"

namespace schema {

std::int64_t judged_at_ms(const ReleaseRecord& record);

// "2025-10-02T09:30:00Z".
std::string moment_text(std::int64_t at_ms);

// On which terms a waiver was given: "reason; ticket X-1; until ...; confirmed
// by ...".
std::string waiver_terms(const WaiverRecord& waiver);

}  // namespace schema
