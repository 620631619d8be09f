#include "ledger/anchor.h"

#include <algorithm>

#include "ledger/file.h"
#include "ledger/store.h"

namespace ledger {
namespace fs = std::filesystem;
namespace {

Digest to_digest(const std::vector<std::uint8_t>& bytes) {
  Digest digest{};
  std::copy_n(
      bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

// HEAD as it is, whatever it is.
struct HeadFile {
  std::optional<std::string> note;
  std::optional<Checkpoint> checkpoint;
};

Result<HeadFile> read_head_file(const fs::path& folder) {
  HeadFile head;
  RL_ASSIGN(head.note, read_file(folder / kHeadName));
  if (head.note) {
    head.checkpoint = parse_checkpoint(*head.note);
  }
  return head;
}

Result<Anchor> anchor_of(const fs::path& folder, HeadFile head) {
  const fs::path file = folder / kHeadName;
  if (!head.note) {
    return damaged("ledger-incomplete",
                   fmt::format("{} is missing", file.string()));
  }
  if (!head.checkpoint || !is_origin(head.checkpoint->origin)) {
    return damaged("head-damaged",
                   fmt::format("{} is no signed head", file.string()));
  }
  return Anchor{std::move(*head.note), std::move(*head.checkpoint)};
}

std::unexpected<Error> no_ledger(const fs::path& folder) {
  return fail(ErrorCode::kNotFound,
              "no-ledger",
              fmt::format("there is no ledger at {}", folder.string()),
              "the first step of a release creates it: release-ledger --all");
}

}  // namespace

bool is_origin(std::string_view text) {
  return !text.starts_with('.') && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.' ||
           c == '-';
  });
}

Result<Anchor> read_head(const fs::path& folder) {
  RL_ASSIGN(auto head, read_head_file(folder));
  return anchor_of(folder, std::move(head));
}

Result<Anchor> read_anchor(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (!fs::exists(status)) {
    return error && error != std::errc::no_such_file_or_directory
               ? Result<Anchor>(io_error(folder, error.value()))
               : Result<Anchor>(no_ledger(folder));
  }
  if (!fs::is_directory(status)) {
    return fail(ErrorCode::kUsage,
                "not-a-ledger",
                fmt::format("{} is a file, not a ledger", folder.string()),
                "name the ledger's folder with --ledger");
  }
  RL_ASSIGN(auto head, read_head_file(folder));
  const fs::path current = folder / kStoreName / "CURRENT";
  const bool has_store = fs::exists(current, error);
  if (error) {
    return io_error(current, error.value());
  }
  if (!head.checkpoint && !has_store) {
    if (fs::is_empty(folder, error)) {
      return no_ledger(folder);
    }
    if (error) {
      return io_error(folder, error.value());
    }
    return fail(ErrorCode::kUsage,
                "not-a-ledger",
                fmt::format("{} holds no ledger", folder.string()),
                "name the ledger's folder with --ledger");
  }
  if (head.note && !has_store) {
    return damaged("ledger-incomplete",
                   fmt::format("{} is missing", current.string()));
  }
  return anchor_of(folder, std::move(head));
}

Result<Agreement> compare(const Checkpoint& anchor,
                          const schema::StoreHead& head) {
  if (anchor.size == head.size && anchor.root == to_digest(head.root)) {
    return Agreement::kCurrent;
  }
  if (anchor.size == head.previous_size &&
      anchor.root == to_digest(head.previous_root)) {
    return Agreement::kOneBatchAhead;
  }
  if (anchor.size > head.size) {
    return damaged("records-missing",
                   fmt::format("the store holds {} events, its signed head "
                               "says {}: acknowledged events are missing",
                               head.size,
                               anchor.size));
  }
  return damaged("head-disagrees",
                 fmt::format("the store ({} events) does not continue its "
                             "signed head ({} events)",
                             head.size,
                             anchor.size));
}

Result<std::vector<VerifierKey>> read_writer_keys(const fs::path& folder) {
  std::vector<VerifierKey> result;
  RL_ASSIGN(const auto files, list_folder(folder / kKeysName));
  for (const fs::path& file : files) {
    if (file.filename().string().find(kTemporaryInfix) != std::string::npos) {
      continue;
    }
    RL_ASSIGN(const auto text, read_file(file));
    if (!text) {
      continue;
    }
    const std::string_view line(*text);
    const auto key = parse_verifier_key(
        line.ends_with('\n') ? line.substr(0, line.size() - 1) : line);
    if (!key) {
      return damaged("key-damaged",
                     fmt::format("{} is no public key", file.string()));
    }
    result.push_back(*key);
  }
  if (result.empty()) {
    return damaged("keys-missing",
                   fmt::format("{} holds no public key, so nobody can tell "
                               "who signed HEAD",
                               (folder / kKeysName).string()));
  }
  return result;
}

Status write_writer_key(const fs::path& folder, const VerifierKey& key) {
  RL_TRY(make_private_folder(folder / kKeysName));
  return write_file(
      folder / kKeysName / to_hex(key_id(key)), to_text(key) + "\n", 0644);
}

Status check_anchor_signature(const Anchor& anchor,
                              const std::vector<VerifierKey>& keys) {
  if (check_signatures(anchor.note, keys) == Signature::kGood) {
    return {};
  }
  return damaged("head-signature",
                 "HEAD is not signed by a key that lies below keys/");
}

Checkpoint checkpoint_of(std::string_view origin,
                         const schema::StoreHead& head) {
  return {std::string(origin), head.size, to_digest(head.root)};
}

Result<SignerKey> load_or_create_key(const fs::path& file,
                                     std::string_view origin) {
  RL_ASSIGN(const auto text, read_file(file));
  if (!text) {
    const SignerKey key{std::string(origin), random_bytes(32)};
    RL_TRY(make_private_folder(file.parent_path()));
    RL_TRY(write_file(file, to_text(key) + "\n", 0600));
    return key;
  }
  const std::string_view line(*text);
  auto key = parse_signer_key(
      line.ends_with('\n') ? line.substr(0, line.size() - 1) : line);
  if (!key || key->name != origin) {
    return fail(
        ErrorCode::kIo,
        "key-unreadable",
        fmt::format("{} holds no private key of this ledger", file.string()),
        "move it away and a new key is made and recorded");
  }
  return std::move(*key);
}

NewKey::NewKey(fs::path file) : file_(std::move(file)) {
  std::error_code error;
  is_new_ = !fs::exists(file_, error) && !error;
}

NewKey::~NewKey() {
  std::error_code error;
  if (is_new_) {
    fs::remove(file_, error);
  }
}

Result<SignerKey> NewKey::load(std::string_view origin) const {
  return load_or_create_key(file_, origin);
}

}  // namespace ledger
