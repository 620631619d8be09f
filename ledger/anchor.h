// HEAD: the signed file beside the store that says what the store must hold.
// A store that lost its newest records would answer as if nothing had ever
// been there; RocksDB alone cannot tell (measured: an emptied log opens
// without an error). The anchor can.
//
// The store's own head record remembers the batch before its newest one, so a
// crash between the commit and the rewriting of HEAD is told from a loss.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/note.h"
#include "ledger/result.h"
#include "schema/envelope.h"

namespace ledger {

constexpr std::string_view kHeadName = "HEAD";
constexpr std::string_view kKeysName = "keys";
constexpr std::string_view kStoreName = "db";
constexpr std::string_view kLogsName = "logs";

// A ledger that holds nothing but its own creation is empty.
constexpr std::uint64_t kEmptySize = 1;

// A private key's file is named after it, so an origin must be a plain name.
bool is_origin(std::string_view text);

struct Anchor {
  std::string note;
  Checkpoint checkpoint;
};

// HEAD alone, whatever is beside it. kCorruption `ledger-incomplete`: it is
// missing; `head-damaged`.
Result<Anchor> read_head(const std::filesystem::path& folder);

// kNotFound `no-ledger`: no such folder, or an empty one. kUsage
// `not-a-ledger`: something else is there. kCorruption: HEAD or the store is
// missing, HEAD is unreadable.
Result<Anchor> read_anchor(const std::filesystem::path& folder);

// How the store's head stands to HEAD.
enum class Agreement { kCurrent, kOneBatchAhead };
// kCorruption `records-missing` (the store is behind), `head-disagrees`.
Result<Agreement> compare(const Checkpoint& anchor,
                          const schema::StoreHead& head);

// The public keys below keys/; at least one. kCorruption `key-damaged` where a
// file is none, `keys-missing`.
Result<std::vector<VerifierKey>> read_writer_keys(
    const std::filesystem::path& folder);
Status write_writer_key(const std::filesystem::path& folder,
                        const VerifierKey& key);
// kCorruption `head-signature` unless a known key signed it.
Status check_anchor_signature(const Anchor& anchor,
                              const std::vector<VerifierKey>& keys);

Checkpoint checkpoint_of(std::string_view origin,
                         const schema::StoreHead& head);

// The key of this writer for the ledger `origin`: from `file`, made there
// (0600) if it is not.
Result<SignerKey> load_or_create_key(const std::filesystem::path& file,
                                     std::string_view origin);

// The same for a ledger that is being built: a key that was made for it goes
// again, unless it is kept.
class NewKey {
 public:
  explicit NewKey(std::filesystem::path file);
  NewKey(const NewKey&) = delete;
  NewKey& operator=(const NewKey&) = delete;
  ~NewKey();

  Result<SignerKey> load(std::string_view origin) const;
  void keep() { is_new_ = false; }

 private:
  std::filesystem::path file_;
  bool is_new_;
};

}  // namespace ledger
