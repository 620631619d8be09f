// One attempt at one HTTP request, by libcurl: the only place that knows it.
//
// libcurl and the thirty libraries it brings are loaded by the first attempt
// and not before, since most commands ask no service. A request with an effect
// goes out on a connection of its own, because on an old one that turns out to
// be closed libcurl would quietly send it again. No redirect is followed,
// certificates are always verified, and plain http is for this machine alone.
//
// Not thread-safe.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "commands/services/http_message.h"
#include "commands/services/http_policy.h"
#include "ledger/result.h"

namespace commands::services {

using ledger::Result;
using ledger::Status;

class HttpTransport {
 public:
  struct Settings {
    std::string user_agent;
    std::string ca_file;  // empty: the system's certificates
    // Whether a read is no longer wanted; may be empty. Asked as one looks for
    // an interrupt, and answered like one.
    std::function<bool()> given_up = {};
  };

  explicit HttpTransport(Settings settings);
  ~HttpTransport();
  HttpTransport(const HttpTransport&) = delete;
  HttpTransport& operator=(const HttpTransport&) = delete;

  // Loads libcurl, if that has not happened. kIo `no-libcurl`.
  Status load();

  // Takes no longer than `limit`. A read ends when an interrupt is requested.
  // Errors: those of load(); kUsage `url-invalid`, `url-insecure`,
  // `header-invalid`.
  Result<Delivery> attempt(const HttpRequest& request,
                           std::chrono::milliseconds limit);

 private:
  struct Curl;
  Settings settings_;
  std::unique_ptr<Curl> curl_;
};

// "https://host:8080/path" → "host:8080"; empty where there is none.
std::string host_of(std::string_view url);
// Whether what is sent there stays on this machine.
bool is_loopback(std::string_view host);

}  // namespace commands::services
