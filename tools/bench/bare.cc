// What the store costs without Release Ledger: RocksDB alone, with the same
// column families and options.
//
//   bench_bare create DB     an empty store
//   bench_bare put DB KEY    open, one synced batch as an append writes, close
//   bench_bare tidy DB       what maintenance does
//   bench_bare get DB KEY... open read-only, get KEYs of `view`, close
//   bench_bare rows DB KIND COUNT [METRIC]
//                            open read-only, read the last COUNT rows of a
//                            kind of the timeline, or of a metric in it, close
//   bench_bare stream DB NAME
//                            open read-only, read a release's row and the
//                            envelope and payload of each of its events, close
//   bench_bare scan DB       seconds to read every key and value once, and
//                            seconds of SHA-256 over envelopes and payloads
//   bench_bare load DB NEW   seconds to write all of DB into a new store

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

namespace {

using Clock = std::chrono::steady_clock;

class NoLogger : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::Options tuned() {
  rocksdb::Options o;
  o.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  o.avoid_flush_during_recovery = true;
  o.info_log = std::make_shared<NoLogger>();
  o.stats_dump_period_sec = 0;
  o.stats_persist_period_sec = 0;
  o.max_open_files = 128;
  o.max_file_opening_threads = 1;
  o.skip_stats_update_on_db_open = true;
  o.skip_checking_sst_file_sizes_on_db_open = true;
  o.write_buffer_size = 1 << 20;
  o.manifest_preallocation_size = 64 << 10;
  o.disable_auto_compactions = true;
  o.compression = rocksdb::kLZ4Compression;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.cache_index_and_filter_blocks = true;
  table.pin_top_level_index_and_filter = false;
  o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return o;
}

[[noreturn]] void end(const std::string& text) {
  fmt::print(stderr, "bench_bare: {}\n", text);
  std::exit(1);
}

void check(const rocksdb::Status& status) {
  if (!status.ok()) {
    end(status.ToString());
  }
}

struct Store {
  Store(const std::string& path, bool create, bool read_only) {
    rocksdb::Options o = tuned();
    o.create_if_missing = create;
    o.create_missing_column_families = create;
    const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
        {rocksdb::kDefaultColumnFamilyName, o}, {"view", o}};
    rocksdb::DB* opened = nullptr;
    check(read_only ? rocksdb::DB::OpenForReadOnly(
                          o, path, families, &handles, &opened)
                    : rocksdb::DB::Open(o, path, families, &handles, &opened));
    db.reset(opened);
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store() {
    for (auto* handle : handles) {
      (void)db->DestroyColumnFamilyHandle(handle);
    }
    (void)db->Close();
  }
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
};

// The keys and sizes of one approval.
void put(const std::string& path, const std::string& key) {
  const Store store(path, false, false);
  rocksdb::WriteBatch batch;
  const auto add = [&](int family, const std::string& kind, std::size_t bytes) {
    check(batch.Put(store.handles[static_cast<std::size_t>(family)],
                    kind + key,
                    std::string(bytes, 'x')));
  };
  add(0, "e", 330);
  add(0, "p", 350);
  add(0, "i", 8);
  add(0, "d", 8);
  add(0, "s", 24);
  add(0, "h", 256);
  add(0, "B", 0);
  add(0, "H", 208);
  add(1, "v", 7'000);
  add(1, "B", 0);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  check(store.db->Write(synced, &batch));
}

void tidy(const std::string& path) {
  const Store store(path, false, false);
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction =
      rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (auto* handle : store.handles) {
    check(store.db->Flush({}, handle));
    check(store.db->CompactRange(all, handle, nullptr, nullptr));
  }
}

void get(const std::string& path, const std::vector<std::string>& keys) {
  const Store store(path, false, true);
  std::string value;
  for (const std::string& key : keys) {
    // Keys of rows: kind, projection 1, generation, name.
    const std::string row = std::string("v\0\1\0\0\0\1", 7) + key;
    check(store.db->Get({}, store.handles[1], row, &value));
  }
}

void stream(const std::string& path, const std::string& name) {
  const Store store(path, false, true);
  std::string value;
  check(store.db->Get(
      {}, store.handles[1], std::string("v\0\1\0\0\0\1", 7) + name, &value));
  // Keys of the index: kind, kind of stream, name, its end, version.
  const std::string first = "i\1" + name + std::string(1, '\0');
  const std::unique_ptr<rocksdb::Iterator> it(
      store.db->NewIterator({}, store.handles[0]));
  std::size_t bytes = 0;
  for (it->Seek(first); it->Valid() && it->key().starts_with(first);
       it->Next()) {
    for (const char* kind : {"e", "p"}) {
      check(store.db->Get(
          {}, store.handles[0], kind + it->value().ToString(), &value));
      bytes += value.size();
    }
  }
  check(it->status());
  if (bytes == 0) {
    end("no event of " + name);
  }
  fmt::print("{} bytes\n", bytes);
}

void rows(const std::string& path,
          const std::string& kind,
          std::size_t count,
          const std::string& metric) {
  const Store store(path, false, true);
  std::string first = std::string("v\0\2\0\0\0\1", 7) + kind;
  if (!metric.empty()) {
    first += metric + std::string(1, '\0');
  }
  const std::string last = first + std::string(9, '\xff');
  const rocksdb::Slice lower(first);
  const rocksdb::Slice upper(last);
  rocksdb::ReadOptions range;
  range.iterate_lower_bound = &lower;
  range.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> it(
      store.db->NewIterator(range, store.handles[1]));
  std::size_t bytes = 0;
  std::size_t seen = 0;
  for (it->SeekToLast(); it->Valid() && seen < count; it->Prev()) {
    bytes += it->value().size();
    ++seen;
  }
  check(it->status());
  if (seen != count) {
    end(fmt::format("{} rows, not {}", seen, count));
  }
  fmt::print("{} bytes\n", bytes);
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void scan(const std::string& path) {
  const Store store(path, false, true);
  std::uint64_t keys = 0;
  std::uint64_t bytes = 0;
  const auto begin = Clock::now();
  for (auto* handle : store.handles) {
    const std::unique_ptr<rocksdb::Iterator> it(
        store.db->NewIterator({}, handle));
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      ++keys;
      bytes += it->key().size() + it->value().size();
    }
    check(it->status());
  }
  const double read = seconds_since(begin);

  // Hashed in portions, so that reading is not in the figure.
  double hashed = 0;
  std::vector<std::string> portion;
  const auto hash = [&] {
    const auto from = Clock::now();
    unsigned char digest[EVP_MAX_MD_SIZE];
    for (const std::string& value : portion) {
      EVP_Digest(
          value.data(), value.size(), digest, nullptr, EVP_sha256(), nullptr);
    }
    hashed += seconds_since(from);
    portion.clear();
  };
  for (const char* kind : {"e", "p"}) {
    const std::unique_ptr<rocksdb::Iterator> it(
        store.db->NewIterator({}, store.handles[0]));
    for (it->Seek(kind); it->Valid() && it->key()[0] == kind[0]; it->Next()) {
      portion.push_back(it->value().ToString());
      if (portion.size() == 10'000) {
        hash();
      }
    }
    hash();
  }
  fmt::print("{:.3f}\t{:.3f}\t{}\t{}\n", read, hashed, keys, bytes);
}

using Row = std::pair<std::string, std::string>;

// Rows of one family, as one synced batch in the order of their keys.
double write_rows(const Store& target,
                  rocksdb::ColumnFamilyHandle* family,
                  std::vector<Row> rows) {
  const auto begin = Clock::now();
  std::ranges::sort(rows);
  rocksdb::WriteBatch batch;
  for (const auto& [key, value] : rows) {
    check(batch.Put(family, key, value));
  }
  rocksdb::WriteOptions synced;
  synced.sync = true;
  check(target.db->Write(synced, &batch));
  return seconds_since(begin);
}

// The keys of the log that say where an event is, by its position.
std::vector<std::vector<Row>> rows_by_event(const Store& source) {
  std::vector<std::vector<Row>> result;
  const auto at = [](std::string_view number) {
    std::uint64_t position = 0;
    for (const char byte : number) {
      position = position << 8U | static_cast<unsigned char>(byte);
    }
    return position;
  };
  const std::unique_ptr<rocksdb::Iterator> it(
      source.db->NewIterator({}, source.handles[0]));
  for (const char* kind : {"e", "p", "i", "d"}) {
    for (it->Seek(kind); it->Valid() && it->key()[0] == kind[0]; it->Next()) {
      const bool is_record = *kind == 'e' || *kind == 'p';
      const std::uint64_t position =
          at(is_record ? it->key().ToStringView().substr(1)
                       : it->value().ToStringView());
      result.resize(std::max<std::size_t>(result.size(), position + 1));
      result[position].emplace_back(it->key().ToString(),
                                    it->value().ToString());
    }
  }
  check(it->status());
  return result;
}

// Every key and value of `from` into a store that is then as tidy as one that
// was imported: events in the batches of an import, the rest behind them.
// Reading them is not in the figure.
void load(const std::string& from, const std::string& to) {
  constexpr std::size_t kBatchEvents = 4'096;
  const Store source(from, false, true);
  const Store target(to, true, false);
  double written = 0;
  std::vector<Row> rows;
  std::size_t waiting = 0;
  for (auto& event : rows_by_event(source)) {
    std::ranges::move(event, std::back_inserter(rows));
    if (++waiting % kBatchEvents == 0) {
      written += write_rows(target, target.handles[0], std::exchange(rows, {}));
    }
  }
  written += write_rows(target, target.handles[0], std::exchange(rows, {}));
  for (std::size_t family = 0; family < source.handles.size(); ++family) {
    const std::unique_ptr<rocksdb::Iterator> it(
        source.db->NewIterator({}, source.handles[family]));
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      constexpr std::string_view kOfEvents = "epid";
      if (family == 0 && kOfEvents.find(it->key()[0]) != kOfEvents.npos) {
        continue;
      }
      rows.emplace_back(it->key().ToString(), it->value().ToString());
      if (rows.size() == kBatchEvents) {
        written +=
            write_rows(target, target.handles[family], std::exchange(rows, {}));
      }
    }
    written +=
        write_rows(target, target.handles[family], std::exchange(rows, {}));
  }
  const auto begin = Clock::now();
  for (auto* handle : target.handles) {
    check(target.db->Flush({}, handle));
    check(target.db->CompactRange({}, handle, nullptr, nullptr));
  }
  fmt::print("{:.3f}\n", written + seconds_since(begin));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 2 ? argv[1] : "";
  const std::string path = argc > 2 ? argv[2] : "";
  const std::string key = argc > 3 ? argv[3] : "";
  if (verb == "create") {
    const Store store(path, true, false);
  } else if (verb == "put") {
    put(path, key);
  } else if (verb == "tidy") {
    tidy(path);
  } else if (verb == "get") {
    get(path, {argv + 3, argv + argc});
  } else if (verb == "rows" && argc > 4) {
    rows(
        path, key, std::strtoul(argv[4], nullptr, 10), argc > 5 ? argv[5] : "");
  } else if (verb == "stream") {
    stream(path, key);
  } else if (verb == "scan") {
    scan(path);
  } else if (verb == "load") {
    load(path, key);
  } else {
    end("create, put, tidy, get, rows, stream, scan or load, and a store");
  }
  return 0;
}
