// What the values of a plan must satisfy, each alone and together. Every
// check adds its problems, with the place in the file they stand at.

#pragma once

#include <toml++/toml.h>

#include "commands/plan/problems.h"
#include "schema/event.h"

namespace commands::plan {

struct Checking {
  const schema::Plan& plan;
  const toml::table& source;
  Problems& problems;
};

void check_project(const Checking& checking);
void check_validations(const Checking& checking);
void check_acceptance(const Checking& checking);
void check_dependencies(const Checking& checking);
void check_metrics(const Checking& checking);
void check_approval(const Checking& checking);

}  // namespace commands::plan
