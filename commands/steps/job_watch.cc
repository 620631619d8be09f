#include "commands/steps/job_watch.h"

#include <fmt/ranges.h>

namespace commands::steps {
namespace {

std::string end_of(const services::ProcessResult& process) {
  switch (process.end) {
    case services::ProcessEnd::kTimedOut:
      return fmt::format("no answer within {} s", kCallPatience.count());
    case services::ProcessEnd::kExited:
      return fmt::format("exit code {}", process.exit_code.value_or(-1));
    default:
      return "it was ended";
  }
}

}  // namespace

std::optional<ListingOrError> JobWatch::advance(bool is_wanted) {
  if (child_) {
    if (!child_.advance()) {
      return std::nullopt;
    }
    auto process = child_.take_result();
    return process ? answer(*process)
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

ListingOrError JobWatch::answer(const services::ProcessResult& process) const {
  if (process.end == services::ProcessEnd::kExited && process.exit_code == 0) {
    return services::skypilot::read_queue(process.out,
                                          context_.settings->remote_queue);
  }
  return fail(ErrorCode::kUpstream,
              "cluster-unreachable",
              fmt::format("{}: {}",
                          fmt::join(context_.settings->remote_queue, " "),
                          end_of(process)));
}

}  // namespace commands::steps
