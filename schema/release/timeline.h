// The rows of the view `timeline` (projections/timeline.h) as values. Pure.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/event.h"
#include "schema/fb/timeline_generated.h"
#include "schema/release/record.h"

namespace schema {

using MeasuredMetric = fb::MeasuredMetricT;
using MeasuredValue = fb::MeasuredValueT;
using Renaming = fb::RenamingT;
using RunCounts = fb::RunCountsT;
using TimelineMetric = fb::TimelineMetricT;
using TimelineRelease = fb::TimelineReleaseT;

// Raise it whenever the same events give other rows.
constexpr std::uint32_t kTimelineDefinition = 1;

std::string pack(const TimelineRelease& row);
std::string pack(const TimelineMetric& row);
std::optional<TimelineRelease> unpack_timeline_release(std::string_view bytes);
std::optional<TimelineMetric> unpack_timeline_metric(std::string_view bytes);

}  // namespace schema
