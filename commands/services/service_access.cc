#include "commands/services/service_access.h"

#include <fmt/format.h>

#include "commands/services/git_output.h"

namespace commands::services {

using ledger::Error;
using ledger::ErrorCode;

std::string ServiceAccess::first_set(
    const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    if (std::string value = variable(name); !value.empty()) {
      return value;
    }
  }
  return {};
}

Secret ServiceAccess::first_secret(
    const std::vector<std::string>& names) const {
  for (const std::string& name : names) {
    if (std::string value = variable(name); !value.empty()) {
      return Secret(name, std::move(value));
    }
  }
  return {};
}

std::string BaseUrl::told() const {
  return variable.empty() ? "" : " at " + sanitised(host_of(url));
}

BaseUrl base_url(const ServiceAccess& access,
                 const std::string& variable,
                 std::string_view standard) {
  BaseUrl base{access.variable(variable), variable};
  if (base.url.empty()) {
    base = {std::string(standard), ""};
  }
  while (base.url.ends_with('/')) {
    base.url.pop_back();
  }
  return base;
}

Result<HttpResponse> ask(const ServiceAccess& access, HttpRequest& request) {
  request.bounds = access.bounds;
  if (access.shown) {
    access.shown(rehearsed(request));
  }
  return access.http->send(request);
}

Result<JsonAnswer> ask_json(const ServiceAccess& access, HttpRequest request) {
  RL_ASSIGN(HttpResponse response, ask(access, request));
  return read_json(request, std::move(response));
}

Result<JsonAnswer> read_json(const HttpRequest& request,
                             HttpResponse response) {
  if (!response.is_success()) {
    return std::unexpected(refused(request, response));
  }
  nlohmann::json body = nlohmann::json::parse(response.body, nullptr, false);
  if (body.is_discarded()) {
    const std::string words = telling_words(response);
    return std::unexpected(unreadable(
        request, words.empty() ? "an empty answer" : "no JSON: " + words));
  }
  return JsonAnswer{std::move(body), std::move(response)};
}

Error unreadable(const HttpRequest& request, std::string_view what) {
  return {ErrorCode::kUpstream,
          "service-unreadable",
          without_secrets(request,
                          fmt::format("{} answers what cannot be used: {} ({})",
                                      request.service,
                                      what,
                                      request_line(request))),
          ""};
}

std::string text_in(const nlohmann::json& object, const char* key) {
  if (!object.is_object()) {
    return {};
  }
  const auto at = object.find(key);
  return at != object.end() && at->is_string()
             ? sanitised(at->get<std::string>())
             : "";
}

}  // namespace commands::services
