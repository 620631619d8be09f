// Ledger::verify: the head, the keys and what is stored besides; the two passes
// are in verify_log.cc and verify_streams.cc.

#include <algorithm>
#include <array>
#include <map>

#include "ledger/anchor.h"
#include "ledger/keys.h"
#include "ledger/ledger.h"
#include "ledger/opening.h"
#include "ledger/recovery.h"
#include "ledger/rocksdb_engine.h"
#include "ledger/verifier.h"

namespace ledger {

Verifier::Verifier(const Store& store,
                   schema::StoreHead head,
                   std::string origin,
                   Verification& result)
    : store_(store),
      head_(std::move(head)),
      origin_(std::move(origin)),
      result_(result),
      tree_([](const TileId&) { return std::nullopt; }, 0) {}

void Verifier::report(std::string kind, std::string where, std::string what) {
  const std::lock_guard guard(mutex_);
  result_.problems.push_back(
      {std::move(kind), std::move(where), std::move(what)});
}

Status Verifier::found(const Status& status, std::string_view where) {
  if (status || status.error().code != ErrorCode::kCorruption) {
    return status;
  }
  report(status.error().reason, std::string(where), status.error().message);
  return {};
}

Status Verifier::check_all(const Progress& progress,
                           const EventVisitor& visit,
                           Projections projections) {
  RL_TRY(found(check_log(progress, visit), "log"));
  check_redactions();
  RL_TRY(found(check_tree(), "tree"));
  RL_TRY(found(check_ids(), "ids"));
  RL_TRY(found(check_stream_heads(), "streams"));
  RL_TRY(found(store_.check_batches(head_), "batches"));
  RL_TRY(found(check_extra_keys(), "indexes"));
  RL_TRY(found(check_extra_rows(), "views"));
  return found(check_streams(progress, projections), "streams");
}

// What the store holds more than the events account for is as wrong as what
// it lacks: an event beyond the head, an index entry nobody wrote.
Status Verifier::check_extra_keys() {
  // The events up to the head were looked at, and the ids.
  const std::array<std::pair<std::string, std::string>, 4> kinds = {
      {{"", keys::event_id("")},
       {keys::after(keys::event_id("")), keys::envelope(0)},
       {keys::envelope(head_.size), keys::payload(0)},
       {keys::payload(head_.size), std::string(kBehindAllKeys)}}};
  std::map<char, std::uint64_t> stored;
  for (const auto& [first, last] : kinds) {
    RL_TRY(store_.engine().scan(
        Space::kLog, first, last, [&](std::string_view key, std::string_view) {
          ++stored[key.empty() ? '\0' : key.front()];
          return true;
        }));
  }
  const std::map<char, std::uint64_t> expected = {
      {'i', head_.size},
      {'s', streams_.size()},
      {'h', tree_.changed().size()},
      {'T', head_.size / kTimeBlock},
      {'B', std::min(head_.batches, kBatchMarks)},
      {'H', 1}};
  for (const auto& [kind, count] : stored) {
    const auto it = expected.find(kind);
    const std::uint64_t belong = it == expected.end() ? 0 : it->second;
    if (count > belong) {
      report("index-damaged",
             fmt::format("keys of kind {}", kind),
             fmt::format("{} are stored, {} belong there", count, belong));
    }
  }
  return {};
}

// The file of a key is written after the commit that records it, so it may be
// missing where a crash came between that commit and HEAD. This machine's own
// signs what it imported before its first event records it.
void Verifier::check_keys(const std::vector<VerifierKey>& keys,
                          const std::optional<VerifierKey>& own,
                          std::uint64_t anchored_size) {
  for (const VerifierKey& key : keys) {
    const bool is_own = own && to_text(*own) == to_text(key);
    if (!writer_keys_.contains(to_text(key)) && !is_own) {
      report("key-unknown",
             fmt::format("{}/{}", kKeysName, to_hex(key_id(key))),
             "no event says that this key is a writer's");
    }
  }
  for (const auto& [text, position] : writer_keys_) {
    const bool present = std::ranges::any_of(
        keys, [&](const VerifierKey& key) { return to_text(key) == text; });
    if (!present && position < anchored_size) {
      report("key-missing", std::string(kKeysName), text);
    }
  }
}

namespace {

// What stands before a torn tail is verified; the head decides what that means.
Result<std::unique_ptr<Engine>> open_for_verify(
    const std::filesystem::path& folder, Verification& result) {
  auto strict = open_rocksdb(folder, OpenMode::kReadOnly);
  if (strict || strict.error().reason != "store-damaged") {
    return strict;
  }
  auto torn = open_rocksdb(folder, OpenMode::kTornReadOnly);
  if (!torn) {
    return strict;
  }
  result.warnings.push_back(torn_warning(strict.error().message));
  return torn;
}

}  // namespace

Result<Verification> Ledger::verify(const Progress& progress,
                                    const EventVisitor& visit) const {
  RL_ASSIGN(StoreLock lock,
            StoreLock::acquire(
                settings_.folder, LockMode::kShared, settings_.lock_timeout));
  Verification result;
  const auto problem = [&](const Error& error, std::string_view where) {
    result.problems.push_back(
        {error.reason, std::string(where), error.message});
  };
  const auto anchor = read_anchor(settings_.folder);
  if (!anchor && anchor.error().code != ErrorCode::kCorruption) {
    return std::unexpected(anchor.error());
  }
  const auto keys = read_writer_keys(settings_.folder);
  if (!anchor) {
    problem(anchor.error(), kHeadName);
  }
  if (!keys) {
    problem(keys.error(), kKeysName);
  } else if (anchor) {
    if (const Status s = check_anchor_signature(*anchor, *keys); !s) {
      problem(s.error(), kHeadName);
    }
  }
  auto engine = open_for_verify(settings_.folder / kStoreName, result);
  if (!engine) {
    problem(engine.error(), kStoreName);
    return result;
  }
  const Store store(std::move(*engine));
  const auto head = store.head();
  if (!head) {
    problem(head.error(), "head");
    return result;
  }
  if (anchor) {
    if (const auto a = compare(anchor->checkpoint, *head); !a) {
      problem(a.error(), kHeadName);
    }
  }
  Verifier verifier(store, *head, origin_, result);
  RL_TRY(verifier.check_all(progress, visit, settings_.projections));
  if (keys) {
    verifier.check_keys(*keys,
                        own_key(settings_, origin_),
                        anchor ? anchor->checkpoint.size : head->size);
  }
  return result;
}

}  // namespace ledger
