#include "ledger/fall.h"

#include <algorithm>

#include "ledger/anchor.h"
#include "ledger/file.h"
#include "ledger/recovery.h"

namespace ledger {
namespace {
namespace fs = std::filesystem;

// Events that both have, from the beginning: where their roots part is found
// by halving, since one root stands for all before it.
Result<std::uint64_t> common_events(const Store& old,
                                    std::uint64_t old_size,
                                    const Snapshot& copy) {
  Tree tree = old.tree(old_size);
  std::uint64_t low = 0;
  std::uint64_t high = std::min(old_size, copy.size());
  while (low < high) {
    const std::uint64_t middle = high - (high - low) / 2;
    RL_ASSIGN(const Digest ours, tree.root_at(middle));
    RL_ASSIGN(const Digest theirs, copy.root_at(middle));
    if (ours == theirs) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

Result<std::map<std::string, std::uint64_t>> lost_of(const Store& old,
                                                     std::uint64_t common) {
  std::map<std::string, std::uint64_t> lost;
  RL_TRY(old.streams([&](const StreamId& stream,
                         const StreamHead& head) -> Status {
    if (stream.kind != schema::StreamKind::release || head.position < common) {
      return {};
    }
    RL_ASSIGN(const auto positions, old.stream_positions(stream, 0));
    lost[stream.name] = static_cast<std::uint64_t>(std::ranges::count_if(
        positions, [&](Position p) { return p >= common; }));
    return {};
  }));
  return lost;
}

// Only the signed head can be read, or not even that.
Result<Fall> of_unreadable(std::optional<Checkpoint> head,
                           const Snapshot& copy) {
  Fall fall{std::move(head), true, std::nullopt};
  if (fall.old) {
    RL_ASSIGN(const bool is_whole, copy.extends(*fall.old));
    fall.falls = !is_whole;
  }
  return fall;
}

Result<Fall> of_store(const OpenStore& open,
                      const std::string& origin,
                      const Snapshot& copy) {
  Fall fall{checkpoint_of(origin, open.head), false, std::nullopt};
  RL_ASSIGN(const std::uint64_t common,
            common_events(*open.store, open.head.size, copy));
  RL_ASSIGN(fall.lost, lost_of(*open.store, common));
  fall.falls = common < open.head.size;
  return fall;
}

std::unexpected<Error> another(const fs::path& place,
                               const Checkpoint& old,
                               const Snapshot& copy) {
  return fail(ErrorCode::kUsage,
              "another-ledger",
              fmt::format("the backup is of ledger {}, the one at {} is {}",
                          copy.origin(),
                          place.string(),
                          old.origin),
              "name a new place with --ledger FOLDER");
}

bool is_damage(const Error& error) {
  return error.code == ErrorCode::kCorruption;
}

// A head counts only with a signature of the keys beside it.
Status check_signature(const fs::path& place, const Anchor& anchor) {
  RL_ASSIGN(const auto keys, read_writer_keys(place));
  return check_anchor_signature(anchor, keys);
}

}  // namespace

Result<Fall> measure_fall(const fs::path& place, const Snapshot& copy) {
  const auto anchor = read_head(place);
  if (!anchor) {
    return is_damage(anchor.error()) ? of_unreadable(std::nullopt, copy)
                                     : std::unexpected(anchor.error());
  }
  const Checkpoint& old = anchor->checkpoint;
  const bool is_signed = check_signature(place, *anchor).has_value();
  if (is_signed && old.origin != copy.origin()) {
    return old.size == kEmptySize ? Result<Fall>(Fall{old, false, std::nullopt})
                                  : Result<Fall>(another(place, old, copy));
  }
  auto open = is_signed ? open_store(place, OpenMode::kReadOnly, old, 0)
                        : Result<OpenStore>(damaged("head-signature", ""));
  auto fall = open ? of_store(*open, old.origin, copy)
                   : Result<Fall>(std::unexpected(open.error()));
  if (fall || !is_damage(fall.error())) {
    return fall;
  }
  return of_unreadable(is_signed ? std::optional(old) : std::nullopt, copy);
}

}  // namespace ledger
