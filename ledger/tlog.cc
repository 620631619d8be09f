#include "ledger/tlog.h"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "ledger/file.h"
#include "ledger/keys.h"
#include "ledger/proof.h"

namespace ledger {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kCheckpointName = "checkpoint";
constexpr unsigned kLevelBits = 8;  // of C2SP; a tile of ours is half as high
constexpr std::uint64_t kWidth = 1U << kLevelBits;
constexpr std::size_t kHash = sizeof(Digest);
static_assert(kLevelBits == 2 * kTileHeight);

// Bundles of entries that are read under one lock.
constexpr std::uint64_t kBundles = 4;

fs::path numbered(const fs::path& folder,
                  std::uint64_t number,
                  std::uint64_t width) {
  const std::string name = tile_number(number);
  return folder /
         (width == kWidth ? name : fmt::format("{}.p/{}", name, width));
}

// Not synced by itself: all of them are, at once, before the checkpoint.
Status write_tile(const fs::path& file, std::string_view bytes) {
  RL_ASSIGN(const auto there, read_file(file));
  if (there == bytes) {
    return {};
  }
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  const fs::path temporary = file.string() + std::string(kTemporaryInfix) + "0";
  const Descriptor out(::open(
      temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!out) {
    return io_error(temporary, errno);
  }
  while (!bytes.empty()) {
    const ssize_t count = ::write(out.get(), bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) {
      return io_error(temporary, errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  if (::rename(temporary.c_str(), file.c_str()) != 0) {
    return io_error(file, errno);
  }
  return {};
}

Status sync_all(const fs::path& folder) {
  const Descriptor open(
      ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!open || ::syncfs(open.get()) != 0) {
    return io_error(folder, errno);
  }
  return {};
}

// One tile of C2SP is a row of tiles of ours, two of our levels up for each of
// theirs.
Result<std::string> hashes_of(const Store& store,
                              unsigned level,
                              std::uint64_t number,
                              std::uint64_t width) {
  constexpr std::uint64_t kOurs = kWidth / kTileWidth;
  std::string hashes;
  for (std::uint64_t i = 0; i * kTileWidth < width; ++i) {
    const TileId id{static_cast<std::uint8_t>(2 * level), number * kOurs + i};
    RL_ASSIGN(const auto part, store.engine().get(Space::kLog, keys::tile(id)));
    const std::size_t wanted =
        std::min(kTileWidth, width - i * kTileWidth) * kHash;
    if (!part || part->size() < wanted) {
      return damaged(
          "tree-damaged",
          fmt::format("tile {}/{} of the tree is short", id.level, id.index));
    }
    hashes += part->substr(0, wanted);
  }
  return hashes;
}

Result<std::string> entries_of(const Store& store, Position from, Position to) {
  std::string bundle;
  Status status;
  RL_TRY(store.raw_events(from, to, [&](Position at, const RawEvent& raw) {
    if (!raw.envelope || raw.envelope->size() > schema::kEnvelopeBytesMax) {
      status = damaged("event-missing",
                       fmt::format("the event at position {} is gone", at));
      return false;
    }
    const std::size_t size = raw.envelope->size();
    bundle += static_cast<char>(size >> 8U);
    bundle += static_cast<char>(size & 0xffU);
    bundle += *raw.envelope;
    return true;
  }));
  RL_TRY(status);
  return bundle;
}

// What a folder that is there holds: the events whose full tiles need not be
// written again. Nothing of ours may be in it, or an older export.
Result<std::uint64_t> exported_before(const Snapshot& snapshot,
                                      const fs::path& folder) {
  const fs::path file = folder / kCheckpointName;
  std::error_code error;
  if (fs::exists(file, error)) {
    RL_ASSIGN(const Anchor kept, read_kept_head(file));
    RL_TRY(require_continued(snapshot, kept));
    return kept.checkpoint.size;
  }
  RL_ASSIGN(const auto inside, list_folder(folder));
  const bool begun = std::ranges::all_of(inside, [](const fs::path& path) {
    return path.filename() == "tile" || path.filename() == kKeysName;
  });
  if (!begun) {
    return fail(ErrorCode::kUsage,
                "not-an-export",
                fmt::format("{} holds something else", folder.string()),
                "name a new or empty folder");
  }
  return 0;
}

Status write_keys(const Snapshot& snapshot, const fs::path& folder) {
  for (const VerifierKey& key : snapshot.keys()) {
    RL_TRY(write_writer_key(folder, key));
  }
  return {};
}

// The levels above the leaves, as far as they are not there.
Status write_upper_tiles(const Store& store,
                         const fs::path& folder,
                         std::uint64_t before,
                         std::uint64_t size) {
  for (unsigned level = 1; (size >> (kLevelBits * level)) != 0; ++level) {
    const std::uint64_t count = size >> (kLevelBits * level);
    const std::uint64_t done = before >> (kLevelBits * level);
    const fs::path at = folder / "tile" / fmt::format("{}", level);
    for (std::uint64_t n = done / kWidth; n * kWidth < count; ++n) {
      const std::uint64_t width = std::min(kWidth, count - n * kWidth);
      RL_ASSIGN(const auto hashes, hashes_of(store, level, n, width));
      RL_TRY(write_tile(numbered(at, n, width), hashes));
    }
  }
  return {};
}

// The entries and leaf hashes of one bundle.
Status write_bundle(const Store& store,
                    const fs::path& folder,
                    std::uint64_t bundle,
                    std::uint64_t size) {
  const Position from = bundle * kWidth;
  const std::uint64_t width = std::min(kWidth, size - from);
  RL_ASSIGN(const auto entries, entries_of(store, from, from + width));
  RL_TRY(write_tile(numbered(folder / "tile" / "entries", bundle, width),
                    entries));
  RL_ASSIGN(const auto hashes, hashes_of(store, 0, bundle, width));
  return write_tile(numbered(folder / "tile" / "0", bundle, width), hashes);
}

}  // namespace

std::string tile_number(std::uint64_t number) {
  std::string text = fmt::format("{:03}", number % 1000);
  for (number /= 1000; number > 0; number /= 1000) {
    text = fmt::format("x{:03}/{}", number % 1000, text);
  }
  return text;
}

Result<Checkpoint> export_tlog(const Ledger& book,
                               const fs::path& folder,
                               const Progress& progress) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return io_error(folder, error.value());
  }
  std::optional<Anchor> head;
  std::uint64_t before = 0;
  std::uint64_t bundle = 0;
  bool done = false;
  while (!done) {
    RL_ASSIGN(const Snapshot snapshot, book.read());
    if (!head) {
      head = snapshot.anchor();
      RL_ASSIGN(before, exported_before(snapshot, folder));
      RL_TRY(write_keys(snapshot, folder));
      bundle = before / kWidth;
    }
    RL_TRY(require_continued(snapshot, *head));
    const std::uint64_t size = head->checkpoint.size;
    for (std::uint64_t i = 0; i < kBundles && bundle * kWidth < size; ++i) {
      RL_TRY(write_bundle(snapshot.store(), folder, bundle, size));
      ++bundle;
    }
    done = bundle * kWidth >= size;
    if (done) {
      RL_TRY(write_upper_tiles(snapshot.store(), folder, before, size));
    }
    if (progress) {
      progress(std::min(bundle * kWidth, size));
    }
  }
  RL_TRY(sync_all(folder));
  RL_TRY(write_file(folder / kCheckpointName, head->note, 0644));
  return head->checkpoint;
}

}  // namespace ledger
