#include "commands/lineage.h"

#include <charconv>

#include "ledger/decoded.h"
#include "ledger/digest.h"

namespace commands {
namespace {

constexpr std::string_view kTrailer = "Release-Ledger: ";

struct Line {
  std::string origin;
  std::uint64_t size = 0;
  std::string root;  // hex
};

std::optional<Line> parse_line(std::string_view text) {
  const auto first = text.find(' ');
  const auto second =
      first == text.npos ? text.npos : text.find(' ', first + 1);
  if (second == text.npos) {
    return std::nullopt;
  }
  Line line;
  line.origin = text.substr(0, first);
  line.root = text.substr(second + 1);
  const std::string_view size = text.substr(first + 1, second - first - 1);
  const auto [end, error] =
      std::from_chars(size.data(), size.data() + size.size(), line.size);
  if (error != std::errc() || end != size.data() + size.size()) {
    return std::nullopt;
  }
  return line;
}

// The newest line that this repository knows of, without the network.
Result<std::optional<Line>> newest_line(const Environment& environment,
                                        const schema::Project& project) {
  const std::string ref =
      fmt::format("refs/remotes/{}/{}", project.remote, project.stable_branch);
  RL_ASSIGN(const auto tip, environment.git->resolve(ref));
  if (!tip) {
    return std::nullopt;
  }
  RL_ASSIGN(const auto text, environment.git->newest_trailer(*tip, kTrailer));
  return text ? parse_line(*text) : std::nullopt;
}

bool accepts(const schema::Event& event, const Line& line) {
  const auto* accepted = std::get_if<schema::NewLedgerAccepted>(&event);
  return accepted != nullptr && accepted->previous_origin == line.origin &&
         accepted->previous_size == line.size &&
         accepted->previous_root == line.root;
}

// Whether the ledger holds what the line says, or has accepted that not.
Result<bool> is_ours(const ledger::Snapshot& snapshot, const Line& line) {
  if (snapshot.origin() == line.origin && line.size <= snapshot.size()) {
    RL_ASSIGN(const ledger::Digest root, snapshot.root_at(line.size));
    if (ledger::to_hex(root) == line.root) {
      return true;
    }
  }
  RL_ASSIGN(const auto events,
            snapshot.stream_events(ledger::ledger_stream(), 0));
  for (const ledger::RecordedEvent& recorded : events) {
    const auto event = ledger::decoded(recorded);
    if (event && accepts(*event, line)) {
      return true;
    }
  }
  return false;
}

struct Lineage {
  std::optional<Line> line;  // that is not ours
  ledger::StreamVersion next_version = 0;
};

Result<Lineage> look(const Environment& environment, const schema::Plan& plan) {
  RL_ASSIGN(auto line, newest_line(environment, *plan.project));
  if (!line) {
    return Lineage{};
  }
  const auto book = ledger::Ledger::open(environment.ledger);
  if (!book && book.error().code == ErrorCode::kNotFound) {
    return Lineage{std::move(line), 1};
  }
  RL_TRY(book);
  RL_ASSIGN(const ledger::Snapshot snapshot, book->read());
  RL_ASSIGN(const bool ours, is_ours(snapshot, *line));
  if (ours) {
    return Lineage{};
  }
  RL_ASSIGN(const auto head, snapshot.stream_head(ledger::ledger_stream()));
  return Lineage{std::move(line), head ? head->version + 1 : 0};
}

std::string describe(const Line& line, const schema::Project& project) {
  return fmt::format(
      "this ledger is missing or older than the one that {} was released "
      "with ({}, {} events)",
      project.stable_branch,
      line.origin,
      line.size);
}

}  // namespace

Status require_remote(const Environment& environment,
                      const schema::Project& project) {
  RL_ASSIGN(const auto url, environment.git->remote_url(project.remote));
  if (url) {
    return {};
  }
  return fail(
      ErrorCode::kUsage,
      "no-remote",
      fmt::format("this repository has no remote \"{}\"", project.remote),
      "git remote add, or name another in [project] remote");
}

Status require_lineage(const Environment& environment,
                       const schema::Plan& plan,
                       const std::optional<std::string>& new_ledger,
                       bool rehearsal) {
  RL_ASSIGN(const Lineage lineage, look(environment, plan));
  if (!lineage.line) {
    return {};
  }
  if (!new_ledger) {
    return fail(ErrorCode::kCorruption,
                "ledger-missing",
                describe(*lineage.line, *plan.project),
                "name the right one with --ledger, put back a backup, or go "
                "on with --new-ledger \"REASON\"");
  }
  if (rehearsal) {
    environment.reporter->progress("would record the new ledger: " +
                                   *new_ledger);
    return {};
  }
  RL_ASSIGN(
      const ledger::Ledger book,
      ledger::Ledger::open_or_create(environment.ledger, environment.actor));
  schema::NewLedgerAccepted accepted;
  accepted.previous_origin = lineage.line->origin;
  accepted.previous_size = lineage.line->size;
  accepted.previous_root = lineage.line->root;
  accepted.reason = *new_ledger;
  ledger::AppendRequest request;
  request.stream = ledger::ledger_stream();
  request.next_version = lineage.next_version;
  request.events.push_back({accepted, {}});
  request.actor = environment.actor;
  request.run_id = environment.run_id;
  RL_TRY(book.append(request));
  return {};
}

Result<std::optional<std::string>> lineage_problem(
    const Environment& environment, const schema::Plan& plan) {
  RL_ASSIGN(const Lineage lineage, look(environment, plan));
  if (!lineage.line) {
    return std::nullopt;
  }
  return describe(*lineage.line, *plan.project);
}

}  // namespace commands
