// The HTTP client as tests have it: waiting takes no time.

#pragma once

#include <chrono>

#include "commands/services/http.h"
#include "ledger/clock.h"

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

}  // namespace commands::services
