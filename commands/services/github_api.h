// What every request to GitHub's REST API has in common.

#pragma once

#include <optional>
#include <string>

#include "commands/services/service_access.h"

namespace commands::services {

// GITHUB_API_URL, else the public service.
BaseUrl github_url(const ServiceAccess& access);
// GH_TOKEN, else GITHUB_TOKEN; empty: what is public can still be read.
Secret github_token(const ServiceAccess& access);
// `path` begins with a slash; names in it are percent-encoded.
HttpRequest github_request(const ServiceAccess& access,
                           std::string method,
                           const std::string& path);
// Of a list: the address in the Link header that is called `next`.
std::optional<std::string> next_in_link(const HttpResponse& response);

}  // namespace commands::services
