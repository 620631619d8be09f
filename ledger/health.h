// What can be known of a ledger's surroundings by looking: locks, files, disk,
// keys. Changes nothing, and takes no lock for longer than a look.
//
// Errors: kIo. Thread-safe.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "ledger/ledger.h"

namespace ledger {

// "RocksDB 7.8.3, OpenSSL 3.0.11 ..., FlatBuffers 2.0.8, GCC 12.2.0".
std::string library_build();

// Who holds the ledger exclusively at this moment; nothing if nobody does.
std::optional<std::string> writer_at_work(const std::filesystem::path& folder);

struct Usage {
  std::uint64_t store_bytes = 0;
  std::uint64_t log_bytes = 0;   // of validations
  std::uint64_t kept_bytes = 0;  // stores as crashes left them
  std::size_t tables = 0;
  std::size_t store_logs = 0;
  std::uint64_t free_bytes = 0;  // on the disk, for this account
};
Usage usage(const std::filesystem::path& folder);

// The median of a few small writes that are synced, into a file without a
// name; nothing where the file system has none.
std::optional<std::chrono::microseconds> sync_time(
    const std::filesystem::path& folder);

struct KeyFacts {
  std::filesystem::path file;
  bool present = false;
  bool private_to_owner = false;  // 0600 or less
  std::string public_half;        // empty: it could not be read
};
KeyFacts key_facts(const Settings& settings, std::string_view origin);

}  // namespace ledger
