// What a client of one service acts through: the HTTP client, the environment
// for tokens and addresses, and who is told what is asked. Nothing is owned.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "commands/services/http.h"

namespace commands::services {

struct ServiceAccess {
  HttpClient* http;
  std::function<std::string(const std::string& name)> variable;
  // Each request before it is sent, without its secrets; may be empty.
  std::function<void(std::string_view)> shown = {};
  HttpBounds bounds = {};

  std::string first_set(const std::vector<std::string>& names) const;
  // The value of the first of these variables that is set; empty if none is.
  Secret first_secret(const std::vector<std::string>& names) const;
};

// Where a service is: `variable`, where it is set, else `standard`. Without a
// slash at the end.
struct BaseUrl {
  std::string url;
  std::string variable;      // empty: the standard one
  std::string told() const;  // " at HOST" if it is not the standard one
};
BaseUrl base_url(const ServiceAccess& access,
                 const std::string& variable,
                 std::string_view standard);

// Shows and sends, within the bounds. Errors: those of the HTTP client.
Result<HttpResponse> ask(const ServiceAccess& access, HttpRequest& request);

// The same, and reads the answer: kUpstream `service-unreadable` where it is no
// JSON, `refused` where it is no success.
struct JsonAnswer {
  nlohmann::json body;
  HttpResponse response;
};
Result<JsonAnswer> ask_json(const ServiceAccess& access, HttpRequest request);
Result<JsonAnswer> read_json(const HttpRequest& request, HttpResponse response);

// kUpstream `service-unreadable`: what is missing from, or wrong in, an answer.
ledger::Error unreadable(const HttpRequest& request, std::string_view what);

// Text under `key`, or empty where there is none. Sanitised.
std::string text_in(const nlohmann::json& object, const char* key);

}  // namespace commands::services
