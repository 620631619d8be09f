// What every request to GitHub's REST API has in common: the tracker's and the
// forge's are all built and read here.

#pragma once

#include <optional>
#include <string>
#include <vector>

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

// Nothing for 404. Errors: those of ask_json().
Result<std::optional<nlohmann::json>> github_if_there(
    const ServiceAccess& access, const std::string& path);

// Every entry of every page; where a page is an object, of the list below
// `key`. kUpstream `service-unreadable` also for pages that have no end, and
// for a next page elsewhere: the token goes nowhere but to where it belongs.
struct GithubList {
  std::vector<nlohmann::json> entries;
  std::size_t pages = 0;
};
Result<GithubList> github_list(const ServiceAccess& access,
                               const std::string& path,
                               const char* key = nullptr);

}  // namespace commands::services
