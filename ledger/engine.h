// What the ledger needs of a store: ordered keys, and batches that are applied
// whole and synced or not at all. RocksDB is behind it now; an engine that
// replicates comes later without the ledger noticing.
//
// Errors: kIo (`disk-full`, `permission-denied`, `io-error`), kBusy,
// kCorruption `store-damaged`. Several threads may read at once; one writes.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/result.h"

namespace ledger {

// The log with its indexes, and the views: two key spaces.
enum class Space { kLog, kView };

struct Write {
  Space space;
  std::string key;
  std::optional<std::string> value;  // nothing: erase
};

class Engine {
 public:
  virtual ~Engine() = default;

  virtual Result<std::optional<std::string>> get(
      Space space, std::string_view key) const = 0;

  // Keys from `first` up to, not including, `last`, in byte order, until
  // `visit` returns false. The views are valid during the call only.
  using Visit =
      std::function<bool(std::string_view key, std::string_view value)>;
  virtual Status scan(Space space,
                      std::string_view first,
                      std::string_view last,
                      const Visit& visit) const = 0;
  // The same keys from the last one down.
  virtual Status scan_back(Space space,
                           std::string_view first,
                           std::string_view last,
                           const Visit& visit) const = 0;

  // Durable when it returns. A failed write is final: the store must not be
  // written to again by this process.
  virtual Status write(const std::vector<Write>& batch) = 0;

  // Folds the many small files of short-lived commands together, if there are
  // more than `logs_max` log files or as many tables as that makes. Changes no
  // content; may be killed.
  virtual Status maintain(std::size_t logs_max) = 0;

  // Rewrites every file that holds, or held, a key from `first` up to, not
  // including, `last`: no byte of a value that was erased or replaced stays in
  // the store's files, its logs among them. Changes no content; may be killed.
  virtual Status purge(Space space,
                       std::string_view first,
                       std::string_view last) = 0;
};

// A command that was told its success tidies up from so many log files on; one
// that goes on appending, at the latest from so many.
constexpr std::size_t kLogFilesMax = 50;
constexpr std::size_t kLogFilesLimit = 60;

// A log that does not end with a whole record, or has damage in it, is refused
// by kReadWrite and kReadOnly. The two Torn modes keep what stands before the
// damage; kTornReadWrite also makes the store such that it opens strictly
// again. Whether anything acknowledged was lost only the signed head can tell.
// kCreateBulk is for building beside the place: large buffers, and nothing that
// was written is durable before maintain(0).
enum class OpenMode {
  kCreate,
  kCreateBulk,
  kReadWrite,
  kReadOnly,
  kTornReadOnly,
  kTornReadWrite
};

}  // namespace ledger
