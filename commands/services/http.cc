#include "commands/services/http.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "commands/services/http_policy.h"
#include "commands/services/process.h"

namespace commands::services {
namespace {

using ledger::Error;
using ledger::ErrorCode;
using ledger::fail;
using std::chrono::milliseconds;

// An interrupt is looked for this often.
constexpr milliseconds kSlice{50};
// A wait that is longer is told.
constexpr milliseconds kUnnoticed{2'000};

double seconds(milliseconds span) {
  return static_cast<double>(span.count()) / 1000.0;
}

// What an attempt came to, for a person.
std::string words_of(const Delivery& delivery) {
  if (delivery.fate != Fate::kAnswered) {
    return delivery.words;
  }
  const std::string words = telling_words(delivery.response);
  const bool well = delivery.response.is_success() || words.empty();
  return well ? fmt::format("{}", delivery.response.status)
              : fmt::format("{}: {}", delivery.response.status, words);
}

Error not_answered(const HttpRequest& request, const Delivery& delivery) {
  const std::string line = request_line(request);
  const std::string words = words_of(delivery);
  switch (delivery.fate) {
    case Fate::kNotSent:
      return {
          ErrorCode::kUpstream,
          "service-unreachable",
          fmt::format(
              "{} cannot be reached: {} ({})", request.service, words, line),
          "check the network and the proxy, and run the command again"};
    case Fate::kHopeless:
      return {
          ErrorCode::kUpstream,
          "service-untrusted",
          fmt::format(
              "{} cannot be trusted: {} ({})", request.service, words, line),
          "for a certificate of your own, name its file in "
          "SSL_CERT_FILE"};
    case Fate::kTooLarge:
      return {ErrorCode::kUpstream,
              "service-too-large",
              fmt::format("{} answers more than {} bytes to {}",
                          request.service,
                          request.bounds.body_bytes_max,
                          line),
              ""};
    case Fate::kLost:
      return {ErrorCode::kUpstream,
              "service-timed-out",
              fmt::format(
                  "{} does not answer: {} ({})", request.service, words, line),
              "run the command again"};
    case Fate::kAnswered:
    case Fate::kInterrupted:
      break;
  }
  return {ErrorCode::kUpstream,
          "service-failed",
          fmt::format("{} fails with {} ({})", request.service, words, line),
          "run the command again later"};
}

Error unknown_outcome(const HttpRequest& request, const Delivery& delivery) {
  return {ErrorCode::kUpstream,
          std::string(kOutcomeUnknown),
          fmt::format("nobody can tell whether {} did it: {} ({})",
                      request.service,
                      words_of(delivery),
                      request_line(request)),
          "look there before it is tried again"};
}

Error throttled(const HttpRequest& request,
                milliseconds wait,
                std::int64_t now_ms) {
  return {ErrorCode::kUpstream,
          "service-throttled",
          fmt::format("{} takes no more requests for {:.0f} s ({})",
                      request.service,
                      std::max(1.0, seconds(wait)),
                      request_line(request)),
          fmt::format("run the command again after {}",
                      ledger::rfc3339(now_ms + wait.count()))};
}

Error redirected(const HttpRequest& request, const HttpResponse& response) {
  return {ErrorCode::kUpstream,
          "service-redirected",
          fmt::format("{} points elsewhere: {} to {}",
                      request.service,
                      response.status,
                      host_of(response.header("location").value_or(""))),
          "redirections are not followed, since a token would go along; name "
          "the new address"};
}

Error interrupted() {
  return {ErrorCode::kInterrupted, "interrupted", "interrupted", ""};
}

bool is_redirection(int status) {
  return status >= 300 && status < 400 && status != 304;
}

}  // namespace

milliseconds SystemPace::now() {
  return std::chrono::duration_cast<milliseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

bool SystemPace::pause(milliseconds span) {
  const milliseconds end = now() + span;
  while (now() < end) {
    if (interrupt_requested()) {
      return false;
    }
    std::this_thread::sleep_for(std::min(kSlice, end - now()));
  }
  return !interrupt_requested();
}

HttpClient::HttpClient(Settings settings)
    : settings_(std::move(settings)),
      transport_(settings_.transport),
      random_(settings_.seed) {}

void HttpClient::tell(const HttpRequest& request,
                      std::string_view words) const {
  if (settings_.told) {
    settings_.told(without_secrets(request, std::string(words)));
  }
}

Status HttpClient::wait(const HttpRequest& request,
                        milliseconds span,
                        std::string_view why) {
  if (span > kUnnoticed && settings_.waiting) {
    settings_.waiting(
        without_secrets(request,
                        fmt::format("{}: {}; trying again in {:.0f} s",
                                    request.service,
                                    why,
                                    seconds(span))));
  }
  return pause(span);
}

Status HttpClient::pause(milliseconds span) {
  return settings_.pace->pause(span) ? Status()
                                     : Status(std::unexpected(interrupted()));
}

// A service that wants its effects one by one gets them so.
Status HttpClient::keep_apart(const HttpRequest& request) {
  const auto last = effects_.find(host_of(request.url));
  if (request.effect == Effect::kNone || last == effects_.end()) {
    return {};
  }
  const milliseconds left =
      request.apart - (settings_.pace->now() - last->second);
  return left > milliseconds(0) ? pause(left) : Status();
}

Result<HttpResponse> HttpClient::send(const HttpRequest& request) {
  RL_CHECK(!settings_.reads_only || request.effect == Effect::kNone,
           "a dry run changes nothing outside");
  const auto hidden = [&](Error error) {
    error.message = without_secrets(request, std::move(error.message));
    return std::unexpected(std::move(error));
  };
  const milliseconds began = settings_.pace->now();
  milliseconds waited{0};
  for (unsigned attempt = 1;; ++attempt) {
    if (interrupt_requested()) {
      return std::unexpected(interrupted());
    }
    const milliseconds left =
        request.bounds.total - (settings_.pace->now() - began);
    RL_TRY(keep_apart(request));
    tell(request, "> " + request_line(request));
    RL_ASSIGN(
        Delivery delivery,
        transport_.attempt(request, std::min(left, request.bounds.attempt)));
    if (request.effect != Effect::kNone) {
      effects_[host_of(request.url)] = settings_.pace->now();
    }
    tell(request, "< " + words_of(delivery));
    const std::int64_t now_ms = settings_.clock->now_ms();
    const Situation now{attempt,
                        settings_.pace->now() - began,
                        now_ms,
                        std::uniform_real_distribution<double>(0, 1)(random_)};
    const Judgement judgement = judge(request, delivery, now);
    switch (judgement.course) {
      case Course::kAnswer:
        if (is_redirection(delivery.response.status)) {
          return hidden(redirected(request, delivery.response));
        }
        delivery.response.attempts = attempt;
        delivery.response.waited = waited;
        return std::move(delivery.response);
      case Course::kThrottled:
        return hidden(throttled(request, judgement.wait, now_ms));
      case Course::kUnknown:
        return hidden(unknown_outcome(request, delivery));
      case Course::kGiveUp:
        return delivery.fate == Fate::kInterrupted
                   ? std::unexpected(interrupted())
                   : hidden(not_answered(request, delivery));
      case Course::kRetry:
        break;
    }
    RL_TRY(wait(request, judgement.wait, words_of(delivery)));
    waited += judgement.wait;
  }
}

Result<HttpResponse> HttpClient::send_well(const HttpRequest& request) {
  RL_ASSIGN(HttpResponse response, send(request));
  if (!response.is_success()) {
    return std::unexpected(refused(request, response));
  }
  return response;
}

}  // namespace commands::services
