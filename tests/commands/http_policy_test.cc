// What is tried again, and when.

#include "commands/services/http_policy.h"

#include <string>

#include <gtest/gtest.h>

namespace commands::services {
namespace http_policy_test {

using std::chrono::milliseconds;

constexpr std::int64_t kNow = 1'769'940'733'000;  // 2026-02-01T10:12:13Z

HttpRequest request(Effect effect) {
  HttpRequest request{"Asana", "GET", "https://api.example/x"};
  request.effect = effect;
  return request;
}

Delivery answer(int status,
                std::vector<HttpHeader> headers = {},
                std::string body = {}) {
  Delivery delivery;
  delivery.response = {status, std::move(headers), std::move(body)};
  return delivery;
}

Delivery trouble(Fate fate) {
  return {fate, {}, "words"};
}

Situation situation(unsigned attempt = 1, double chance = 0.5) {
  return {attempt, milliseconds(0), kNow, chance};
}

Course course(Effect effect, const Delivery& delivery, unsigned attempt = 1) {
  return judge(request(effect), delivery, situation(attempt)).course;
}

// The wait that is said, without jitter.
std::int64_t said_ms(int status,
                     std::vector<HttpHeader> headers,
                     std::string body = {}) {
  const auto throttle = throttle_of(
      answer(status, std::move(headers), std::move(body)).response, kNow);
  return throttle && throttle->wait ? throttle->wait->count() : -1;
}

TEST(HttpPolicy, TakesWhatIsNoFailureAsTheAnswer) {
  for (const int status : {200, 201, 204, 304, 400, 401, 403, 404, 409, 422}) {
    for (const Effect effect :
         {Effect::kNone, Effect::kRepeatable, Effect::kOnce}) {
      EXPECT_EQ(course(effect, answer(status)), Course::kAnswer) << status;
    }
  }
}

TEST(HttpPolicy, TriesAgainWhatMayBeRepeated) {
  for (const int status : {408, 500, 502, 503, 504, 522}) {
    EXPECT_EQ(course(Effect::kNone, answer(status)), Course::kRetry);
    EXPECT_EQ(course(Effect::kRepeatable, answer(status)), Course::kRetry);
    EXPECT_EQ(course(Effect::kNone, answer(status), 5), Course::kGiveUp);
  }
  EXPECT_EQ(course(Effect::kNone, trouble(Fate::kLost)), Course::kRetry);
  EXPECT_EQ(course(Effect::kNone, trouble(Fate::kLost), 5), Course::kGiveUp);
}

TEST(HttpPolicy, NeverSendsAgainWhatMayHaveBeenDone) {
  for (const int status : {408, 500, 502, 503, 504}) {
    EXPECT_EQ(course(Effect::kOnce, answer(status)), Course::kUnknown);
  }
  EXPECT_EQ(course(Effect::kOnce, trouble(Fate::kLost)), Course::kUnknown);
  EXPECT_EQ(course(Effect::kOnce, trouble(Fate::kTooLarge)), Course::kUnknown);
}

TEST(HttpPolicy, SendsAgainWhatWasNotDone) {
  EXPECT_EQ(course(Effect::kOnce, trouble(Fate::kNotSent)), Course::kRetry);
  EXPECT_EQ(course(Effect::kOnce, trouble(Fate::kNotSent), 5), Course::kGiveUp);
  EXPECT_EQ(course(Effect::kOnce, answer(429, {{"retry-after", "1"}})),
            Course::kRetry);
}

TEST(HttpPolicy, GivesUpWhereNothingWillChange) {
  EXPECT_EQ(course(Effect::kNone, trouble(Fate::kHopeless)), Course::kGiveUp);
  EXPECT_EQ(course(Effect::kNone, trouble(Fate::kTooLarge)), Course::kGiveUp);
  EXPECT_EQ(course(Effect::kNone, trouble(Fate::kInterrupted)),
            Course::kGiveUp);
}

TEST(HttpPolicy, ReadsRetryAfterInEveryForm) {
  EXPECT_EQ(said_ms(429, {{"retry-after", "30"}}), 30'000);
  EXPECT_EQ(said_ms(429, {{"retry-after", "1.5"}}), 1'500);
  EXPECT_EQ(said_ms(429, {{"retry-after", "0"}}), 0);
  EXPECT_EQ(said_ms(429, {{"retry-after", "-5"}}), 0);
  EXPECT_EQ(said_ms(429, {{"retry-after", "soon"}}), -1);
  EXPECT_EQ(said_ms(429, {{"retry-after", "nan"}}), -1);
  EXPECT_EQ(said_ms(429, {{"retry-after", "Sun, 01 Feb 2026 10:12:43 GMT"}}),
            30'000);
  EXPECT_EQ(said_ms(429, {{"retry-after", "Sun, 01 Feb 2026 10:00:00 GMT"}}),
            0);
  EXPECT_EQ(said_ms(429, {}), -1);
}

TEST(HttpPolicy, ReadsTheResetOfEachService) {
  // GitHub: seconds since the epoch.
  EXPECT_EQ(said_ms(403,
                    {{"x-ratelimit-remaining", "0"},
                     {"x-ratelimit-reset", "1769940793"}}),
            60'000);
  // Datadog and Weights & Biases: seconds from now.
  EXPECT_EQ(said_ms(429, {{"x-ratelimit-reset", "7"}}), 7'000);
  EXPECT_EQ(said_ms(429, {{"ratelimit-reset", "12"}}), 12'000);
  // Jira: a moment, written out.
  EXPECT_EQ(said_ms(429, {{"x-ratelimit-reset", "2026-02-01T10:12:14Z"}}),
            1'000);
  // Discord: the body, which is finer than the header.
  EXPECT_EQ(said_ms(429, {}, R"({"message":"slow","retry_after":0.25})"), 250);
  // Linear: another status, and milliseconds since the epoch.
  EXPECT_EQ(said_ms(400,
                    {{"x-ratelimit-requests-reset", "1769940734000"}},
                    R"({"errors":[{"extensions":{"code":"RATELIMITED"}}]})"),
            1'000);
}

TEST(HttpPolicy, KnowsALimitOnHowFastIsWritten) {
  const std::string body =
      R"({"message":"You have exceeded a secondary rate limit."})";
  EXPECT_EQ(said_ms(403, {}, body), 60'000);
  EXPECT_EQ(said_ms(403, {{"retry-after", "5"}}, body), 5'000);
  // The headers count down another limit, which has its own reset.
  EXPECT_EQ(said_ms(429,
                    {{"x-ratelimit-remaining", "4990"},
                     {"x-ratelimit-reset", "1769942533"}},
                    body),
            60'000);
  EXPECT_EQ(said_ms(429,
                    {{"x-ratelimit-remaining", "0"},
                     {"x-ratelimit-reset", "1769942533"}},
                    body),
            1'800'000);
  EXPECT_EQ(said_ms(403, {}, R"({"message":"Must have admin rights"})"), -1);
  EXPECT_FALSE(throttle_of(answer(403).response, kNow));
}

TEST(HttpPolicy, WaitsAsLongAsTheServiceWantsAndALittle) {
  const Judgement judgement = judge(request(Effect::kNone),
                                    answer(429, {{"retry-after", "30"}}),
                                    situation(1, 0.5));
  EXPECT_EQ(judgement.course, Course::kRetry);
  EXPECT_EQ(judgement.wait, milliseconds(30'250));
}

TEST(HttpPolicy, GivesTheTimeBackWhereTheServiceWantsMoreThanThereIs) {
  const Judgement judgement = judge(request(Effect::kOnce),
                                    answer(429, {{"retry-after", "1800"}}),
                                    situation());
  EXPECT_EQ(judgement.course, Course::kThrottled);
  EXPECT_GE(judgement.wait, milliseconds(1'800'000));
}

TEST(HttpPolicy, KeepsTheTotalDeadline) {
  Situation late = situation(2);
  late.elapsed = milliseconds(119'900);
  EXPECT_EQ(judge(request(Effect::kNone), answer(503), late).course,
            Course::kGiveUp);
}

TEST(HttpPolicy, BacksOffWithFullJitter) {
  EXPECT_EQ(backoff(1, 0), milliseconds(0));
  EXPECT_EQ(backoff(1, 0.5), milliseconds(250));
  EXPECT_EQ(backoff(3, 0.5), milliseconds(1'000));
  EXPECT_EQ(backoff(60, 0.5), milliseconds(15'000));
}

}  // namespace http_policy_test
}  // namespace commands::services
