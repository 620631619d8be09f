#include "ledger/health.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <flatbuffers/base.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/anchor.h"
#include "ledger/file.h"
#include "ledger/lock.h"
#include "ledger/opening.h"
#include "ledger/recovery.h"
#include "ledger/rocksdb_engine.h"

namespace ledger {
namespace {
namespace fs = std::filesystem;

constexpr std::size_t kSyncs = 9;
constexpr std::size_t kSyncedBytes = 512;

std::uint64_t bytes_below(const fs::path& folder) {
  std::error_code error;
  std::uint64_t bytes = 0;
  for (fs::recursive_directory_iterator at(folder, error), end;
       !error && at != end;
       at.increment(error)) {
    std::error_code gone;
    const std::uint64_t size =
        at->is_regular_file(gone) ? at->file_size(gone) : 0;
    bytes += gone ? 0 : size;
  }
  return bytes;
}

}  // namespace

std::string library_build() {
  return fmt::format("RocksDB {}, {}, FlatBuffers {}.{}.{}, GCC {}",
                     rocksdb_version(),
                     libcrypto_version(),
                     FLATBUFFERS_VERSION_MAJOR,
                     FLATBUFFERS_VERSION_MINOR,
                     FLATBUFFERS_VERSION_REVISION,
                     __VERSION__);
}

std::optional<std::string> writer_at_work(const fs::path& folder) {
  const fs::path path = folder / kMainLockName;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || ::flock(file.get(), LOCK_SH | LOCK_NB) == 0 ||
      errno != EWOULDBLOCK) {
    return std::nullopt;
  }
  const auto text = read_file(path);
  return text && *text && !(*text)->empty() ? **text : "a process";
}

Usage usage(const fs::path& folder) {
  Usage result;
  result.store_bytes = bytes_below(folder / kStoreName);
  result.log_bytes = bytes_below(folder / kLogsName);
  const auto entries_of = [](const fs::path& place) {
    return list_folder(place).value_or(std::vector<fs::path>());
  };
  for (const fs::path& entry : entries_of(folder)) {
    if (entry.filename().string().starts_with(kKeptPrefix)) {
      result.kept_bytes += bytes_below(entry);
    }
  }
  for (const fs::path& entry : entries_of(folder / kStoreName)) {
    result.tables += entry.extension() == ".sst" ? 1U : 0U;
    result.store_logs += entry.extension() == ".log" ? 1U : 0U;
  }
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  result.free_bytes = error ? 0 : space.available;
  return result;
}

std::optional<std::chrono::microseconds> sync_time(const fs::path& folder) {
  const Descriptor file(
      ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
  if (!file) {
    return std::nullopt;
  }
  const std::string block(kSyncedBytes, 'x');
  std::array<std::chrono::microseconds, kSyncs> times{};
  for (auto& time : times) {
    const auto begin = std::chrono::steady_clock::now();
    if (::write(file.get(), block.data(), block.size()) < 0 ||
        ::fdatasync(file.get()) != 0) {
      return std::nullopt;
    }
    time = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin);
  }
  std::ranges::sort(times);
  return times[kSyncs / 2];
}

KeyFacts key_facts(const Settings& settings, std::string_view origin) {
  KeyFacts facts;
  facts.file = key_file(settings, origin);
  struct stat info {};
  facts.present = ::stat(facts.file.c_str(), &info) == 0;
  facts.private_to_owner = (info.st_mode & 0077U) == 0;
  // Made if it is missing, so asked only for one that is there.
  if (facts.present) {
    if (const auto key = load_or_create_key(facts.file, origin)) {
      facts.public_half = to_text(public_half(*key));
    }
  }
  return facts;
}

}  // namespace ledger
