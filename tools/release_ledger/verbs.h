// The verbs, a file of verbs/ for each group. A verb reads the options, calls
// one command or query, and prints.

#pragma once

#include "tools/release_ledger/verb_table.h"

namespace tools::verbs {

void add_run(VerbTable& table);          // run
void add_questions(VerbTable& table);    // list status explain history replay
void add_sign_offs(VerbTable& table);    // approve revoke waive abandon yank
                                         // reconcile
void add_record(VerbTable& table);       // record
void add_jobs(VerbTable& table);         // cancel settle logs
void add_plan(VerbTable& table);         // init plan
void add_maintenance(VerbTable& table);  // verify rebuild
void add_doctor(VerbTable& table);       // doctor
void add_moving(VerbTable& table);       // export import backup restore

Status plan_check(Session& session);

// The steps may also be asked for without a verb.
void add_run_options(CLI::App& app, RunOptions& run);
Status run(Session& session);

}  // namespace tools::verbs
