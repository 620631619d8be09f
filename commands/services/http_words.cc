#include "commands/services/http_words.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "commands/services/git_output.h"

namespace commands::services {
namespace {

using ledger::Error;
using ledger::ErrorCode;
using nlohmann::json;

// More complaints than these are not read out.
constexpr std::size_t kComplaintsMax = 3;

void add(std::string& words, std::string_view more) {
  if (!more.empty() && words.find(more) == std::string::npos) {
    words += (words.empty() ? "" : "; ") + std::string(more);
  }
}

std::string text_at(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : "";
}

// One complaint: text, or an object that says more or less.
std::string complaint(const json& one) {
  if (one.is_string()) {
    return one.get<std::string>();
  }
  if (!one.is_object()) {
    return {};
  }
  std::string words = text_at(one, "message");
  if (words.empty()) {
    words = fmt::format("{} {}", text_at(one, "field"), text_at(one, "code"));
  }
  const std::string phrase = text_at(one, "phrase");
  return phrase.empty() ? words : fmt::format("{} (quote: {})", words, phrase);
}

std::string words_of_json(const json& body) {
  std::string words;
  if (!body.is_object()) {
    return complaint(body);
  }
  add(words, text_at(body, "message"));
  for (const char* key : {"errors", "errorMessages", "error"}) {
    const auto at = body.find(key);
    if (at == body.end()) {
      continue;
    }
    std::size_t count = 0;
    if (at->is_array() || (at->is_object() && !at->contains("message"))) {
      for (const json& one : *at) {
        add(words, ++count <= kComplaintsMax ? complaint(one) : "");
      }
    } else {
      add(words, complaint(*at));
    }
  }
  return words;
}

// What a page of HTML is called; a page says nothing else in a line.
std::string title_of(std::string_view page) {
  constexpr std::string_view kBegin = "<title>";
  const std::size_t begin = page.find(kBegin);
  const std::size_t end = page.find("</title>");
  if (begin == std::string_view::npos || end == std::string_view::npos ||
      end < begin) {
    return "a page of HTML";
  }
  const auto from = begin + kBegin.size();
  return fmt::format("a page of HTML, \"{}\"",
                     sanitised(page.substr(from, end - from)));
}

bool is_html(const HttpResponse& response) {
  const std::size_t first = response.body.find_first_not_of(" \t\r\n");
  return (first != std::string::npos && response.body[first] == '<') ||
         response.header("content-type").value_or("").starts_with("text/html");
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

// Where the secrets of a request come from.
std::string variables(const HttpRequest& request) {
  for (const SecretHeader& header : request.secrets) {
    if (!header.secret.variable().empty()) {
      return header.secret.variable();
    }
  }
  return {};
}

std::string hint_for(int status, const HttpRequest& request) {
  const std::string variable = variables(request);
  const std::string token =
      variable.empty() ? "a token" : "the token in " + variable;
  switch (status) {
    case 401:
      return fmt::format("{} is not accepted; make a new one and set it",
                         token);
    case 403:
      return fmt::format(
          "{} lacks the permission; release-ledger doctor "
          "shows what it can see",
          token);
    case 404:
      return fmt::format(
          "check the names in the plan; a service may also "
          "answer so where {} may not look",
          token);
    default:
      return {};
  }
}

// A user and a password may stand before the host.
std::string without_user(const std::string& url) {
  const std::size_t mark = url.find("://");
  const std::size_t begin = mark == std::string::npos ? 0 : mark + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const std::size_t at = url.substr(0, end).rfind('@');
  return at == std::string::npos || at < begin
             ? url
             : url.substr(0, begin) + "***" + url.substr(at);
}

std::string shown_headers(const HttpRequest& request) {
  std::string text;
  for (const HttpHeader& header : request.headers) {
    text += fmt::format("\n  {}: {}", header.name, header.value);
  }
  for (const SecretHeader& header : request.secrets) {
    text += fmt::format("\n  {}: {}{}*** (from {})",
                        header.name,
                        header.scheme,
                        header.scheme.empty() ? "" : " ",
                        header.secret.variable());
  }
  return text;
}

std::string shown_body(const std::string& body) {
  const json parsed = json::parse(body, nullptr, false);
  const std::string text =
      parsed.is_discarded()
          ? body
          : parsed.dump(2, ' ', false, json::error_handler_t::replace);
  std::string shown;
  for (const std::string_view line : parts_of(text, '\n')) {
    shown += fmt::format("\n  {}", line);
  }
  return shown;
}

}  // namespace

std::string request_line(const HttpRequest& request) {
  const std::string url =
      request.shown_url.empty() ? without_user(request.url) : request.shown_url;
  return without_secrets(request, fmt::format("{} {}", request.method, url));
}

std::string rehearsed(const HttpRequest& request) {
  return without_secrets(
      request,
      request_line(request) + shown_headers(request) +
          (request.body.empty() ? "" : "\n" + shown_body(request.body)));
}

std::string without_secrets(const HttpRequest& request, std::string text) {
  for (const SecretHeader& header : request.secrets) {
    text = header.secret.hidden_in(std::move(text));
  }
  if (request.shown_url.empty()) {
    return text;
  }
  const Secret url("", request.url);
  const std::size_t host = request.url.find("://");
  const std::size_t path =
      request.url.find('/', host == std::string::npos ? 0 : host + 3);
  text = url.hidden_in(std::move(text));
  return path == std::string::npos || request.url.size() - path < 8
             ? text
             : Secret("", request.url.substr(path)).hidden_in(std::move(text));
}

std::string telling_words(const HttpResponse& response) {
  if (response.body.empty()) {
    return {};
  }
  const json body = json::parse(response.body, nullptr, false);
  if (!body.is_discarded()) {
    return sanitised(words_of_json(body));
  }
  return is_html(response) ? title_of(response.body)
                           : sanitised(first_line(response.body));
}

Error refused(const HttpRequest& request, const HttpResponse& response) {
  const std::string words = without_secrets(request, telling_words(response));
  std::string reason = "service-refused";
  if (response.status == 401) {
    reason = "service-unauthorised";
  } else if (response.status == 403) {
    reason = "service-forbidden";
  } else if (response.status == 404) {
    reason = "service-not-found";
  }
  return {ErrorCode::kUpstream,
          reason,
          fmt::format("{} answers {}{}{} to {}",
                      request.service,
                      response.status,
                      words.empty() ? "" : ": ",
                      words,
                      request_line(request)),
          hint_for(response.status, request)};
}

}  // namespace commands::services
