#include "ledger/rocksdb_engine.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/table.h>
#include <rocksdb/version.h>
#include <unistd.h>

#include "ledger/file.h"
#include "ledger/log_files.h"
#include "ledger/tasks.h"

namespace ledger {
namespace {
namespace fs = std::filesystem;

constexpr std::size_t kWriteBufferBytes = 1 << 20;
constexpr std::size_t kManifestPreallocationBytes = 64 << 10;
constexpr std::size_t kManifestBytesMax = 4 << 20;
constexpr int kOpenFilesMax = 128;
constexpr int kBloomBitsPerKey = 10;
constexpr std::size_t kProtectionBytesPerKey = 8;
// Tables that were only flushed, of one family, before they are merged.
constexpr std::size_t kLooseTablesMax = 6;
// A merge takes the next older run of tables with it if that is at most so
// many times as large; so each byte is merged a few times in all, the runs are
// a logarithm of the store, and a command seldom waits for more than its share.
constexpr std::uint64_t kMergeFactor = 4;
constexpr std::uint64_t kTableBytesMax = 512U << 20U;
// A bulk load makes tables of this size.
constexpr std::size_t kBulkWriteBufferBytes = 32 << 20;
// With two, RocksDB 7.8 finds where to divide the work and then does not.
constexpr std::uint32_t kBulkMergeThreads = 3;

// RocksDB's own diary is of no use to a command that lives for milliseconds.
class NoLogger : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// The library's own FileExists() asserts that access(2) fails for a missing
// file or EIO and nothing else, and Debian's build has assertions on.
class StoreFiles : public rocksdb::FileSystemWrapper {
 public:
  StoreFiles() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

  const char* Name() const override { return "StoreFiles"; }

  rocksdb::IOStatus FileExists(const std::string& name,
                               const rocksdb::IOOptions& /*options*/,
                               rocksdb::IODebugContext* /*debug*/) override {
    while (::access(name.c_str(), F_OK) != 0) {
      if (errno == ENOENT || errno == ENOTDIR || errno == EACCES) {
        return rocksdb::IOStatus::NotFound();
      }
      if (errno != EINTR) {
        return rocksdb::IOStatus::IOError("While asking for " + name,
                                          std::strerror(errno));
      }
    }
    return rocksdb::IOStatus::OK();
  }
};

// One for the whole process; the library's threads may outlive main().
rocksdb::Env* store_env() {
  static rocksdb::Env* const kEnv =
      rocksdb::NewCompositeEnv(std::make_shared<StoreFiles>()).release();
  return kEnv;
}

rocksdb::Options options() {
  rocksdb::Options o;
  o.env = store_env();
  o.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  o.avoid_flush_during_recovery = true;
  o.info_log = std::make_shared<NoLogger>();
  o.stats_dump_period_sec = 0;
  o.stats_persist_period_sec = 0;
  o.max_open_files = kOpenFilesMax;
  o.max_file_opening_threads = 1;
  o.skip_stats_update_on_db_open = true;
  o.skip_checking_sst_file_sizes_on_db_open = true;
  o.paranoid_checks = true;
  o.write_buffer_size = kWriteBufferBytes;
  o.max_write_buffer_number = 2;
  o.manifest_preallocation_size = kManifestPreallocationBytes;
  o.max_manifest_file_size = kManifestBytesMax;
  o.fail_if_options_file_error = false;
  o.write_dbid_to_manifest = true;
  o.max_background_jobs = 2;
  o.disable_auto_compactions = true;  // maintain() does it
  o.level0_slowdown_writes_trigger = 1000;
  o.level0_stop_writes_trigger = 2000;
  o.compression = rocksdb::kLZ4Compression;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  // Index and filter in parts, read when a key asks for them: an open would
  // read all of them, and they grow with the ledger.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.cache_index_and_filter_blocks = true;
  table.pin_top_level_index_and_filter = false;
  o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return o;
}

// What RocksDB says without the name of its kind of error: the word
// "corruption" is ours to say, after a look at the head.
std::string text_of(const rocksdb::Status& status) {
  std::string text = status.ToString();
  constexpr std::string_view kKind = "Corruption: ";
  for (auto at = text.find(kKind); at != text.npos; at = text.find(kKind)) {
    text.erase(at, kKind.size());
  }
  return text;
}

Error to_error(const rocksdb::Status& status, const fs::path& folder) {
  const std::string text = text_of(status);
  const auto says = [&](std::string_view words) {
    return text.find(words) != std::string::npos;
  };
  if (status.IsNoSpace() || says("No space left on device")) {
    return {ErrorCode::kIo,
            "disk-full",
            fmt::format("{}: no space left on the device", folder.string()),
            "free some space and type the command again"};
  }
  if (says("Permission denied")) {
    return {ErrorCode::kIo,
            "permission-denied",
            fmt::format("{}: permission denied", folder.string()),
            "the ledger belongs to the account that created it"};
  }
  if (says("lock hold by current process") ||
      (says("While lock file") && says("Resource temporarily unavailable"))) {
    return {
        ErrorCode::kBusy,
        "ledger-busy",
        fmt::format("{}: another program has the store open", folder.string()),
        "nothing but release-ledger may open it; end the other program"};
  }
  if (status.IsIOError() && !says("No such file")) {
    return {ErrorCode::kIo,
            "io-error",
            fmt::format("{}: {}", folder.string(), text),
            "nothing was acknowledged; type the command again"};
  }
  return {
      ErrorCode::kCorruption,
      "store-damaged",
      fmt::format("{}: the store cannot be read ({})", folder.string(), text),
      "keep the folder as it is and put back a backup beside it"};
}

// For each thread RocksDB counts its comparisons of keys, and much else, and
// nobody reads the counts.
void count_nothing() {
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
}

// At least what the batch takes as one record.
std::size_t bytes_of(const std::vector<Write>& batch) {
  constexpr std::size_t kHeader = 12;
  constexpr std::size_t kLengths = 16;
  std::size_t bytes = kHeader;
  for (const Write& w : batch) {
    bytes += kLengths + w.key.size() + (w.value ? w.value->size() : 0);
  }
  return bytes;
}

// Next to the key before it is where a key is inserted fastest. What is written
// twice keeps its order.
std::vector<const Write*> in_key_order(const std::vector<Write>& batch) {
  std::vector<const Write*> order;
  order.reserve(batch.size());
  for (const Write& w : batch) {
    order.push_back(&w);
  }
  std::ranges::stable_sort(order, [](const Write* a, const Write* b) {
    return a->space != b->space ? a->space < b->space : a->key < b->key;
  });
  return order;
}

class RocksdbEngine : public Engine {
 public:
  explicit RocksdbEngine(fs::path folder) : folder_(std::move(folder)) {}
  RocksdbEngine(const RocksdbEngine&) = delete;
  RocksdbEngine& operator=(const RocksdbEngine&) = delete;

  ~RocksdbEngine() override {
    for (rocksdb::ColumnFamilyHandle* handle : handles_) {
      if (handle != nullptr) {
        (void)db_->DestroyColumnFamilyHandle(handle);
      }
    }
    if (db_ != nullptr) {
      (void)db_->Close();
    }
  }

  Status open(OpenMode mode) {
    rocksdb::Options o = options();
    bulk_ = mode == OpenMode::kCreateBulk;
    const bool create = mode == OpenMode::kCreate || bulk_;
    o.create_if_missing = create;
    o.create_missing_column_families = create;
    o.error_if_exists = create;
    if (bulk_) {
      o.write_buffer_size = kBulkWriteBufferBytes;
    }
    const bool torn =
        mode == OpenMode::kTornReadOnly || mode == OpenMode::kTornReadWrite;
    if (torn) {
      o.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    }
    // Without a flush the damaged log would stay, and every later strict open
    // would refuse it (measured).
    o.avoid_flush_during_recovery = mode != OpenMode::kTornReadWrite;
    const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
        {rocksdb::kDefaultColumnFamilyName, o}, {"view", o}};
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    const rocksdb::Status status =
        mode == OpenMode::kReadOnly || mode == OpenMode::kTornReadOnly
            ? rocksdb::DB::OpenForReadOnly(
                  o, folder_.string(), families, &handles, &db)
            : rocksdb::DB::Open(o, folder_.string(), families, &handles, &db);
    if (!status.ok()) {
      return std::unexpected(to_error(status, folder_));
    }
    db_.reset(db);
    std::ranges::copy(handles, handles_.begin());
    return mode == OpenMode::kTornReadWrite ? flush() : Status();
  }

  Result<std::optional<std::string>> get(Space space,
                                         std::string_view key) const override {
    count_nothing();
    std::string value;
    const rocksdb::Status status = db_->Get(
        {}, handle(space), rocksdb::Slice(key.data(), key.size()), &value);
    if (status.IsNotFound()) {
      return std::nullopt;
    }
    if (!status.ok()) {
      return std::unexpected(to_error(status, folder_));
    }
    return value;
  }

  Status scan(Space space,
              std::string_view first,
              std::string_view last,
              const Visit& visit) const override {
    count_nothing();
    const rocksdb::Slice upper(last.data(), last.size());
    rocksdb::ReadOptions read;
    read.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> it(
        db_->NewIterator(read, handle(space)));
    it->Seek(rocksdb::Slice(first.data(), first.size()));
    while (it->Valid() && shown(*it, visit)) {
      it->Next();
    }
    return status_of(*it);
  }

  Status scan_back(Space space,
                   std::string_view first,
                   std::string_view last,
                   const Visit& visit) const override {
    const rocksdb::Slice lower(first.data(), first.size());
    const rocksdb::Slice upper(last.data(), last.size());
    rocksdb::ReadOptions read;
    read.iterate_lower_bound = &lower;
    read.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> it(
        db_->NewIterator(read, handle(space)));
    it->SeekToLast();
    while (it->Valid() && shown(*it, visit)) {
      it->Prev();
    }
    return status_of(*it);
  }

  Status write(const std::vector<Write>& batch) override {
    count_nothing();
    rocksdb::WriteBatch rows(bytes_of(batch), 0, kProtectionBytesPerKey, 0);
    for (const Write* w : in_key_order(batch)) {
      const rocksdb::Status status =
          w->value ? rows.Put(handle(w->space), w->key, *w->value)
                   : rows.Delete(handle(w->space), w->key);
      RL_CHECK(status.ok(), "a write batch refused a key");
    }
    rocksdb::WriteOptions durable;
    durable.sync = !bulk_;
    durable.disableWAL = bulk_;
    const rocksdb::Status status = db_->Write(durable, &rows);
    if (!status.ok()) {
      return std::unexpected(to_error(status, folder_));
    }
    return {};
  }

  Status maintain(std::size_t logs_max) override {
    const auto many_loose = [&](rocksdb::ColumnFamilyHandle* family) {
      return levels(family).front().files.size() > kLooseTablesMax;
    };
    if (!needs_maintenance(folder_, logs_max) &&
        std::ranges::none_of(handles_, many_loose)) {
      return {};
    }
    RL_TRY(flush());
    if (bulk_) {
      const Task merges[] = {[this] { return merge(handles_.front()); },
                             [this] { return merge(handles_.back()); }};
      return run_all(merges, Threads::kOneEach);
    }
    for (rocksdb::ColumnFamilyHandle* family : handles_) {
      RL_TRY(merge(family));
    }
    return {};
  }

  Status purge(Space space,
               std::string_view first,
               std::string_view last) override {
    RL_TRY(flush());
    rocksdb::CompactRangeOptions all;
    all.bottommost_level_compaction =
        rocksdb::BottommostLevelCompaction::kForce;
    const rocksdb::Slice begin(first.data(), first.size());
    const rocksdb::Slice end(last.data(), last.size());
    rocksdb::Status status =
        db_->CompactRange(all, handle(space), &begin, &end);
    // Switching deletions off and on has the old files gone when it returns.
    if (status.ok()) {
      status = db_->DisableFileDeletions();
    }
    if (status.ok()) {
      status = db_->EnableFileDeletions(true);
    }
    return status.ok() ? Status() : std::unexpected(to_error(status, folder_));
  }

 private:
  static bool shown(const rocksdb::Iterator& it, const Visit& visit) {
    return visit({it.key().data(), it.key().size()},
                 {it.value().data(), it.value().size()});
  }

  Status status_of(const rocksdb::Iterator& it) const {
    const rocksdb::Status status = it.status();
    return status.ok() ? Status() : std::unexpected(to_error(status, folder_));
  }

  Status flush() {
    for (rocksdb::ColumnFamilyHandle* family : handles_) {
      const rocksdb::Status status = db_->Flush({}, family);
      if (!status.ok()) {
        return std::unexpected(to_error(status, folder_));
      }
    }
    return {};
  }

  std::vector<rocksdb::LevelMetaData> levels(
      rocksdb::ColumnFamilyHandle* family) const {
    rocksdb::ColumnFamilyMetaData tables;
    db_->GetColumnFamilyMetaData(family, &tables);
    return tables.levels;
  }

  // Level 0 is loose tables, newest first; each level below it one run, larger
  // and older than the one above. RocksDB by itself would only move the small
  // tables down, as their key ranges hardly overlap, and never merge them.
  Status merge(rocksdb::ColumnFamilyHandle* family) {
    const auto runs = levels(family);
    std::vector<std::string> tables;
    std::uint64_t bytes = 0;
    int into = static_cast<int>(runs.size()) - 1;
    for (const rocksdb::LevelMetaData& run : runs) {
      if (run.files.empty()) {
        continue;
      }
      if (run.level > 1 && run.size > kMergeFactor * bytes) {
        into = run.level - 1;
        break;
      }
      bytes += run.size;
      for (const rocksdb::SstFileMetaData& table : run.files) {
        tables.push_back(table.name);
      }
    }
    if (tables.empty()) {
      return {};
    }
    rocksdb::CompactionOptions merging;
    merging.compression = rocksdb::kDisableCompressionOption;  // as usual
    merging.output_file_size_limit = kTableBytesMax;
    if (bulk_) {
      merging.max_subcompactions = kBulkMergeThreads;
    }
    // Where the manifest could not be synced, its record may have reached the
    // disk all the same; but CompactFiles then removes the tables it names.
    db_->DisableFileDeletions().PermitUncheckedError();
    rocksdb::Status status = db_->CompactFiles(merging, family, tables, into);
    if (status.ok()) {
      status = db_->EnableFileDeletions(true);
    }
    return status.ok() ? Status() : std::unexpected(to_error(status, folder_));
  }

  rocksdb::ColumnFamilyHandle* handle(Space space) const {
    return handles_[space == Space::kLog ? 0 : 1];
  }

  fs::path folder_;
  bool bulk_ = false;  // nothing is durable before maintain(0)
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, 2> handles_{};
};

}  // namespace

std::string rocksdb_version() {
  return rocksdb::GetRocksVersionAsString();
}

bool needs_maintenance(const fs::path& folder, std::size_t logs_max) {
  // A folder that cannot be read is the next open's to report.
  const auto files = list_folder(folder).value_or(std::vector<fs::path>());
  return std::cmp_greater(
      std::ranges::count_if(
          files,
          [](const fs::path& file) { return file.extension() == ".log"; }),
      logs_max);
}

Result<std::unique_ptr<Engine>> open_rocksdb(const fs::path& folder,
                                             OpenMode mode) {
  if (mode != OpenMode::kCreate && mode != OpenMode::kCreateBulk) {
    RL_TRY(check_log_order(folder));
  }
  auto engine = std::make_unique<RocksdbEngine>(folder);
  RL_TRY(engine->open(mode));
  return engine;
}

}  // namespace ledger
