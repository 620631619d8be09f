#include "commands/metrics/restart.h"

#include "commands/metrics/literal_filter.h"
#include "commands/metrics/pattern.h"

namespace commands::metrics {
namespace {

const std::string& sure_pattern() {
  static const std::string kPattern =
      // "Restarting training", "restarted job", "will restart worker group"
      R"((?i:\brestart(?:ing|ed)?\s+(?:the\s+|all\s+)?)"
      R"((?:training|trainer|job|run|workers?|worker group|process(?:es)?|)"
      R"(attempt|from|after|due|in \d)\b)"
      // "training was restarted", "job recovered"
      R"(|\b(?:training|trainer|job|run|worker group|workers?|task)\s+)"
      R"((?:is |was |has been |will be )?)"
      R"((?:restart(?:ing|ed)|recover(?:ing|ed))\b)"
      // "Resuming from checkpoint", "resumed training"
      R"(|\bresum(?:ing|ed)\s+(?:the\s+)?(?:training|run|from|at)\b)"
      // "=== RESTART ===", "[restart] rank 0"
      R"(|^\W*restart(?:ing|ed)?\b\W*(?:$|\d))"
      R"(|\[restart(?:ing|ed)?\])"
      // SkyPilot's and its launcher's words for an attempt that was cut short
      R"(|\btermination reason:\s*(?:cluster_stop|force_restart_test))"
      R"(|\[(?:info|restart)\]\s*restart count:\s*[1-9])"
      R"(|\bjob cluster (?:is|was) preempted\b))";
  return kPattern;
}

// "--- attempt 2 ---", "Starting attempt 2 of 3", "attempt=2"
const std::string& attempt_pattern() {
  static const std::string kPattern =
      R"((?i:^\W*(?:\S+\s+){0,3}?(?:start(?:ing)?\s+)?)"
      R"(\battempt\s*(?:no\.?|number)?\s*[:=#]?\s*(?:[2-9]|\d\d+)\b))";
  return kPattern;
}

// "Upload attempt 2 of 5": what is tried again is not the training.
bool is_attempt_at_something(std::string_view segment) {
  static const FixedPattern kOther(
      R"((?i)\b(?:re)?(?:upload|download|connect|request|fetch|push|pull|sav|)"
      R"(writ|read|send|retr|login|sync|resolv|lock|http|api|wandb))"
      R"((?:e|y|ies|ied|ing|ed|ion)?\b)");
  return RE2::PartialMatch(piece(segment), kOther);
}

}  // namespace

const std::string kRestartPattern = sure_pattern() + "|" + attempt_pattern();

const std::vector<std::string> kRestartWords = {
    "restart", "resum", "recover", "attempt", "termination reason", "preempt"};

bool begins_new_attempt(std::string_view segment) {
  static const FixedPattern kSure(sure_pattern());
  static const FixedPattern kAttempt(attempt_pattern());
  static const LiteralFilter kWords(kRestartWords);
  return kWords.find(segment) != std::string_view::npos &&
         (RE2::PartialMatch(piece(segment), kSure) ||
          (RE2::PartialMatch(piece(segment), kAttempt) &&
           !is_attempt_at_something(segment)));
}

}  // namespace commands::metrics
