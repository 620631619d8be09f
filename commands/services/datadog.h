// Datadog: takes series of gauges. Sending them again is harmless as long as
// their time is the same, so they are tried again like a read.
//
// Errors: those of the HTTP client and http_words.h; kUsage
// `datadog-not-set-up`. Not thread-safe.

#pragma once

#include <string>

#include "commands/services/service_access.h"

namespace commands::services::datadog {

// `body`: of datadog_series (gauges.h). kUsage where DD_API_KEY is missing.
Result<HttpRequest> series_request(const ServiceAccess& access,
                                   std::string body);
Status send(const ServiceAccess& access, std::string body);

// Whether the key is one. For doctor.
Status validate(const ServiceAccess& access);

}  // namespace commands::services::datadog
