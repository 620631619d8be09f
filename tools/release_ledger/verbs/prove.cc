// prove: what somebody needs who has a signed head and not the ledger.

#include <limits>

#include <nlohmann/json.hpp>

#include "ledger/event_json.h"
#include "ledger/proof.h"
#include "ledger/text_stream.h"
#include "tools/release_ledger/verbs.h"

namespace tools::verbs {
namespace {

using json = nlohmann::ordered_json;
using ledger::ErrorCode;
using ledger::fail;

json path_json(const std::vector<ledger::Digest>& path) {
  json hashes = json::array();
  for (const ledger::Digest& hash : path) {
    hashes.push_back(ledger::to_base64(ledger::view(hash)));
  }
  return hashes;
}

json head_json(const ledger::Checkpoint& head) {
  return {{"size", head.size}, {"root", ledger::to_hex(head.root)}};
}

json inclusion_json(const ledger::InclusionProof& proof,
                    std::string_view envelope) {
  return {{"position", proof.position},
          {"envelope", ledger::to_base64(envelope)},
          {"leaf_hash", ledger::to_hex(ledger::leaf_hash(envelope))},
          {"path", path_json(proof.path)},
          {"head", head_json(proof.head.checkpoint)},
          {"checkpoint", proof.head.note},
          {"proof", ledger::to_text(proof)}};
}

json consistency_json(const ledger::ConsistencyProof& proof) {
  return {{"old", head_json(proof.from)},
          {"path", path_json(proof.path)},
          {"head", head_json(proof.head.checkpoint)},
          {"checkpoint", proof.head.note},
          {"proof", ledger::to_text(proof)}};
}

// To the file of --out, else to standard output.
Status give(const Session& session, const std::string& text) {
  const std::string& file = session.options().proof.out;
  if (file.empty() || file == "-") {
    session.terminal().out(text);
    return {};
  }
  RL_ASSIGN(ledger::FileWriter writer, ledger::FileWriter::begin(file));
  RL_TRY(writer.write(text));
  return writer.publish();
}

Status prove_position(Session& session,
                      const ledger::Snapshot& snapshot,
                      ledger::Position position) {
  RL_ASSIGN(const auto proof, ledger::prove_inclusion(snapshot, position));
  if (!session.options().shared.json) {
    return give(session, ledger::to_text(proof));
  }
  RL_ASSIGN(const auto bytes, snapshot.store().envelope_bytes(position));
  return give(session, ledger::json_line(inclusion_json(proof, bytes)));
}

Status prove_growth(Session& session, const ledger::Snapshot& snapshot) {
  RL_ASSIGN(const auto kept,
            ledger::read_kept_head(session.options().proof.since));
  RL_ASSIGN(const auto proof, ledger::prove_consistency(snapshot, kept));
  return give(session,
              session.options().shared.json
                  ? ledger::json_line(consistency_json(proof))
                  : ledger::to_text(proof));
}

Status prove(Session& session) {
  const ProofOptions& options = session.options().proof;
  if (options.position.has_value() != options.since.empty()) {
    return fail(ErrorCode::kUsage,
                "usage",
                "prove takes a POSITION, or --since HEAD-FILE",
                "release-ledger prove --help");
  }
  RL_ASSIGN(const ledger::Ledger book, session.book());
  RL_ASSIGN(const ledger::Snapshot snapshot, book.read());
  for (const std::string& warning : snapshot.warnings()) {
    session.terminal().line("warning: " + warning);
  }
  return options.position ? prove_position(session, snapshot, *options.position)
                          : prove_growth(session, snapshot);
}

}  // namespace

void add_proofs(VerbTable& table) {
  ProofOptions& options = table.options().proof;
  CLI::App& verb = table.add(
      "prove", "That an event is in the ledger, or that it only grew", prove);
  verb.add_option("position", options.position, "Of the event")
      ->type_name("POSITION")
      ->check(
          whole_number_between(0, std::numeric_limits<std::uint64_t>::max()));
  verb.add_option("--since",
                  options.since,
                  "An older HEAD: prove that the ledger goes on from it")
      ->type_name("HEAD-FILE");
  verb.add_option("--out,-o", options.out, "Instead of standard output")
      ->type_name("FILE");
}

}  // namespace tools::verbs
