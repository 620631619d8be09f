// A ledger in a folder of its own, with the words tests need: append this,
// damage that, end the process there.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "ledger/ledger.h"
#include "tests/ledger/counting_view.h"
#include "tests/ledger/temporary_folder.h"

namespace ledger_tests {

class SettableClock : public ledger::Clock {
 public:
  std::int64_t now_ms() const override { return at_ms; }
  std::int64_t at_ms = 1'759'397'400'000;
};

class Scene {
 public:
  Scene() = default;

  std::filesystem::path folder() const { return place_ / "ledger"; }
  std::filesystem::path place() const { return place_.path(); }
  ledger::Settings settings() const;

  // These fail the test where they cannot be done.
  ledger::Ledger ledger() const;  // created if it is not there
  ledger::Snapshot read() const;
  ledger::Verification verify(
      const ledger::EventVisitor& visit = nullptr) const;
  std::string row(const std::string& stream) const;

  // The next event of `stream`, saying `reason`: a fact of its own.
  ledger::AppendRequest next(const std::string& stream,
                             const std::string& reason) const;
  ledger::Result<ledger::AppendReceipt> append(
      const ledger::AppendRequest& request) const;
  // `count` events, spread over streams "0", "1", "2".
  void fill(int count) const;

  // Runs `act` in a child process that is killed at `moment` of its append.
  void kill_at(ledger::AppendMoment moment,
               const std::function<void(const Scene&)>& act) const;

  // Another key, as another account would have.
  void use_key_folder(const std::string& name) { key_folder_ = name; }

  mutable SettableClock clock;
  CountingView view;
  std::vector<const ledger::Projection*> projections{&view};
  std::chrono::milliseconds lock_timeout{10'000};
  std::size_t rebuild_batch = 4'000;
  std::size_t rebuild_batches = 1;
  std::function<void(ledger::AppendMoment, std::size_t)> observer;

 private:
  TemporaryFolder place_;
  std::string key_folder_ = "keys-of-ann";
};

schema::Actor ann();

// A waiver: the simplest event of which there can be many.
schema::WaiverGranted fact(std::uint32_t attempt, const std::string& reason);

// The reason of the error, "" for none.
template <class T>
std::string reason_of(const ledger::Result<T>& result) {
  return result ? std::string() : result.error().reason;
}

// The kinds of the problems, sorted, each once.
std::vector<std::string> kinds(const ledger::Verification& verification);

}  // namespace ledger_tests
