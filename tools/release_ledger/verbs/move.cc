// export, import, backup, restore: the ledger from one place to another.

#include <unistd.h>

#include "commands/legacy_import.h"
#include "commands/run_lease.h"
#include "commands/services/process.h"
#include "commands/sure.h"
#include "ledger/backup.h"
#include "ledger/export.h"
#include "ledger/import.h"
#include "ledger/restore.h"
#include "ledger/text_stream.h"
#include "ledger/tlog.h"
#include "projections/entries.h"
#include "projections/logs.h"
#include "projections/queries.h"
#include "tools/release_ledger/progress.h"
#include "tools/release_ledger/verbs.h"

namespace tools::verbs {
namespace {

namespace fs = std::filesystem;
using ledger::ErrorCode;
using ledger::fail;

constexpr std::size_t kLegacyBytesMax = 64 << 20;

// What stands for standard input and output.
constexpr std::string_view kStandard = "-";

Status stop_if_interrupted() {
  if (commands::services::interrupt_requested()) {
    return fail(ErrorCode::kInterrupted, "interrupted", "interrupted");
  }
  return {};
}

Result<ledger::Checkpoint> export_to(const ledger::Ledger& book,
                                     const ledger::ExportSink& sink,
                                     const Terminal& terminal) {
  return ledger::export_events(
      book,
      [&](std::string_view lines) -> Status {
        RL_TRY(stop_if_interrupted());
        return sink(lines);
      },
      telling(terminal, "exporting", "events"));
}

std::string told(const ledger::Checkpoint& head) {
  return fmt::format(
      "{} events, root {}", head.size, ledger::to_hex(head.root));
}

// As tiles, for the tools of others.
Status export_tiles(Session& session) {
  const Terminal& terminal = session.terminal();
  const std::string& folder = session.options().proof.tlog;
  RL_ASSIGN(const ledger::Ledger book, session.book());
  RL_ASSIGN(const ledger::Checkpoint head,
            ledger::export_tlog(
                book, folder, telling(terminal, "exporting", "events")));
  terminal.line(fmt::format("exported to {}: {}", folder, told(head)));
  return {};
}

Status export_ledger(Session& session) {
  const Terminal& terminal = session.terminal();
  const std::string& file = session.options().move.file;
  if (!session.options().proof.tlog.empty()) {
    return file.empty() ? export_tiles(session)
                        : fail(ErrorCode::kUsage,
                               "usage",
                               "export writes a FILE or, with --tlog, a folder",
                               "type them one after the other");
  }
  RL_ASSIGN(const ledger::Ledger book, session.book());
  if (file.empty() || file == kStandard) {
    RL_ASSIGN(const ledger::Checkpoint head,
              export_to(
                  book,
                  [&](std::string_view lines) {
                    terminal.out(lines);
                    return Status();
                  },
                  terminal));
    terminal.line("exported " + told(head));
    return {};
  }
  RL_ASSIGN(ledger::FileWriter writer, ledger::FileWriter::begin(file));
  RL_ASSIGN(const ledger::Checkpoint head,
            export_to(
                book,
                [&](std::string_view lines) { return writer.write(lines); },
                terminal));
  RL_TRY(writer.publish());
  terminal.line(fmt::format("exported to {}: {}", file, told(head)));
  return {};
}

Result<ledger::LineReader> open_lines(const std::string& file) {
  if (file == kStandard) {
    return ledger::LineReader(ledger::Descriptor(::dup(STDIN_FILENO)),
                              "standard input");
  }
  auto reader = ledger::LineReader::open(file);
  if (!reader) {
    return fail(ErrorCode::kUsage,
                "file-unreadable",
                reader.error().message,
                "name the file that `release-ledger export` wrote, or - for "
                "standard input");
  }
  return reader;
}

// The predecessor's state: all of the file, which is small.
Status import_legacy(Session& session,
                     std::string text,
                     ledger::LineReader& lines) {
  while (true) {
    RL_ASSIGN(auto line, lines.next());
    if (!line) {
      break;
    }
    text += "\n" + *line;
    if (text.size() > kLegacyBytesMax) {
      return fail(ErrorCode::kUsage,
                  "state-malformed",
                  fmt::format("{} is larger than any state of one release",
                              session.options().move.file),
                  "name the state file of one release");
    }
  }
  RL_ASSIGN(const auto state,
            commands::parse_legacy_state(text, session.options().move.file));
  const Terminal& terminal = session.terminal();
  for (const std::string& warning : state.warnings) {
    terminal.line("warning: " + warning);
  }
  RL_ASSIGN(const auto environment, session.environment(true));
  RL_ASSIGN(const auto done, commands::import_legacy_state(environment, state));
  terminal.line(
      done.events == 0
          ? fmt::format("{} is there already; nothing was added", done.release)
          : fmt::format("imported {} from the predecessor's state: "
                        "{} events, which pass no gate",
                        done.release,
                        done.events));
  return {};
}

Status import_ledger(Session& session) {
  const Terminal& terminal = session.terminal();
  RL_ASSIGN(ledger::LineReader lines, open_lines(session.options().move.file));
  RL_ASSIGN(auto first, lines.next());
  if (first && commands::is_legacy_state(*first)) {
    return import_legacy(session, std::move(*first), lines);
  }
  RL_ASSIGN(const ledger::Settings settings, session.settings());
  RL_ASSIGN(const ledger::Imported done,
            ledger::import_events(
                settings,
                [&]() -> Result<std::optional<std::string>> {
                  RL_TRY(stop_if_interrupted());
                  return first ? std::exchange(first, std::nullopt)
                               : lines.next();
                },
                telling(terminal, "importing", "events")));
  for (const std::string& warning : done.warnings) {
    terminal.line("warning: " + warning);
  }
  if (!done.replaced.empty()) {
    terminal.line(fmt::format("the empty ledger that was here is now {}",
                              done.replaced.string()));
  }
  terminal.line(done.events == 0
                    ? fmt::format("all {} events of the file are there "
                                  "already; the ledger has {}",
                                  done.lines,
                                  told(done.head))
                    : fmt::format("imported {} of {} events; the ledger has {}",
                                  done.events,
                                  done.lines,
                                  told(done.head)));
  return {};
}

Status back_up(Session& session) {
  const Terminal& terminal = session.terminal();
  const MoveOptions& options = session.options().move;
  RL_ASSIGN(const ledger::Ledger book, session.book());
  ledger::BackupRequest request;
  request.folder = options.file;
  if (!options.no_logs) {
    request.logs = projections::recorded_logs;
  }
  RL_ASSIGN(
      const ledger::BackedUp done,
      ledger::back_up(book, request, telling(terminal, "verifying", "events")));
  for (const std::string& warning : done.warnings) {
    terminal.line("warning: " + warning);
  }
  terminal.line(fmt::format(
      "backed up and verified: {}, {} logs", told(done.head), done.logs));
  return {};
}

void tell(const Terminal& terminal, const ledger::Restored& done) {
  for (const std::string& warning : done.warnings) {
    terminal.line("warning: " + warning);
  }
  terminal.line("verified and restored: " + told(done.head));
  if (!done.replaced.empty()) {
    terminal.line(
        fmt::format("what was here is now {}", done.replaced.string()));
  }
  for (const std::string& name : done.set_back) {
    terminal.line(fmt::format(
        "{} waits until somebody has compared it with git: release-ledger "
        "reconcile {} --reason \"...\"",
        name,
        name));
  }
}

Status restore(Session& session) {
  const Terminal& terminal = session.terminal();
  const MoveOptions& options = session.options().move;
  ledger::RestoreRequest request;
  request.folder = options.file;
  request.reason = options.force.value_or("");
  request.logs = projections::recorded_logs;
  request.unfinished = projections::unfinished_releases;
  RL_ASSIGN(const ledger::Settings settings, session.settings());
  RL_TRY(commands::require_no_runs(settings.folder));
  if (options.force) {  // only then somebody's name goes on the record
    RL_ASSIGN(auto environment, session.environment(true));
    request.actor = environment.actor;
    RL_TRY(commands::require_sure(
        *environment.reporter,
        {fmt::format("Put {} in place of the ledger in {}, although events of "
                     "it are not in the backup?",
                     options.file,
                     settings.folder.string()),
         "restore it",
         "nothing was restored",
         session.options().shared.yes}));
  }
  RL_ASSIGN(const ledger::Restored done,
            ledger::restore(
                settings, request, telling(terminal, "verifying", "events")));
  tell(terminal, done);
  return {};
}

void add_lines(VerbTable& table) {
  MoveOptions& options = table.options().move;
  CLI::App& lines = table.add(
      "export", "All events as JSON Lines, byte for byte", export_ledger);
  lines
      .add_option("file,-o,--out",
                  options.file,
                  "Written whole or not at all; without it standard output")
      ->type_name("FILE");
  lines
      .add_option("--tlog",
                  table.options().proof.tlog,
                  "Instead, as a log of C2SP tiles, or more of one")
      ->type_name("DIR");
  table
      .add("import",
           "The events of an export into an empty ledger, or one that is its "
           "beginning; or a state file of the predecessor",
           import_ledger)
      .add_option("file", options.file, "The file; - is standard input")
      ->type_name("FILE")
      ->required();
}

void add_copies(VerbTable& table) {
  MoveOptions& options = table.options().move;
  CLI::App& backup = table.add(
      "backup", "A verified copy in a folder, taken while in use", back_up);
  backup
      .add_option("folder", options.file, "New, empty, or with a backup before")
      ->type_name("DIR")
      ->required();
  backup.add_flag("--no-logs", options.no_logs, "Without validations' logs");
  CLI::App& back = table.add(
      "restore", "Put the ledger of a backup in place of this one", restore);
  back.add_option("folder", options.file, "The backup")
      ->type_name("DIR")
      ->required();
  back.add_option("--force",
                  options.force,
                  "Although events are not in the backup; on the record")
      ->type_name("REASON")
      ->check(say_something);
}

}  // namespace

void add_moving(VerbTable& table) {
  add_lines(table);
  add_copies(table);
}

}  // namespace tools::verbs
