// The verbs, a file of verbs/ for each group. A verb reads the options, calls
// one command or query, and prints.

#pragma once

#include <array>
#include <string_view>

#include "tools/release_ledger/verb_table.h"

namespace tools::verbs {

void add_run(VerbTable& table);          // run
void add_asking(VerbTable& table);       // list metrics names
void add_comparing(VerbTable& table);    // compare regressions stats
void add_questions(VerbTable& table);    // status explain history replay
void add_audit(VerbTable& table);        // audit
void add_sign_offs(VerbTable& table);    // approve revoke waive abandon yank
                                         // reconcile
void add_record(VerbTable& table);       // record
void add_jobs(VerbTable& table);         // cancel settle logs
void add_plan(VerbTable& table);         // init plan
void add_maintenance(VerbTable& table);  // verify rebuild
void add_doctor(VerbTable& table);       // doctor
void add_proofs(VerbTable& table);       // prove
void add_reports(VerbTable& table);      // report redact
void add_moving(VerbTable& table);       // export import backup restore

// Whose answer may be CSV.
inline constexpr std::array<std::string_view, 6> kListVerbs = {
    "list", "metrics", "compare", "regressions", "stats", "history"};

Status plan_check(Session& session);
// status --reconcile, of what is recorded of one release.
Status show_world(Session& session, const schema::ReleaseRecord& record);

// `metrics blame KEY`. `metrics` answers by itself: it has to call `blame`
// where options().blamed is not empty.
void add_blame(VerbTable& table, CLI::App& metrics);
Status blame(Session& session);

// --last of a question over releases; --since and --until.
void add_last(CLI::App& question, AskOptions& options);
void add_period(CLI::App& question, AskOptions& options);

// The steps may also be asked for without a verb.
void add_run_options(CLI::App& app, RunOptions& run);
Status run(Session& session);

}  // namespace tools::verbs
