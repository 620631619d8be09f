#include "commands/services/process.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <string>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands/services/process_group.h"
#include "commands/services/process_spawn.h"

namespace commands::services {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kTick{100};
constexpr std::size_t kReadSize = 64UL << 10;
// How often advance() takes what is there before it lets others have a turn.
constexpr int kLooksMax = 64;

std::atomic<bool> interrupt_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set in a handler");

// Watches one child from its start to its end.
class Watch final : public RunningProcess {
 public:
  Watch(ProcessRequest request, Child child, Clock::time_point begun)
      : request_(std::move(request)), child_(std::move(child)), begun_(begun) {}
  ~Watch() override;

  // Waits for news, at most so long; true: it has ended.
  bool look(milliseconds pause);

  int group() const override { return child_.pid; }
  int handle() const override { return child_.handle.number(); }
  bool advance() override;
  Result<ProcessResult> result() override;
  void end(ProcessEnd why) override { ask_to_end(why, Clock::now()); }
  void leave() override { left_ = true; }

 private:
  bool wait_for_news(milliseconds pause);  // true: the leader has exited
  void look_after(Clock::time_point now);
  void ask_to_end(ProcessEnd why, Clock::time_point now);
  std::optional<ProcessEnd> reason_to_end(Clock::time_point now) const;
  bool log_is_too_large() const;
  // Takes what a pipe holds, `bytes_max` at most; the number of bytes.
  std::size_t take(Descriptor& pipe, std::string& text, std::size_t bytes_max);
  void take_rest(Descriptor& pipe, std::string& text);
  void end_leftovers();
  Status reap();

  const ProcessRequest request_;
  Child child_;
  Clock::time_point begun_;
  Clock::time_point next_tick_ = begun_ + kTick;
  std::optional<Clock::time_point> kill_at_;  // set: TERM was sent
  bool killed_ = false;
  bool took_ = false;  // something, at the newest look
  bool ended_ = false;
  bool left_ = false;
  Status reaped_;
  ProcessResult result_;
};

Watch::~Watch() {
  if (!ended_ && !left_) {
    end_process_group(child_.pid, request_.term_grace);
    (void)reap();
  }
}

bool Watch::look(milliseconds pause) {
  if (!wait_for_news(pause)) {
    look_after(Clock::now());
    return false;
  }
  ended_ = true;
  reaped_ = reap();
  end_leftovers();
  take_rest(child_.out, result_.out);
  take_rest(child_.err, result_.err);
  result_.duration =
      std::chrono::duration_cast<milliseconds>(Clock::now() - begun_);
  return true;
}

bool Watch::advance() {
  for (int i = 0; i < kLooksMax && !ended_; ++i) {
    if (look(milliseconds(0)) || !took_) {
      break;
    }
  }
  return ended_;
}

Result<ProcessResult> Watch::result() {
  RL_CHECK(ended_, "only what has ended has a result");
  RL_TRY(reaped_);
  return std::move(result_);
}

bool Watch::wait_for_news(milliseconds pause) {
  took_ = false;
  Clock::time_point until = std::min(next_tick_, Clock::now() + pause);
  if (kill_at_ && !killed_) {
    until = std::min(until, *kill_at_);
  } else if (!kill_at_ && request_.timeout) {
    until = std::min(until, begun_ + *request_.timeout);
  }
  const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
  // poll passes over closed descriptors: they are -1.
  std::array<pollfd, 3> news{{{child_.handle.number(), POLLIN, 0},
                              {child_.out.number(), POLLIN, 0},
                              {child_.err.number(), POLLIN, 0}}};
  const auto wait_ms = std::max<milliseconds::rep>(left.count(), 0);
  if (poll(news.data(), news.size(), static_cast<int>(wait_ms)) <= 0) {
    return false;  // time to look around, or a signal came
  }
  if (news[1].revents != 0) {
    took_ = take(child_.out, result_.out, kReadSize) > 0;
  }
  if (news[2].revents != 0) {
    took_ = take(child_.err, result_.err, kReadSize) > 0 || took_;
  }
  return news[0].revents != 0;
}

void Watch::look_after(Clock::time_point now) {
  if (kill_at_) {
    if (!killed_ && now >= *kill_at_) {
      kill(-child_.pid, SIGKILL);
      killed_ = true;
    }
  } else if (const auto reason = reason_to_end(now)) {
    ask_to_end(*reason, now);
  }
  if (now >= next_tick_) {
    next_tick_ = now + kTick;
    if (request_.tick) {
      request_.tick();
    }
  }
}

void Watch::ask_to_end(ProcessEnd why, Clock::time_point now) {
  if (!kill_at_ && !ended_) {
    result_.end = why;
    kill(-child_.pid, SIGTERM);
    kill_at_ = now + request_.term_grace;
  }
}

std::optional<ProcessEnd> Watch::reason_to_end(Clock::time_point now) const {
  if (request_.interruptible && interrupt_requested()) {
    return ProcessEnd::kInterrupted;
  }
  if (request_.timeout && now >= begun_ + *request_.timeout) {
    return ProcessEnd::kTimedOut;
  }
  if (now >= next_tick_ && log_is_too_large()) {
    return ProcessEnd::kLogTooLarge;
  }
  return std::nullopt;
}

bool Watch::log_is_too_large() const {
  struct stat log {};
  return request_.log_bytes_max > 0 && child_.log.is_open() &&
         fstat(child_.log.number(), &log) == 0 &&
         static_cast<std::uint64_t>(log.st_size) > request_.log_bytes_max;
}

std::size_t Watch::take(Descriptor& pipe,
                        std::string& text,
                        std::size_t bytes_max) {
  std::array<char, kReadSize> bytes;
  const ssize_t count =
      read(pipe.number(), bytes.data(), std::min(bytes.size(), bytes_max));
  if (count <= 0) {
    if (count == 0) {
      pipe.close();  // or poll would report its end for ever
    }
    return 0;
  }
  const auto size = static_cast<std::size_t>(count);
  const std::size_t room = request_.capture_bytes_max - text.size();
  text.append(bytes.data(), std::min(size, room));
  result_.truncated = result_.truncated || size > room;
  return size;
}

// What the group has written is in the pipe by now. Its end is not waited
// for, and no more than a pipe can hold is taken: a process that left the
// group may keep it open and go on writing.
void Watch::take_rest(Descriptor& pipe, std::string& text) {
  const int capacity = pipe.is_open() ? fcntl(pipe.number(), F_GETPIPE_SZ) : 0;
  std::size_t left = capacity > 0 ? static_cast<std::size_t>(capacity) : 0;
  while (left > 0) {
    const std::size_t taken = take(pipe, text, left);
    if (taken == 0) {
      return;
    }
    left -= taken;
  }
}

// The leader is gone. A living member still pins the group's number, so the
// number cannot have passed to a stranger.
void Watch::end_leftovers() {
  if (!group_has_living_member(child_.pid)) {
    return;
  }
  if (kill_at_) {
    await_group_end(child_.pid, *kill_at_);
  } else {
    end_process_group(child_.pid,
                      std::min(request_.term_grace, kLeftoverGrace));
  }
}

Status Watch::reap() {
  int status = 0;
  while (waitpid(child_.pid, &status, 0) < 0) {
    if (errno != EINTR) {
      return ledger::fail(ledger::ErrorCode::kInternal,
                          "child-taken",
                          "somebody else has waited for our child process");
    }
  }
  if (WIFEXITED(status)) {
    result_.exit_code = WEXITSTATUS(status);
  } else {
    result_.signal = WTERMSIG(status);
    if (!kill_at_) {
      result_.end = ProcessEnd::kSignalled;
    }
  }
  return {};
}

}  // namespace

Result<ProcessResult> SystemProcessRunner::run(const ProcessRequest& request) {
  if (request.interruptible && interrupt_requested()) {
    ProcessResult nothing;
    nothing.end = ProcessEnd::kInterrupted;
    return nothing;
  }
  const Clock::time_point begun = Clock::now();
  RL_ASSIGN(Child child, spawn(request));
  if (request.started) {
    request.started(child.pid);
  }
  Watch watch(request, std::move(child), begun);
  while (!watch.look(kTick)) {
  }
  return watch.result();
}

Result<std::unique_ptr<RunningProcess>> SystemProcessRunner::start(
    const ProcessRequest& request) {
  const Clock::time_point begun = Clock::now();
  RL_ASSIGN(Child child, spawn(request));
  if (request.started) {
    request.started(child.pid);
  }
  return std::make_unique<Watch>(request, std::move(child), begun);
}

void await_news(const std::vector<int>& handles, milliseconds pause) {
  std::vector<pollfd> news;
  news.reserve(handles.size());
  for (const int handle : handles) {
    news.push_back({handle, POLLIN, 0});
  }
  // Fails only for want of memory or by a signal: then it was a short pause.
  (void)poll(news.data(), news.size(), static_cast<int>(pause.count()));
}

void request_interrupt() {
  interrupt_flag.store(true);
}

bool interrupt_requested() {
  return interrupt_flag.load();
}

}  // namespace commands::services
