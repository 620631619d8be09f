// The command that moves a release on, and who can type it: what a step waits
// for, and what settles one that was refused. Each command can be pasted as it
// stands; where there are two, ", or: " is between them. Pure.

#pragma once

#include <string>
#include <string_view>

#include "schema/release/assess.h"

namespace schema {

// `open`: the first step that is not done, and it waits for a person.
Wait wait_for(const ReleaseRecord& record,
              const StepAssessment& open,
              std::string_view evidence_digest);
Wait wait_for_reconciling(const ReleaseRecord& record);

// What goes on with the first step that is not done.
std::string next_command(const ReleaseRecord& record,
                         const StepAssessment& open);

// What became of a job, or of a post, that nobody could tell about.
std::string settle_job_command(std::string_view release,
                               std::string_view validation);
std::string settle_post_command(std::string_view release,
                                std::string_view channel);

}  // namespace schema
