#include "ledger/folder_copy.h"

#include <algorithm>
#include <set>

#include "ledger/anchor.h"
#include "ledger/file.h"

namespace ledger {
namespace {
namespace fs = std::filesystem;

// The files of a folder that `wanted` says; folders in it are not entered.
template <class Wanted>
Result<std::vector<fs::path>> files_of(const fs::path& folder, Wanted wanted) {
  RL_ASSIGN(auto files, list_folder(folder));
  std::erase_if(files, [&](const fs::path& file) {
    const std::string name = file.filename();
    std::error_code gone;
    return !fs::is_regular_file(file, gone) || !wanted(file) ||
           name.find(kTemporaryInfix) != std::string::npos;
  });
  return files;
}

bool is_table(const fs::path& file) {
  return file.extension() == ".sst";
}

bool has_size_of(const fs::path& copy, const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(copy, error);
  return !error && size == fs::file_size(file, error) && !error;
}

Status copy_files(const fs::path& from, const fs::path& to) {
  RL_TRY(make_private_folder(to));
  RL_ASSIGN(const auto files,
            files_of(from, [](const fs::path&) { return true; }));
  for (const fs::path& file : files) {
    const fs::path copy = to / file.filename();
    if (!is_table(file) || !has_size_of(copy, file)) {
      RL_TRY(ledger::copy_file(file, copy));
    }
  }
  // What was there before the lock was taken and is not any more.
  RL_ASSIGN(const auto copies,
            files_of(to, [](const fs::path&) { return true; }));
  std::error_code error;
  for (const fs::path& copy : copies) {
    if (!fs::exists(from / copy.filename(), error)) {
      fs::remove(copy, error);
    }
  }
  return sync_folder(to);
}

// A path that an event names stays below logs/, whatever the event says.
bool is_below_logs(const fs::path& path) {
  return path.is_relative() && !path.empty() && *path.begin() == kLogsName &&
         std::ranges::none_of(
             path, [](const fs::path& part) { return part == ".."; });
}

Result<std::string> copy_log(const fs::path& from,
                             const fs::path& to,
                             const RecordedLog& log) {
  if (!is_below_logs(log.path)) {
    return fmt::format("the log {} is not below logs/", log.path);
  }
  const fs::path copy = to / log.path;
  RL_TRY(make_private_folder(copy.parent_path()));
  RL_ASSIGN(const bool copied, ledger::copy_file(from / log.path, copy));
  if (!copied) {
    return fmt::format("the log {} is gone", log.path);
  }
  RL_TRY(sync_folder(copy.parent_path()));
  RL_ASSIGN(const Digest digest, sha256_file(copy.string()));
  if (to_hex(digest) == log.digest) {
    return std::string();
  }
  std::error_code error;
  fs::remove(copy, error);
  return fmt::format("the log {} is not the one that was recorded", log.path);
}

}  // namespace

Status copy_tables(const fs::path& from, const fs::path& to) {
  const fs::path store = to / kStoreName;
  RL_TRY(make_private_folder(store));
  RL_ASSIGN(const auto tables, files_of(from / kStoreName, is_table));
  for (const fs::path& table : tables) {
    RL_TRY(ledger::copy_file(table, store / table.filename()));
  }
  return {};
}

Status copy_ledger(const fs::path& from, const fs::path& to) {
  RL_TRY(copy_files(from / kStoreName, to / kStoreName));
  RL_TRY(copy_files(from / kKeysName, to / kKeysName));
  RL_ASSIGN(const bool copied,
            ledger::copy_file(from / kHeadName, to / kHeadName));
  if (!copied) {
    return damaged("ledger-incomplete",
                   fmt::format("{} is missing", (from / kHeadName).string()));
  }
  return sync_folder(to);
}

Result<CopiedLogs> copy_logs(const fs::path& from,
                             const fs::path& to,
                             const std::vector<RecordedLog>& logs) {
  CopiedLogs result;
  std::set<std::string> seen;
  for (const RecordedLog& log : logs) {
    if (!seen.insert(log.path).second) {
      continue;
    }
    RL_ASSIGN(std::string warning, copy_log(from, to, log));
    if (warning.empty()) {
      ++result.count;
    } else {
      result.warnings.push_back(std::move(warning));
    }
  }
  return result;
}

Status require_whole(const Ledger& book,
                     const Checkpoint& head,
                     const Progress& progress) {
  RL_ASSIGN(const Verification found, book.verify(progress));
  if (!found.problems.empty()) {
    const Problem& first = found.problems.front();
    return damaged("verification-failed",
                   fmt::format("the copy is not whole: {}, {}: {}",
                               first.kind,
                               first.where,
                               first.what));
  }
  if (found.events != head.size || found.root != head.root) {
    return damaged(
        "verification-failed",
        fmt::format(
            "the copy has {} events, {} were copied", found.events, head.size));
  }
  return {};
}

}  // namespace ledger
