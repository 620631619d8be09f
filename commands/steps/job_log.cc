#include "commands/steps/job_log.h"

#include <array>
#include <cerrno>
#include <fstream>
#include <string>
#include <string_view>

#include "ledger/file.h"

namespace commands::steps {
namespace {
namespace fs = std::filesystem;
using ledger::Status;

constexpr std::size_t kChunk = std::size_t{64} << 10;

std::uint64_t size_of(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  return error ? 0 : size;
}

// SkyPilot stamps lines of its own with the time of the fetch:
//   I 10-02 12:00:01 log_lib.py:425] Start streaming logs for managed job 1.
// Two lines that differ in the digits of such a stamp alone are the same.
class Sameness {
 public:
  // False where the texts part.
  bool take(std::string_view ours, std::string_view theirs) {
    if (!differs_ && ours == theirs && ours.size() > kStamp.size()) {
      // What follows depends on their end alone.
      const std::string_view end = ours.substr(ours.size() - kStamp.size() - 1);
      at_ += ours.size() - end.size();
      column_ = kStamp.size();
      return take_each(end, end);
    }
    return take_each(ours, theirs);
  }
  // So much of both is the same.
  std::uint64_t count() const { return differs_ ? differs_at_ : at_; }

 private:
  // A letter, and digits where it has a zero.
  static constexpr std::string_view kStamp = "I 00-00 00:00:00 ";

  static bool fits(char expected, char c) {
    return expected == 'I'   ? c == 'I' || c == 'W' || c == 'E'
           : expected == '0' ? c >= '0' && c <= '9'
                             : c == expected;
  }

  bool take_each(std::string_view ours, std::string_view theirs) {
    for (std::size_t i = 0; i < ours.size(); ++i) {
      if (!take_one(ours[i], theirs[i])) {
        return false;
      }
    }
    return true;
  }

  bool take_one(char a, char b) {
    const bool in_stamp = column_ < kStamp.size() && fits(kStamp[column_], a) &&
                          fits(kStamp[column_], b);
    if (a != b && (!in_stamp || kStamp[column_] != '0')) {
      return false;
    }
    if (!in_stamp && differs_) {
      return false;  // it was no stamp
    }
    if (a != b && !differs_) {
      differs_ = true;
      differs_at_ = at_;
    }
    ++at_;
    column_ = a == '\n' ? 0 : in_stamp ? column_ + 1 : kStamp.size();
    if (column_ == kStamp.size()) {
      differs_ = false;
    }
    return true;
  }

  std::uint64_t at_ = 0;
  std::size_t column_ = 0;  // of the line; kStamp.size(): behind its stamp
  bool differs_ = false;    // in a stamp that is not whole yet
  std::uint64_t differs_at_ = 0;
};

// How many bytes of `log` from `begin` on and of `fetched` are the same.
std::uint64_t same_bytes(const fs::path& log,
                         std::uint64_t begin,
                         const fs::path& fetched) {
  std::ifstream ours(log, std::ios::binary);
  std::ifstream theirs(fetched, std::ios::binary);
  ours.seekg(static_cast<std::streamoff>(begin));
  std::array<char, kChunk> a;
  std::array<char, kChunk> b;
  Sameness sameness;
  while (true) {
    ours.read(a.data(), a.size());
    theirs.read(b.data(), b.size());
    const auto count =
        static_cast<std::size_t>(std::min(ours.gcount(), theirs.gcount()));
    if (!sameness.take({a.data(), count}, {b.data(), count}) ||
        count < kChunk) {
      return sameness.count();
    }
  }
}

Status append(const fs::path& log,
              std::string_view before,
              const fs::path& fetched,
              std::uint64_t from) {
  std::ifstream in(fetched, std::ios::binary);
  std::ofstream out(log, std::ios::binary | std::ios::app);
  in.seekg(static_cast<std::streamoff>(from));
  out << before;
  std::array<char, kChunk> bytes;
  while (in.read(bytes.data(), bytes.size()) || in.gcount() > 0) {
    out.write(bytes.data(), in.gcount());
  }
  out.flush();
  return out ? Status() : Status(ledger::io_error(log, errno));
}

// Past the last line that says that the log begins anew.
std::uint64_t newest_beginning(const fs::path& log) {
  std::ifstream in(log, std::ios::binary);
  std::string line;
  std::uint64_t at = 0;
  std::uint64_t begin = 0;
  while (std::getline(in, line)) {
    at += line.size() + 1;
    if (line == kLogBeginsAnew.substr(0, kLogBeginsAnew.size() - 1)) {
      begin = at;
    }
  }
  return begin;
}

}  // namespace

ledger::Result<JobLog> JobLog::open(fs::path log) {
  JobLog result(std::move(log));
  std::ofstream out(result.log_, std::ios::binary | std::ios::app);
  if (!out) {
    return ledger::io_error(result.log_, errno);
  }
  std::error_code error;
  fs::permissions(
      result.log_, fs::perms::owner_read | fs::perms::owner_write, error);
  result.begin_ = newest_beginning(result.log_);
  return result;
}

Status JobLog::take(const fs::path& fetched) {
  const std::uint64_t here = size_of(log_);
  const std::uint64_t there = size_of(fetched);
  const std::uint64_t same = same_bytes(log_, begin_, fetched);
  if (begin_ + same >= here) {
    return same < there ? append(log_, "", fetched, same) : Status();
  }
  if (same == there) {
    return {};  // cut short, or begun anew with the same words: nothing is new
  }
  std::string before(here > 0 ? "\n" : "");
  before += kLogBeginsAnew;
  RL_TRY(append(log_, before, fetched, 0));
  begin_ = here + before.size();
  return {};
}

}  // namespace commands::steps
