// The processes of a run's validations: each inherits the lease, and the lease
// says which there are, so that a successor knows what to do about them.
// Not thread-safe. A Child must not outlive its Children.

#pragma once

#include <memory>
#include <vector>

#include "commands/environment.h"
#include "commands/run_lease.h"

namespace commands::steps {

class Children;

// One that runs; ended by the destructor, but for a launch, which is left to
// say what it has to say in its log.
class Child {
 public:
  Child() = default;
  Child(Child&&) = default;
  Child& operator=(Child&& other) noexcept;
  ~Child() { forget(); }

  explicit operator bool() const { return process_ != nullptr; }
  // True once it has ended.
  bool advance() { return process_->advance(); }
  void end(services::ProcessEnd why) { process_->end(why); }
  // Of one that has ended; it is then nothing.
  Result<services::ProcessResult> take_result();

 private:
  friend class Children;
  Child(Children& family,
        ChildKind kind,
        std::unique_ptr<services::RunningProcess> process)
      : family_(&family), kind_(kind), process_(std::move(process)) {}
  void forget();

  Children* family_ = nullptr;
  ChildKind kind_ = ChildKind::kQuestion;
  std::unique_ptr<services::RunningProcess> process_;
};

class Children {
 public:
  Children(services::ProcessRunner& runner, RunLease& lease)
      : runner_(&runner), lease_(&lease) {}
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  Result<Child> start(ChildKind kind, services::ProcessRequest request);
  // Returns when one may have ended, and after `pause` at the latest.
  void await_news(std::chrono::milliseconds pause) const;

 private:
  friend class Child;
  struct Known {
    LeaseChild child;
    int handle;
  };
  void forget(int group);
  void leave(int group);
  void tell_lease();

  services::ProcessRunner* runner_;
  RunLease* lease_;
  std::vector<Known> known_;
};

}  // namespace commands::steps
