// What a validation depends on: the order that follows from it, what stands in
// its way, and what it is handed.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "commands/steps/step.h"

namespace commands::steps {

// Null if the plan has none of that name.
const schema::Validation* find_planned(const schema::Plan& plan,
                                       const std::string& name);

// Of one that is planned, for the current candidate.
schema::ValidationAssessment assess_now(const StepContext& context,
                                        const std::string& name);

// Names of the mode's set, each after what it depends on.
std::vector<std::string> names_in_order(const StepContext& context);

// Why a dependent cannot run; empty: it can.
std::string obstacle(const StepContext& context,
                     const schema::Validation& validation);

// What those it depends on have put out, by "NAME.KEY".
std::map<std::string, std::string> outputs_for(
    const StepContext& context, const schema::Validation& validation);

}  // namespace commands::steps
