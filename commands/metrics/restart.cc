#include "commands/metrics/restart.h"

#include "commands/metrics/literal_filter.h"
#include "commands/metrics/pattern.h"

namespace commands::metrics {

const std::string kRestartPattern =
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
    // "--- attempt 2 ---", "Starting attempt 2 of 3", "attempt=2"
    R"(|^\W*(?:\S+\s+){0,3}?(?:start(?:ing)?\s+)?)"
    R"(\battempt\s*(?:no\.?|number)?\s*[:=#]?\s*(?:[2-9]|\d\d+)\b)"
    // SkyPilot's and its launcher's words for an attempt that was cut short
    R"(|\btermination reason:\s*(?:cluster_stop|force_restart_test))"
    R"(|\[(?:info|restart)\]\s*restart count:\s*[1-9]))";

const std::vector<std::string> kRestartWords = {
    "restart", "resum", "recover", "attempt", "termination reason"};

bool begins_new_attempt(std::string_view segment) {
  static const FixedPattern kPattern(kRestartPattern);
  static const LiteralFilter kWords(kRestartWords);
  return kWords.find(segment) != std::string_view::npos &&
         RE2::PartialMatch(piece(segment), kPattern);
}

}  // namespace commands::metrics
