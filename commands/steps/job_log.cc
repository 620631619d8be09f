#include "commands/steps/job_log.h"

#include <array>
#include <cerrno>
#include <fstream>
#include <string>

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

// How many bytes of `log` from `begin` on and of `fetched` are the same.
std::uint64_t same_bytes(const fs::path& log,
                         std::uint64_t begin,
                         const fs::path& fetched) {
  std::ifstream ours(log, std::ios::binary);
  std::ifstream theirs(fetched, std::ios::binary);
  ours.seekg(static_cast<std::streamoff>(begin));
  std::array<char, kChunk> a;
  std::array<char, kChunk> b;
  std::uint64_t same = 0;
  while (true) {
    ours.read(a.data(), a.size());
    theirs.read(b.data(), b.size());
    const auto count = std::min(ours.gcount(), theirs.gcount());
    const auto differs =
        std::mismatch(a.begin(), a.begin() + count, b.begin()).first;
    same += static_cast<std::uint64_t>(differs - a.begin());
    if (differs != a.begin() + count ||
        count < static_cast<std::streamsize>(kChunk)) {
      return same;
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
