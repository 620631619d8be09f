// JUnit XML as its readers agree on it: testsuites, testsuite (may nest),
// testcase with failure, error or skipped, properties. Counts are made from
// the test cases; what the file says of itself is not trusted.
//
//   tests failures errors skipped passed   how many
//   time                                   of all test cases, in s
//   CLASSNAME.NAME.time                    of one, in s
//   NAME                                   a property that is a number
//
// No DTD, so no entities but the five of XML; bounded in depth and number.
// kUsage `report-invalid`. Pure.

#pragma once

#include <string_view>

#include "commands/metrics/report.h"

namespace commands::metrics {

ledger::Result<Report> parse_junit(std::string_view text);

}  // namespace commands::metrics
