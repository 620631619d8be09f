// The HTTP client: every service that is asked over HTTP is asked through it.
// It makes the attempts that a request may take, waits as a service wants it
// to, and stays within the request's bounds. What to try again is decided in
// http_policy.h, one attempt is made in http_transport.h.
//
// send() answers with the response where there is one, whatever it says: 4xx
// is an answer too; http_words.h makes an error of it. Errors:
//   kUpstream `service-unreachable`  nothing was sent, in any attempt
//             `service-untrusted`    its certificate is not verified
//             `service-timed-out`, `service-failed`   of what may be repeated
//             `service-throttled`    it wants more time than a request has;
//                                    nothing was done
//             `service-redirected`   it is elsewhere; never followed
//             `service-too-large`    the answer passed its bound
//             `outcome-unknown`      of what must not be done twice: it may
//                                    have been done. Look it up, or a person
//                                    has to; never "failed, send again"
//   kUsage    `url-invalid`, `url-insecure`, `header-invalid`
//   kIo       `no-libcurl`; kInterrupted `interrupted` (nothing was done)
// No error, and nothing that is told, holds a secret of the request.
//
// Not thread-safe.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <string_view>

#include "commands/services/http_message.h"
#include "commands/services/http_transport.h"
#include "commands/services/http_words.h"
#include "ledger/clock.h"
#include "ledger/result.h"

namespace commands::services {

constexpr std::string_view kOutcomeUnknown = "outcome-unknown";

// How time passes while one waits for a service, so that tests need not.
class Pace {
 public:
  virtual ~Pace() = default;
  virtual std::chrono::milliseconds now() = 0;  // since any moment; steady
  // False if an interrupt was requested meanwhile.
  virtual bool pause(std::chrono::milliseconds span) = 0;
};

class SystemPace : public Pace {
 public:
  std::chrono::milliseconds now() override;
  bool pause(std::chrono::milliseconds span) override;
};

class HttpClient {
 public:
  struct Settings {
    HttpTransport::Settings transport;
    const ledger::Clock* clock = nullptr;  // for "not before 12:30"
    Pace* pace = nullptr;
    std::uint64_t seed = 0;  // of the jitter
    // A request with an effect is then our bug.
    bool reads_only = false;
    // A line for each attempt and its answer; may be empty.
    std::function<void(std::string_view)> told = {};
    // A line for a wait that a person would wonder about; may be empty.
    std::function<void(std::string_view)> waiting = {};
  };

  // What it points to must outlive it. Costs nothing until something is sent.
  explicit HttpClient(Settings settings);

  Result<HttpResponse> send(const HttpRequest& request);
  // The same, and an error (refused(), http_words.h) unless it is a 2xx.
  Result<HttpResponse> send_well(const HttpRequest& request);

  // For whoever asks again and again. kInterrupted `interrupted`.
  Status pause(std::chrono::milliseconds span);

  const Settings& settings() const { return settings_; }

  // Whether libcurl is there. kIo `no-libcurl`.
  Status load() { return transport_.load(); }

 private:
  void tell(const HttpRequest& request, std::string_view words) const;
  Status wait(const HttpRequest& request,
              std::chrono::milliseconds span,
              std::string_view why);
  Status keep_apart(const HttpRequest& request);

  Settings settings_;
  HttpTransport transport_;
  std::mt19937_64 random_;
  // When an effect was last asked for, by host.
  std::map<std::string, std::chrono::milliseconds> effects_;
};

}  // namespace commands::services
