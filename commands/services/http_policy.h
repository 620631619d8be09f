// What to do after an attempt at an HTTP request: whether to try again, and
// how long to wait before that. Pure; thread-safe.
//
// A request that must not be done twice is tried again only where nothing of
// it was sent, or where the service itself says that it did not do it. Where
// that cannot be told, its outcome is unknown, and it is looked up.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "commands/services/http_message.h"

namespace commands::services {

// What came of one attempt.
enum class Fate {
  kAnswered,     // wholly
  kNotSent,      // nothing of it has reached the service
  kLost,         // it may have: no answer, or a part of one
  kTooLarge,     // the answer passed its bound
  kHopeless,     // nothing was sent, and nothing will be: a bad certificate
  kInterrupted,  // by the person at the terminal
};

struct Delivery {
  Fate fate = Fate::kAnswered;
  HttpResponse response = {};
  std::string words = {};  // why, where it was not answered
};

// When the judgement is made.
struct Situation {
  unsigned attempt = 1;                  // how many were made
  std::chrono::milliseconds elapsed{0};  // since the first began
  std::int64_t now_ms = 0;               // Unix epoch
  double chance = 0;                     // of [0, 1), for the jitter
};

enum class Course {
  kAnswer,     // the answer is what it is
  kRetry,      // after `wait`
  kThrottled,  // the service wants longer than the request may take: `wait`
  kGiveUp,     // it did not work
  kUnknown,    // it may have been done, and nobody knows
};

struct Judgement {
  Course course = Course::kAnswer;
  std::chrono::milliseconds wait{0};
};

Judgement judge(const HttpRequest& request,
                const Delivery& delivery,
                const Situation& now);

// Whether this is "not now", and how long to wait where that is said: the
// Retry-After header, the body's retry_after, and the reset headers that
// services use, each in the unit that it is in.
struct Throttle {
  std::optional<std::chrono::milliseconds> wait;
};
std::optional<Throttle> throttle_of(const HttpResponse& response,
                                    std::int64_t now_ms);

// Full jitter: anything up to twice as much as the time before.
std::chrono::milliseconds backoff(unsigned attempt, double chance);

}  // namespace commands::services
