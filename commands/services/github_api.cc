#include "commands/services/github_api.h"

#include <utility>

namespace commands::services {

BaseUrl github_url(const ServiceAccess& access) {
  return base_url(access, "GITHUB_API_URL", "https://api.github.com");
}

Secret github_token(const ServiceAccess& access) {
  return access.first_secret({"GH_TOKEN", "GITHUB_TOKEN"});
}

HttpRequest github_request(const ServiceAccess& access,
                           std::string method,
                           const std::string& path) {
  const BaseUrl base = github_url(access);
  HttpRequest request{"GitHub", std::move(method), base.url + path};
  request.url_variable = base.variable;
  request.headers = {{"Accept", "application/vnd.github+json"},
                     {"X-GitHub-Api-Version", "2022-11-28"}};
  if (Secret token = github_token(access); !token.empty()) {
    request.secrets = {{"Authorization", "Bearer", std::move(token)}};
  }
  return request;
}

std::optional<std::string> next_in_link(const HttpResponse& response) {
  const std::string links = response.header("link").value_or("");
  const std::size_t mark = links.find("rel=\"next\"");
  if (mark == std::string::npos) {
    return std::nullopt;
  }
  const std::size_t begin = links.rfind('<', mark);
  const std::size_t end = links.find('>', begin);
  if (begin == std::string::npos || end > mark) {
    return std::nullopt;
  }
  return links.substr(begin + 1, end - begin - 1);
}

}  // namespace commands::services
