#include "commands/steps/children.h"

#include <utility>

namespace commands::steps {

Child& Child::operator=(Child&& other) noexcept {
  if (this != &other) {
    forget();
    family_ = other.family_;
    kind_ = other.kind_;
    process_ = std::move(other.process_);
  }
  return *this;
}

Result<services::ProcessResult> Child::take_result() {
  auto result = process_->result();
  const int group = process_->group();
  process_.reset();
  family_->forget(group);
  return result;
}

void Child::forget() {
  if (process_ == nullptr) {
    return;
  }
  const int group = process_->group();
  if (kind_ == ChildKind::kLaunch) {
    process_->leave();  // and the lease goes on to name it
    process_.reset();
    family_->leave(group);
    return;
  }
  process_.reset();
  family_->forget(group);
}

Result<Child> Children::start(ChildKind kind,
                              services::ProcessRequest request) {
  request.inherited = {lease_->descriptor()};
  // Before it runs, so that whoever finds it without us knows what it is; its
  // group as soon as there is one.
  known_.push_back({{kind, 0}, -1});
  tell_lease();
  request.started = [this](int group) {
    known_.back().child.group = group;
    tell_lease();
  };
  auto process = runner_->start(request);
  if (!process) {
    known_.pop_back();
    tell_lease();
    return std::unexpected(process.error());
  }
  known_.back().handle = (*process)->handle();
  return Child(*this, kind, std::move(*process));
}

void Children::await_news(std::chrono::milliseconds pause) const {
  std::vector<int> handles;
  for (const Known& known : known_) {
    handles.push_back(known.handle);
  }
  services::await_news(handles, pause);
}

void Children::forget(int group) {
  std::erase_if(known_,
                [&](const Known& known) { return known.child.group == group; });
  tell_lease();
}

void Children::leave(int group) {
  for (Known& known : known_) {
    if (known.child.group == group) {
      known.handle = -1;
    }
  }
}

void Children::tell_lease() {
  std::vector<LeaseChild> children;
  for (const Known& known : known_) {
    children.push_back(known.child);
  }
  // A lease that cannot be written is still held; a successor then waits for
  // what is left of us instead of ending it.
  (void)lease_->note_children(children);
}

}  // namespace commands::steps
