#include "commands/services/datadog.h"

#include <utility>

#include <fmt/format.h>

namespace commands::services::datadog {
namespace {

using ledger::ErrorCode;
using ledger::fail;

// DATADOG_HOST, as Datadog's own library has it, else the site's.
BaseUrl datadog_url(const ServiceAccess& access) {
  const std::string site = access.variable("DD_SITE");
  return base_url(
      access,
      "DATADOG_HOST",
      fmt::format("https://api.{}", site.empty() ? "datadoghq.com" : site));
}

Result<HttpRequest> datadog_request(const ServiceAccess& access,
                                    std::string method,
                                    const std::string& path) {
  Secret key = access.first_secret({"DD_API_KEY", "DATADOG_API_KEY"});
  if (key.empty()) {
    return fail(ErrorCode::kUsage,
                "datadog-not-set-up",
                "Datadog cannot be told: DD_API_KEY is not set",
                "set DD_API_KEY");
  }
  const BaseUrl base = datadog_url(access);
  HttpRequest request{"Datadog", std::move(method), base.url + path};
  request.url_variable = base.variable;
  request.secrets = {{"DD-API-KEY", "", std::move(key)}};
  request.bounds = access.bounds;
  return request;
}

}  // namespace

Result<HttpRequest> series_request(const ServiceAccess& access,
                                   std::string body) {
  RL_ASSIGN(HttpRequest request,
            datadog_request(access, "POST", "/api/v2/series"));
  request.headers = {{"Content-Type", "application/json"}};
  request.body = std::move(body);
  request.effect = Effect::kRepeatable;
  return request;
}

Status send(const ServiceAccess& access, std::string body) {
  RL_ASSIGN(const HttpRequest request, series_request(access, std::move(body)));
  RL_ASSIGN(const HttpResponse response, access.http->send_well(request));
  // It may take a submission and say what is wrong with it.
  const auto answer = nlohmann::json::parse(response.body, nullptr, false);
  if (!answer.is_object()) {
    return std::unexpected(unreadable(request, "no JSON"));
  }
  const auto errors = answer.find("errors");
  if (errors != answer.end() && !errors->empty()) {
    return std::unexpected(refused(request, response));
  }
  return {};
}

Status validate(const ServiceAccess& access) {
  RL_ASSIGN(const HttpRequest request,
            datadog_request(access, "GET", "/api/v1/validate"));
  RL_ASSIGN(const JsonAnswer answer, ask_json(access, request));
  if (!answer.body.is_object() || answer.body.value("valid", false) != true) {
    return std::unexpected(unreadable(request, "the key is not valid"));
  }
  return {};
}

}  // namespace commands::services::datadog
