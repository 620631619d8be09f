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
// The part of [run] that is about remote jobs.
void check_remote_settings(const Checking& checking);
void check_validations(const Checking& checking);
// The file that one validation writes its metrics to.
void check_metrics_file(const Checking& checking, std::size_t index);
// How one validation is run again, found again, and what it hands on.
void check_running(const Checking& checking, std::size_t index);
void check_acceptance(const Checking& checking);
void check_dependencies(const Checking& checking);
void check_metrics(const Checking& checking);
void check_approval(const Checking& checking);
void check_tracker(const Checking& checking);
void check_metrics_out(const Checking& checking);
void check_channels(const Checking& checking);
void check_forge(const Checking& checking);

}  // namespace commands::plan
