#include "commands/services/http_policy.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>

#include <nlohmann/json.hpp>

#include "ledger/clock.h"

namespace commands::services {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBackoffFirst{500};
constexpr milliseconds kBackoffMax{30'000};
// For a limit on how fast one writes, where the service does not say.
constexpr milliseconds kSecondaryWait{60'000};
// What a service says is never taken for longer than this.
constexpr milliseconds kWaitMax{24L * 3600 * 1000};

// Numbers above these are times since the epoch, not spans.
constexpr double kEpochSeconds = 1e9;
constexpr double kEpochMilliseconds = 1e12;

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() ||
      !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

milliseconds clamped(double ms) {
  return milliseconds(static_cast<std::int64_t>(
      std::clamp(std::ceil(ms), 0.0, static_cast<double>(kWaitMax.count()))));
}

// "Fri, 31 Dec 1999 23:59:59 GMT"
std::optional<double> http_date_ms(const std::string& text) {
  std::tm parts{};
  if (::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) ==
      nullptr) {
    return std::nullopt;
  }
  return static_cast<double>(::timegm(&parts)) * 1000;
}

// A span in seconds, or a moment: seconds or milliseconds since the epoch, or
// written out.
std::optional<milliseconds> wait_until(const std::string& text,
                                       std::int64_t now_ms) {
  const auto now = static_cast<double>(now_ms);
  if (const auto value = number(text)) {
    if (*value >= kEpochMilliseconds) {
      return clamped(*value - now);
    }
    return clamped(*value >= kEpochSeconds ? *value * 1000 - now
                                           : *value * 1000);
  }
  if (const auto moment = http_date_ms(text)) {
    return clamped(*moment - now);
  }
  if (const auto moment = ledger::parse_time(text)) {
    return clamped(static_cast<double>(*moment) - now);
  }
  return std::nullopt;
}

std::optional<milliseconds> said_wait(const HttpResponse& response,
                                      std::int64_t now_ms) {
  if (const auto after = response.header("retry-after")) {
    if (const auto wait = wait_until(*after, now_ms)) {
      return wait;
    }
  }
  const auto body = nlohmann::json::parse(response.body, nullptr, false);
  if (body.is_object() && body.contains("retry_after") &&
      body["retry_after"].is_number()) {
    return clamped(body["retry_after"].get<double>() * 1000);
  }
  for (const char* name : {"x-ratelimit-reset-after",
                           "ratelimit-reset",
                           "x-ratelimit-reset",
                           "x-ratelimit-requests-reset"}) {
    if (const auto reset = response.header(name)) {
      if (const auto wait = wait_until(*reset, now_ms)) {
        return wait;
      }
    }
  }
  return std::nullopt;
}

bool is_exhausted(const HttpResponse& response) {
  return response.header("x-ratelimit-remaining") == "0";
}

// A limit on how fast is written, which is not counted down in a header.
bool is_secondary_limit(const HttpResponse& response) {
  const auto has = [&](std::string_view words) {
    return response.body.find(words) != std::string::npos;
  };
  return has("secondary rate limit") || has("secondary-rate-limit") ||
         has("abuse detection") || has("abuse-rate-limit");
}

bool is_failure_of_the_service(int status) {
  return status == 408 || status == 425 ||
         (status >= 500 && status != 501 && status != 505);
}

Judgement retry_after(milliseconds wait,
                      Course otherwise,
                      const HttpRequest& request,
                      const Situation& now) {
  const bool may = now.attempt < request.bounds.attempts_max &&
                   now.elapsed + wait < request.bounds.total;
  return {may ? Course::kRetry : otherwise, wait};
}

Judgement judge_answer(const HttpRequest& request,
                       const HttpResponse& response,
                       const Situation& now) {
  if (const auto throttle = throttle_of(response, now.now_ms)) {
    const milliseconds least = backoff(now.attempt, now.chance);
    const milliseconds wait = throttle->wait.value_or(milliseconds(0)) + least;
    return retry_after(wait, Course::kThrottled, request, now);
  }
  if (!is_failure_of_the_service(response.status)) {
    return {Course::kAnswer};
  }
  if (request.effect == Effect::kOnce) {
    return {Course::kUnknown};
  }
  const milliseconds wait =
      std::max(backoff(now.attempt, now.chance),
               said_wait(response, now.now_ms).value_or(milliseconds(0)));
  return retry_after(wait, Course::kGiveUp, request, now);
}

}  // namespace

std::optional<Throttle> throttle_of(const HttpResponse& response,
                                    std::int64_t now_ms) {
  // What the headers count down is another limit.
  if ((response.status == 403 || response.status == 429) &&
      is_secondary_limit(response)) {
    const bool said = response.header("retry-after") || is_exhausted(response);
    return Throttle{said ? said_wait(response, now_ms) : kSecondaryWait};
  }
  if (response.status == 429 ||
      (response.status == 403 && is_exhausted(response))) {
    return Throttle{said_wait(response, now_ms)};
  }
  const bool graphql =
      response.status == 400 &&
      response.body.find("\"RATELIMITED\"") != std::string::npos;
  return graphql ? std::optional(Throttle{said_wait(response, now_ms)})
                 : std::nullopt;
}

milliseconds backoff(unsigned attempt, double chance) {
  const unsigned doublings = std::min(attempt == 0 ? 0 : attempt - 1, 10U);
  const milliseconds most =
      std::min(kBackoffMax, kBackoffFirst * (std::int64_t{1} << doublings));
  return milliseconds(
      static_cast<std::int64_t>(chance * static_cast<double>(most.count())));
}

Judgement judge(const HttpRequest& request,
                const Delivery& delivery,
                const Situation& now) {
  const bool once = request.effect == Effect::kOnce;
  const milliseconds wait = backoff(now.attempt, now.chance);
  switch (delivery.fate) {
    case Fate::kAnswered:
      return judge_answer(request, delivery.response, now);
    case Fate::kNotSent:
      return retry_after(wait, Course::kGiveUp, request, now);
    case Fate::kLost:
      return once ? Judgement{Course::kUnknown}
                  : retry_after(wait, Course::kGiveUp, request, now);
    case Fate::kTooLarge:
      return {once ? Course::kUnknown : Course::kGiveUp};
    case Fate::kHopeless:
    case Fate::kInterrupted:
      break;
  }
  return {Course::kGiveUp};
}

}  // namespace commands::services
