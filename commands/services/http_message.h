// What is asked of a service over HTTP, and what it answers.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/services/secret.h"

namespace commands::services {

// What doing it twice would do.
enum class Effect {
  kNone,        // a read: asked again at will, in a dry run too
  kRepeatable,  // twice is the same as once
  kOnce,        // each time is another message, merge, release
};

struct HttpHeader {
  std::string name;
  std::string value;
};

// "Authorization: Bearer TOKEN" with scheme "Bearer"; "DD-API-KEY: KEY"
// without one.
struct SecretHeader {
  std::string name;
  std::string scheme;
  Secret secret;
};

// Bounds of one request, retries included.
struct HttpBounds {
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds attempt{30'000};
  std::chrono::milliseconds stall{15'000};   // without a single byte
  std::chrono::milliseconds total{120'000};  // all attempts and waits
  std::size_t body_bytes_max = 8UL << 20;    // of the answer, decompressed
  unsigned attempts_max = 5;
};

struct HttpRequest {
  std::string service;  // what a person calls it: "Asana"
  std::string method = "GET";
  std::string url;
  // Not empty: the URL is itself a secret, and this is said instead of it.
  std::string shown_url = {};
  std::string url_variable = {};  // where a URL came from, which may be said
  std::vector<HttpHeader> headers = {};
  std::vector<SecretHeader> secrets = {};
  std::string body = {};  // with one a Content-Type belongs among the headers
  Effect effect = Effect::kNone;
  // With an effect: how long after the one before it on the same host, for
  // services that ask for it.
  std::chrono::milliseconds apart{0};
  HttpBounds bounds = {};
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;  // names in lower case
  std::string body;
  unsigned attempts = 1;                // that it took
  std::chrono::milliseconds waited{0};  // between them

  // The first of that name (in lower case).
  std::optional<std::string> header(std::string_view name) const {
    for (const HttpHeader& header : headers) {
      if (header.name == name) {
        return header.value;
      }
    }
    return std::nullopt;
  }
  bool is_success() const { return status >= 200 && status < 300; }
};

}  // namespace commands::services
