// The HTTP client as tests have it: waiting takes no time; and a test of a
// service with a fake of it.

#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "commands/services/http.h"
#include "commands/services/service_access.h"
#include "ledger/clock.h"
#include "tests/commands/scratch_test.h"
#include "tests/support/fake_server.h"

namespace commands::services {

// What was waited is kept, and counts as time that has passed.
class NoWait : public Pace {
 public:
  std::chrono::milliseconds now() override { return clock_.now() + waited; }
  bool pause(std::chrono::milliseconds span) override {
    waited += span;
    ++pauses;
    return true;
  }
  std::chrono::milliseconds waited{0};
  int pauses = 0;

 private:
  SystemPace clock_;
};

inline HttpClient::Settings http_settings(Pace& pace) {
  static const ledger::SystemClock kClock;
  HttpClient::Settings settings;
  settings.transport.user_agent = "release-ledger/9.9";
  settings.clock = &kClock;
  settings.pace = &pace;
  return settings;
}

class ServiceTest : public ScratchTest {
 protected:
  explicit ServiceTest(std::string_view fake)
      : server_(fake, folder() / "fake"), http_(http_settings(pace_)) {}

  ServiceAccess access() {
    return {&http_, [this](const std::string& name) {
              const auto at = variables_.find(name);
              return at == variables_.end() ? "" : at->second;
            }};
  }
  // Why there is no answer, and keeps the message; empty where there is one.
  template <class Answer>
  std::string reason_of(const Result<Answer>& answer) {
    message_ = answer ? "" : answer.error().message;
    return answer ? "" : answer.error().reason;
  }

  NoWait pace_;
  support::FakeServer server_;
  HttpClient http_;  // it waits by `pace_`
  std::map<std::string, std::string> variables_;
  std::string message_;
};

}  // namespace commands::services
