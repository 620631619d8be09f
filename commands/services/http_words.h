// Requests and answers in words for a person: nothing secret is in them, and
// what a service wrote is made fit for a terminal and an event.
//
// Pure; thread-safe.

#pragma once

#include <string>

#include "commands/services/http_message.h"
#include "ledger/result.h"

namespace commands::services {

// "GET https://api.example/things?limit=100"
std::string request_line(const HttpRequest& request);

// The whole request as a rehearsal shows it: its line, its headers, its body,
// a line each; JSON is laid out.
std::string rehearsed(const HttpRequest& request);

// The text without any secret of the request.
std::string without_secrets(const HttpRequest& request, std::string text);

// A service's own words about what is wrong, from the error bodies that
// services use: JSON of several shapes, a plain word, or a page of HTML. One
// line, sanitised; empty where there are none.
std::string telling_words(const HttpResponse& response);

// The answer is no success: kUpstream `service-unauthorised`,
// `service-forbidden`, `service-not-found` (which at some services hides what
// one may not see) or `service-refused`.
ledger::Error refused(const HttpRequest& request, const HttpResponse& response);

}  // namespace commands::services
