// The log of a remote job, kept here as far as it has been fetched. Each fetch
// brings the whole of it again; what is new is added, and nothing that was
// there is lost: where the job's log has begun anew (a recovery, a log that was
// cleaned away) a line says so and the new text follows. The time of a fetch,
// which SkyPilot puts before lines of its own, makes no difference.
//
// Errors: kIo. Not thread-safe.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "ledger/result.h"

namespace commands::steps {

// The extraction of metrics knows it: what stands before it is of an attempt
// that was cut short, and does not count.
constexpr std::string_view kLogBeginsAnew =
    "--- release-ledger: restarted job, its log begins anew ---\n";

class JobLog {
 public:
  // An existing log is gone on with.
  static ledger::Result<JobLog> open(std::filesystem::path log);

  // Adds what `fetched` has and the log has not.
  ledger::Status take(const std::filesystem::path& fetched);

  const std::filesystem::path& path() const { return log_; }

 private:
  explicit JobLog(std::filesystem::path log) : log_(std::move(log)) {}

  std::filesystem::path log_;
  std::uint64_t begin_ = 0;  // of the text that the job's log now begins with
};

}  // namespace commands::steps
