#include "commands/services/github_api.h"

#include <set>
#include <utility>

namespace commands::services {
namespace {

using nlohmann::json;

// More than any list that a release needs has: something goes round.
constexpr std::size_t kPagesMax = 200;

// The address in the Link header that is called `next`.
std::optional<std::string> next_page(const HttpResponse& response) {
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

std::string_view origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  return scheme == std::string_view::npos
             ? std::string_view()
             : url.substr(0, url.find('/', scheme + 3));
}

// The list on a page; null where there is none.
const json* list_on(const json& page, const char* key) {
  const json* list = &page;
  if (key != nullptr) {
    const auto at = page.is_object() ? page.find(key) : page.end();
    list = page.is_object() && at != page.end() ? &*at : nullptr;
  }
  return list != nullptr && list->is_array() ? list : nullptr;
}

}  // namespace

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

Result<std::optional<json>> github_if_there(const ServiceAccess& access,
                                            const std::string& path) {
  HttpRequest request = github_request(access, "GET", path);
  RL_ASSIGN(HttpResponse response, ask(access, request));
  if (response.status == 404) {
    return std::optional<json>();
  }
  RL_ASSIGN(JsonAnswer answer, read_json(request, std::move(response)));
  return std::optional(std::move(answer.body));
}

Result<GithubList> github_list(const ServiceAccess& access,
                               const std::string& path,
                               const char* key) {
  GithubList all;
  std::set<std::string> seen;
  HttpRequest request = github_request(access, "GET", path);
  while (true) {
    if (!seen.insert(request.url).second || seen.size() > kPagesMax) {
      return std::unexpected(
          unreadable(request, "pages that do not come to an end"));
    }
    RL_ASSIGN(HttpResponse response, ask(access, request));
    ++all.pages;
    if (response.status == 204) {
      return all;  // an empty list, at some places
    }
    RL_ASSIGN(const JsonAnswer page, read_json(request, std::move(response)));
    const json* list = list_on(page.body, key);
    if (list == nullptr) {
      return std::unexpected(unreadable(request, "no list"));
    }
    all.entries.insert(all.entries.end(), list->begin(), list->end());
    const auto next = next_page(page.response);
    if (!next) {
      return all;
    }
    if (origin_of(*next) != origin_of(request.url)) {
      return std::unexpected(
          unreadable(request, "a next page on another host"));
    }
    request.url = *next;
  }
}

}  // namespace commands::services
