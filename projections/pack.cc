#include "projections/pack.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "ledger/decoded.h"
#include "ledger/digest.h"
#include "ledger/event_json.h"
#include "ledger/export_line.h"
#include "ledger/file.h"
#include "ledger/proof.h"
#include "projections/render/json.h"
#include "projections/render/text.h"

namespace projections {
namespace {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;
using ledger::Position;
using ledger::Result;
using ledger::Status;

constexpr std::string_view kManifestName = "MANIFEST";

// Of the ledger itself and of the release, up to the signed head.
Result<std::vector<Position>> positions_of(const ledger::Snapshot& snapshot,
                                           const std::string& release) {
  const ledger::Store& store = snapshot.store();
  RL_ASSIGN(auto positions, store.stream_positions(ledger::ledger_stream(), 0));
  RL_ASSIGN(const auto own,
            store.stream_positions(ledger::release_stream(release), 0));
  positions.insert(positions.end(), own.begin(), own.end());
  std::ranges::sort(positions);
  std::erase_if(positions, [&](Position position) {
    return position >= snapshot.anchor().checkpoint.size;
  });
  return positions;
}

class Packer {
 public:
  Packer(const ledger::Snapshot& snapshot, const PackRequest& request)
      : snapshot_(snapshot), request_(request) {}

  Status add_all() {
    RL_ASSIGN(const auto positions, positions_of(snapshot_, request_.release));
    std::string lines;
    for (const Position position : positions) {
      RL_TRY(add_event(position, lines));
    }
    pack_.add("events.jsonl", std::move(lines));
    pack_.add("checkpoint", snapshot_.anchor().note);
    for (const ledger::VerifierKey& key : snapshot_.keys()) {
      pack_.add("keys/" + ledger::to_hex(ledger::key_id(key)),
                ledger::to_text(key) + "\n");
    }
    pack_.add("logs.json", ledger::json_line(logs_));
    return {};
  }

  Pack take() { return std::move(pack_); }
  std::vector<std::string> take_warnings() { return std::move(warnings_); }

 private:
  // The event; its line is added.
  Result<ledger::RecordedEvent> exported(Position position,
                                         std::string& lines) {
    Result<ledger::RecordedEvent> event;
    RL_TRY(snapshot_.store().raw_events(
        position, position + 1, [&](Position at, const ledger::RawEvent& raw) {
          event = ledger::decode(at, raw);
          if (event) {
            lines += ledger::export_line(
                *event, *raw.envelope, raw.stored.value_or(""));
            lines += '\n';
          }
          return true;
        }));
    return event;
  }

  Status add_event(Position position, std::string& lines) {
    RL_ASSIGN(const auto event, exported(position, lines));
    RL_ASSIGN(const auto proof, ledger::prove_inclusion(snapshot_, position));
    pack_.add(fmt::format("proofs/{}.tlog-proof", position),
              ledger::to_text(proof));
    const auto says = ledger::decoded(event);
    if (!says) {
      return {};
    }
    if (const auto* granted = std::get_if<schema::ApprovalGranted>(&*says)) {
      add_signature(position, *granted);
    }
    const auto* done = std::get_if<schema::ValidationCompleted>(&*says);
    return done == nullptr ? Status() : add_logs(position, *done);
  }

  void add_signature(Position position,
                     const schema::ApprovalGranted& granted) {
    if (granted.signature.empty()) {
      return;
    }
    const std::string name = fmt::format("signatures/{}", position);
    pack_.add(name + ".txt", granted.signed_text);
    pack_.add(name + ".sig", granted.signature);
    pack_.add(name + ".key", granted.key);
  }

  Status add_logs(Position position, const schema::ValidationCompleted& done) {
    for (const auto& [kind, file, digest] :
         {std::tuple("log", &done.log, &done.log_digest),
          std::tuple("metrics", &done.metrics_file, &done.metrics_digest)}) {
      if (digest->empty()) {
        continue;
      }
      json entry = {{"position", position},
                    {"validation", done.name},
                    {"attempt", done.attempt},
                    {"kind", kind},
                    {"path", *file},
                    {"sha256", *digest},
                    {"file", nullptr}};
      if (request_.logs) {
        RL_ASSIGN(entry["file"], add_log(position, kind, *file, *digest));
      }
      logs_.push_back(std::move(entry));
    }
    return {};
  }

  // Its name in the pack; null where it is not what was recorded.
  Result<json> add_log(Position position,
                       std::string_view kind,
                       const std::string& file,
                       const std::string& digest) {
    const fs::path source = request_.folder / file;
    std::error_code error;
    if (!fs::exists(source, error)) {
      warnings_.push_back(fmt::format("the log {} is gone", file));
      return json();
    }
    RL_ASSIGN(const auto is, ledger::sha256_file(source.string()));
    if (ledger::to_hex(is) != digest) {
      return ledger::fail(
          ledger::ErrorCode::kCorruption,
          "log-changed",
          fmt::format("{} is not the log that was recorded", source.string()),
          "put back a copy, or leave --logs out");
    }
    std::string name = fmt::format("logs/{}.{}", position, kind);
    RL_TRY(pack_.add_file(name, source, digest));
    return json(std::move(name));
  }

  const ledger::Snapshot& snapshot_;
  const PackRequest& request_;
  Pack pack_;
  json logs_ = json::array();
  std::vector<std::string> warnings_;
};

}  // namespace

void Pack::add(std::string name, std::string bytes) {
  PackedFile file{std::move(name), std::move(bytes), {}, 0, {}};
  file.size = file.bytes.size();
  file.digest = ledger::to_hex(ledger::sha256({file.bytes}));
  files_.push_back(std::move(file));
}

Status Pack::add_file(std::string name, fs::path source, std::string digest) {
  std::error_code error;
  PackedFile file{std::move(name), {}, std::move(source), 0, std::move(digest)};
  file.size = fs::file_size(file.source, error);
  if (error) {
    return ledger::io_error(file.source, error.value());
  }
  files_.push_back(std::move(file));
  return {};
}

std::vector<PackedFile> Pack::finish() && {
  std::ranges::sort(files_, {}, &PackedFile::name);
  std::string manifest;
  for (const PackedFile& file : files_) {
    manifest += fmt::format("{}  {}\n", file.digest, file.name);
  }
  add(std::string(kManifestName), std::move(manifest));
  std::ranges::sort(files_, {}, &PackedFile::name);
  return std::move(files_);
}

Result<PackedRelease> pack_release(const ledger::Snapshot& snapshot,
                                   const PackRequest& request) {
  RL_ASSIGN(ReleaseView view, find_release(snapshot, request.release));
  Packer packer(snapshot, request);
  RL_TRY(packer.add_all());
  PackedRelease result{packer.take(), std::move(view), packer.take_warnings()};
  result.pack.add("status.json",
                  ledger::json_line(render::status_json(result.view)));
  result.pack.add(
      "summary.md",
      render::pack_markdown(result.view, snapshot.anchor().checkpoint));
  return result;
}

}  // namespace projections
