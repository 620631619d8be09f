// plan check: is the plan right, and what would its patterns take from a log?

#include <algorithm>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "commands/metrics/capture.h"
#include "commands/metrics/extract.h"
#include "commands/plan/plan.h"
#include "ledger/event_json.h"
#include "projections/render/text.h"
#include "tools/release_ledger/verbs.h"
#include "tools/release_ledger/verbs/reading.h"

namespace tools::verbs {
namespace {

namespace metrics = commands::metrics;
using json = nlohmann::ordered_json;

// A log has a million samples; nobody reads more lines than this.
constexpr std::size_t kSamplesShownMax = 1000;

// What the patterns take from a log: the readings of one place together.
struct Trial {
  struct Line {
    std::vector<std::string> keys;
    metrics::Sample sample;
  };
  std::vector<Line> lines;
  // A pattern that takes a word: an output, or how a job ended.
  struct Word {
    std::string name;
    std::string pattern;
    std::optional<std::string> taken;
  };
  std::size_t omitted = 0;
  std::vector<Word> words;
  metrics::Extraction extraction;
  std::vector<schema::MetricRule> rules;  // that read a log

  void add(const metrics::Sample& sample) {
    if (!lines.empty() && omitted == 0) {
      Line& last = lines.back();
      const metrics::Sample& before = last.sample;
      if (before.line == sample.line && before.text == sample.text &&
          before.value == sample.value && before.taken == sample.taken &&
          std::ranges::find(last.keys, sample.key) == last.keys.end()) {
        last.keys.push_back(sample.key);
        return;
      }
    }
    if (lines.size() < kSamplesShownMax) {
      lines.push_back({{sample.key}, sample});
    } else {
      ++omitted;
    }
  }

  const schema::Metric* metric(const std::string& key) const {
    const auto it =
        std::ranges::find(extraction.metrics, key, &schema::Metric::key);
    return it == extraction.metrics.end() ? nullptr : &*it;
  }
  const schema::MetricDoubt* doubt(const std::string& key) const {
    const auto it =
        std::ranges::find(extraction.unsure, key, &schema::MetricDoubt::key);
    return it == extraction.unsure.end() ? nullptr : &*it;
  }
  // A plan's own pattern that found nothing at all.
  bool is_unmatched(const schema::MetricRule& rule) const {
    return metric(rule.key) == nullptr && doubt(rule.key) == nullptr;
  }
};

std::vector<Trial::Word> words_of(const schema::Plan& plan) {
  std::vector<Trial::Word> words;
  if (plan.run && !plan.run->remote_exit_code.empty()) {
    words.push_back({"remote_exit_code", plan.run->remote_exit_code, {}});
  }
  for (const schema::Validation& validation : plan.validations) {
    for (const schema::OutputRule& output : validation.outputs) {
      words.push_back({fmt::format("{}.{}", validation.name, output.name),
                       output.pattern,
                       {}});
    }
  }
  return words;
}

Result<Trial> try_on(const schema::Plan& plan, const std::string& log) {
  RL_TRY(require_file(log, "name a log of a validation"));
  Trial trial;
  trial.rules = metrics::built_in_rules();
  std::ranges::copy_if(plan.metrics,
                       std::back_inserter(trial.rules),
                       [](const auto& rule) { return !rule.pattern.empty(); });
  std::ranges::stable_sort(trial.rules, {}, &schema::MetricRule::key);
  RL_ASSIGN(trial.extraction,
            metrics::extract(log, plan.metrics, true, [&](const auto& sample) {
              trial.add(sample);
            }));
  trial.words = words_of(plan);
  for (Trial::Word& word : trial.words) {
    RL_ASSIGN(word.taken, metrics::last_capture(log, word.pattern));
  }
  return trial;
}

std::string_view word(metrics::Taken taken) {
  switch (taken) {
    case metrics::Taken::kValue:
      return "value";
    case metrics::Taken::kNone:
      return "none";
    case metrics::Taken::kDoubtful:
      return "doubtful";
    case metrics::Taken::kRestart:
      return "restart";
  }
  return "";
}

std::string reading(const Trial::Line& line) {
  switch (line.sample.taken) {
    case metrics::Taken::kValue:
      return fmt::format("{}", line.sample.value);
    case metrics::Taken::kNone:
      return "no value";
    case metrics::Taken::kDoubtful:
      return "cannot be read for sure";
    case metrics::Taken::kRestart:
      return "a new attempt: nothing above counts";
  }
  return "";
}

std::string trial_text(const Trial& trial,
                       const projections::render::Style& style) {
  using projections::render::Table;
  Table lines({"line", "metric", "taken", "from"});
  for (const Trial::Line& line : trial.lines) {
    lines.add({std::to_string(line.sample.line),
               fmt::format("{}", fmt::join(line.keys, ", ")),
               reading(line),
               line.sample.text});
  }
  std::string text = lines.empty() ? "nothing is taken from this log\n"
                                   : lines.text(style, "");
  if (trial.omitted > 0) {
    text += fmt::format("… and {} more\n", trial.omitted);
  }
  Table results({"metric", "statistic", "value"});
  for (const schema::MetricRule& rule : trial.rules) {
    const auto* metric = trial.metric(rule.key);
    results.add({rule.key,
                 rule.statistic,
                 metric != nullptr ? fmt::format("{}", metric->value)
                 : trial.doubt(rule.key) != nullptr
                     ? fmt::format("missing: line {} cannot be read for sure",
                                   trial.doubt(rule.key)->line)
                     : "missing"});
  }
  for (const Trial::Word& word : trial.words) {
    results.add({word.name, "last", word.taken.value_or("missing")});
  }
  return text + "\n" + results.text(style, "");
}

json trial_json(const Trial& trial) {
  json samples = json::array();
  for (const Trial::Line& line : trial.lines) {
    const bool is_value = line.sample.taken == metrics::Taken::kValue;
    samples.push_back(
        {{"line", line.sample.line},
         {"metrics", line.sample.key.empty() ? json::array() : json(line.keys)},
         {"taken", word(line.sample.taken)},
         {"value", is_value ? json(line.sample.value) : json()},
         {"text", line.sample.text}});
  }
  json results = json::array();
  for (const schema::MetricRule& rule : trial.rules) {
    const auto* metric = trial.metric(rule.key);
    const auto* doubt = trial.doubt(rule.key);
    results.push_back(
        {{"key", rule.key},
         {"statistic", rule.statistic},
         {"value", metric != nullptr ? json(metric->value) : json()},
         {"doubt", doubt != nullptr ? json(doubt->text) : json()}});
  }
  json words = json::array();
  for (const Trial::Word& word : trial.words) {
    words.push_back({{"name", word.name},
                     {"value", word.taken ? json(*word.taken) : json()}});
  }
  return {{"metrics", results},
          {"words", words},
          {"samples", samples},
          {"samples_omitted", trial.omitted}};
}

std::vector<std::string> unmatched(const schema::Plan& plan,
                                   const Trial& trial,
                                   const std::string& log) {
  std::vector<std::string> warnings;
  const auto warn = [&](const std::string& name, const std::string& pattern) {
    warnings.push_back(fmt::format(
        "the pattern of {} matches nothing in {}: {}", name, log, pattern));
  };
  for (const schema::MetricRule& rule : plan.metrics) {
    if (!rule.pattern.empty() && trial.is_unmatched(rule)) {
      warn(rule.key, rule.pattern);
    }
  }
  for (const Trial::Word& word : trial.words) {
    if (!word.taken) {
      warn(word.name, word.pattern);
    }
  }
  return warnings;
}

// Each mistake is a line of the result; one alone is the error.
ledger::Error with_all_mistakes(const Session& session,
                                const std::filesystem::path& file,
                                ledger::Error error) {
  const auto mistakes = commands::plan::mistakes_of(file);
  if (mistakes.size() < 2 || session.options().shared.json) {
    return error;
  }
  for (const std::string& mistake : mistakes) {
    session.terminal().out(projections::render::harmless(mistake) + "\n");
  }
  error.message = fmt::format("{}: {} mistakes; the first: {}",
                              file.string(),
                              mistakes.size(),
                              error.message);
  return error;
}

}  // namespace

Status plan_check(Session& session) {
  const std::string& log = session.options().sample_log;
  const Terminal& terminal = session.terminal();
  RL_ASSIGN(const auto file, session.plan_file());
  auto read = commands::plan::read_plan(file);
  if (!read) {
    return std::unexpected(with_all_mistakes(session, file, read.error()));
  }
  commands::plan::LoadedPlan loaded = std::move(*read);
  std::optional<Trial> trial;
  if (!log.empty()) {
    RL_ASSIGN(trial, try_on(loaded.plan, log));
    std::ranges::move(unmatched(loaded.plan, *trial, log),
                      std::back_inserter(loaded.warnings));
  }
  if (session.options().shared.json) {
    const json result = {{"plan", file.string()},
                         {"digest", loaded.plan.digest},
                         {"validations", loaded.plan.validations.size()},
                         {"warnings", loaded.warnings},
                         {"log", trial ? trial_json(*trial) : json()}};
    terminal.out(ledger::json_line(result));
    return {};
  }
  if (trial) {
    terminal.out(trial_text(*trial, terminal.style()));
  }
  for (const std::string& warning : loaded.warnings) {
    terminal.line("warning: " + warning);
  }
  const std::size_t count = loaded.plan.validations.size();
  terminal.out(fmt::format(
      "the plan is good: {} validation{}\n", count, count == 1 ? "" : "s"));
  return {};
}

}  // namespace tools::verbs
