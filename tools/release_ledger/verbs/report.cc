// report, redact: what is given to an auditor, and what nobody may be given.

#include <algorithm>
#include <array>
#include <charconv>

#include "commands/redact.h"
#include "commands/run.h"
#include "ledger/digest.h"
#include "ledger/event_json.h"
#include "projections/audit.h"
#include "projections/pack.h"
#include "projections/render/audit.h"
#include "tools/release_ledger/pack_writer.h"
#include "tools/release_ledger/verbs.h"

namespace tools::verbs {
namespace {

namespace fs = std::filesystem;
using ledger::ErrorCode;
using ledger::fail;

// The release notes as they were committed, where git still has them.
Status add_notes(Session& session,
                 const projections::ReleaseView& view,
                 projections::Pack& pack) {
  const auto* candidate = schema::current_candidate(*view.record);
  if (candidate == nullptr || candidate->notes == nullptr) {
    return {};
  }
  const schema::ReleaseNotesWritten& notes = *candidate->notes;
  const auto text = session.git().file_at(notes.commit, notes.path);
  const bool same =
      text && *text && ledger::to_hex(ledger::sha256({**text})) == notes.digest;
  if (!same) {
    session.terminal().line(fmt::format(
        "warning: the release notes of {} are not in this repository",
        notes.commit));
    return {};
  }
  pack.add("notes.md", **text);
  return {};
}

// Before anything is gathered: a pack is a folder or a tar, and takes no
// other file's place.
Status require_free_place(const fs::path& place) {
  constexpr std::array<std::string_view, 7> kOtherArchives = {
      ".zip", ".tgz", ".gz", ".xz", ".bz2", ".zst", ".7z"};
  const std::string extension = place.extension().string();
  if (std::ranges::find(kOtherArchives, extension) != kOtherArchives.end()) {
    return fail(ErrorCode::kUsage,
                "not-empty",
                fmt::format("there is no pack of type {}", extension),
                "name a new folder, or a file that ends in .tar");
  }
  std::error_code error;
  if (extension == ".tar" && fs::exists(place, error)) {
    return fail(ErrorCode::kUsage,
                "not-empty",
                fmt::format("{} is there already", place.string()),
                "name a new folder, or a new file that ends in .tar");
  }
  return {};
}

Status report(Session& session) {
  const ProofOptions& options = session.options().proof;
  RL_TRY(require_free_place(options.out));
  const Terminal& terminal = session.terminal();
  RL_ASSIGN(const ledger::Ledger book, session.book());
  RL_ASSIGN(const ledger::Snapshot snapshot, book.read());
  projections::PackRequest request;
  RL_ASSIGN(request.release,
            session.release(snapshot, session.options().release.release));
  request.folder = book.settings().folder;
  request.logs = options.logs;
  RL_ASSIGN(auto packed, projections::pack_release(snapshot, request));
  for (const std::string& warning : packed.warnings) {
    terminal.line("warning: " + warning);
  }
  RL_TRY(add_notes(session, packed.view, packed.pack));
  if (!schema::is_imported(*packed.view.record)) {
    RL_ASSIGN(const projections::Audit audited,
              projections::audit(snapshot, request.release, {}));
    packed.pack.add(
        "audit.json",
        ledger::json_line(projections::render::audit_json(audited)));
  }
  const auto files = std::move(packed.pack).finish();
  const fs::path place = options.out;
  RL_TRY(place.extension() == ".tar"
             ? write_tar(place, "pack-" + request.release, files)
             : write_folder(place, files));
  terminal.line(
      fmt::format("{} files of {} are in {}; tools/verify-pack "
                  "checks them",
                  files.size(),
                  request.release,
                  place.string()));
  return {};
}

Status redact(Session& session) {
  const std::vector<std::string>& words = session.options().redact.words;
  const std::string& last = words.back();
  ledger::Position position = 0;
  const auto [end, error] =
      std::from_chars(last.data(), last.data() + last.size(), position);
  if (error != std::errc() || end != last.data() + last.size()) {
    return fail(ErrorCode::kUsage,
                "usage",
                fmt::format("\"{}\" is no position", last),
                "release-ledger redact [V] POSITION; `release-ledger history` "
                "shows them");
  }
  RL_ASSIGN(const auto environment, session.environment(true));
  commands::RedactRequest request;
  request.position = position;
  if (words.size() > 1) {
    RL_ASSIGN(request.release,
              commands::release_name(words.front(), *environment.reporter));
  }
  request.reason = session.options().release.reason;
  request.force = session.options().redact.force;
  request.confirmed = session.options().shared.yes;
  return commands::redact(environment, request);
}

}  // namespace

void add_reports(VerbTable& table) {
  ProofOptions& options = table.options().proof;
  CLI::App& pack = table.add_question(
      "report",
      "One release for an auditor: events, proofs, signatures, summary",
      report);
  pack.add_option("--out,-o", options.out, "A new folder, or a file NAME.tar")
      ->type_name("PLACE")
      ->required();
  pack.add_flag("--logs", options.logs, "With the validations' logs");

  RedactOptions& words = table.options().redact;
  CLI::App& gone = table.add(
      "redact",
      "Take away what an event says; its envelope and every proof stay",
      redact);
  gone.add_option("position",
                  words.words,
                  "Of the event; a release before it makes sure whose it is")
      ->type_name("[V] POSITION")
      ->expected(1, 2)
      ->required();
  table.add_reason(gone, "Why it should never have been written");
  gone.add_flag(
      "--force", words.force, "Although the state of the release rests on it");
}

}  // namespace tools::verbs
