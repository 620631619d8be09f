#include "ledger/tasks.h"

#include <future>
#include <ranges>
#include <vector>

namespace ledger {

Status run_all(std::span<const Task> tasks, Threads threads) {
  std::vector<std::future<Status>> ends;
  for (const Task& task : tasks) {
    // The last one by this thread, while the others are at work.
    const bool own = threads == Threads::kOne || &task == &tasks.back();
    ends.push_back(
        std::async(own ? std::launch::deferred : std::launch::async, task));
  }
  Status status;
  for (std::future<Status>& end : ends | std::views::reverse) {
    if (Status one = end.get(); !one && status) {
      status = std::move(one);
    }
  }
  return status;
}

}  // namespace ledger
