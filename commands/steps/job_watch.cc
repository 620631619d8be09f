#include "commands/steps/job_watch.h"

namespace commands::steps {
std::optional<ListingOrError> JobWatch::advance(bool is_wanted) {
  if (child_) {
    if (!child_.advance()) {
      return std::nullopt;
    }
    auto process = child_.take_result();
    return process
               ? services::skypilot::read_queue(
                     *process, context_.settings->remote_queue, kCallPatience)
               : ListingOrError(std::unexpected(process.error()));
  }
  const std::int64_t now = context_.environment.clock->now_ms();
  const auto pause_ms =
      static_cast<std::int64_t>(context_.settings->poll_s * 1000);
  const bool due =
      !asked_ms_ || now < *asked_ms_ || now - *asked_ms_ >= pause_ms;
  if (!is_wanted || !due || services::interrupt_requested()) {
    return std::nullopt;
  }
  asked_ms_ = now;
  return ask();
}

std::optional<ListingOrError> JobWatch::ask() {
  services::ProcessRequest request;
  request.argv = context_.settings->remote_queue;
  request.directory = context_.environment.work_tree;
  request.timeout = kCallPatience;
  auto child = children_.start(ChildKind::kQuestion, std::move(request));
  if (!child) {
    return ListingOrError(std::unexpected(child.error()));
  }
  child_ = std::move(*child);
  return std::nullopt;
}

}  // namespace commands::steps
