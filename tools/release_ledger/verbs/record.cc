// record: a validation that ran elsewhere.

#include "commands/record.h"

#include <fmt/ranges.h>

#include "commands/nearest.h"
#include "commands/run.h"
#include "tools/release_ledger/past_values.h"
#include "tools/release_ledger/verbs.h"

namespace tools::verbs {
namespace {

namespace metrics = commands::metrics;

Result<metrics::ReportFormat> wanted_format(const std::string& word) {
  const auto format = metrics::parse_report_format(word);
  if (!format) {
    const auto& names = metrics::report_format_names();
    return ledger::fail(
        ledger::ErrorCode::kUsage,
        "format-unknown",
        fmt::format("there is no format \"{}\"{}",
                    word,
                    commands::suggestion(word, names)),
        fmt::format("the formats are {}", fmt::join(names, ", ")));
  }
  return *format;
}

Status record(Session& session) {
  const RecordOptions& options = session.options().record;
  commands::RecordRequest request;
  RL_ASSIGN(request.format, wanted_format(options.format));
  RL_ASSIGN(const auto environment, session.environment(false));
  RL_ASSIGN(request.release,
            commands::release_name(session.options().release.release,
                                   *environment.reporter));
  request.validation = options.validation;
  request.metrics = options.metrics;
  request.metrics_file = options.metrics_file;
  request.exit_code = options.exit_code;
  request.log = options.log;
  request.url = options.url;
  request.note = options.note;
  request.commit = options.commit;
  RL_ASSIGN(const ledger::Ledger book, session.book());
  RL_ASSIGN(request.history, past_values(book));
  return commands::record(environment, request);
}

}  // namespace

void add_record(VerbTable& table) {
  RecordOptions& record_options = table.options().record;
  CLI::App& verb = table.add_act(
      "record", "Put a validation that ran elsewhere on record", record);
  verb.add_option(
          "validation", record_options.validation, "Its name in the plan")
      ->type_name("VALIDATION")
      ->required();
  verb.add_option("--metric",
                  record_options.metrics,
                  "A metric that the plan names; may be repeated")
      ->type_name("KEY=NUMBER")
      ->allow_extra_args(false);
  verb.add_option("--metrics-file",
                  record_options.metrics_file,
                  "JSON, JUnit XML, Google Benchmark or hyperfine JSON")
      ->type_name("FILE");
  verb.add_option("--format",
                  record_options.format,
                  "Of that file: auto, json, junit, google-benchmark, "
                  "hyperfine")
      ->type_name("FORMAT");
  verb.add_option("--exit-code", record_options.exit_code, "How it ended")
      ->type_name("N");
  verb.add_option("--log",
                  record_options.log,
                  "Its log: kept with its digest, and read as a run's")
      ->type_name("FILE");
  verb.add_option("--url", record_options.url, "Where it can be looked at")
      ->type_name("URL");
  verb.add_option("--note", record_options.note, "A word with it")
      ->type_name("TEXT");
  verb.add_option("--commit",
                  record_options.commit,
                  "The commit it ran on; refused if not the candidate's")
      ->type_name("ID");
}

}  // namespace tools::verbs
