// [metrics_out]: where measurements are sent on to.

#pragma once

#include <memory>

#include <toml++/toml.h>

#include "commands/plan/problems.h"
#include "schema/event.h"

namespace commands::plan {

std::unique_ptr<schema::MetricsOut> read_metrics_out(const toml::table& table,
                                                     Problems& problems);

}  // namespace commands::plan
