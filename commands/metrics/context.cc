#include "commands/metrics/context.h"

#include <algorithm>
#include <cstdint>

#include "commands/metrics/pattern.h"
#include "commands/metrics/text.h"

namespace commands::metrics {
namespace {

constexpr std::size_t kClauseMax = 80;
constexpr std::string_view kOpenerEnds = ":={([";

const RE2& no_samples_after() {
  static const FixedPattern kPattern(
      R"((?i:\b(?:config(?:s|uration|ured)?|cfg|hparams|hyper-?param\w*|)"
      R"(overrides?|arg[sv]|arguments|settings|command|cmd|commit|example|)"
      R"(python3?|torchrun|uv run|srun|mpirun|(?:ba|z)?sh -c|run\.py\s|)"
      R"(assert\w*|traceback|thresholds?|acceptance|requirements?)\b)"
      R"(|^\s*(?:usage|error|fatal|warning|raise|changelog)\b)"
      R"(|\b(?:check|validation|test|gate) failed\b))"
      R"(|\b(?:ERROR|FATAL|CRITICAL|FAIL|FAILED|FAILURE)\b)"
      R"(|\w(?:Error|Exception|Warning)\b|\bW(?:arning|ARNING)\s*:)"
      R"(|(?i:"level(?:name)?"\s*:\s*"(?:error|fatal|critical)\b))"
      R"(|^\s*(?:\++|\$|#|>>>|\$\(|//)\s)"
      // Flags and assignments of a shell.
      R"(|(?:^|\s)--[a-z]|\b(?:export|declare)\s)"
      // One line of a git log: an id, and whatever the subject says.
      R"(|\bHEAD is now at\b|^[\s*|/\\]*)"
      R"((?:[0-9]+[a-f]|[a-f]+[0-9])[0-9a-f]{5,38}\s)");
  return kPattern;
}

const RE2& qualifier() {
  static const FixedPattern kPattern(
      R"((?i:\b(?:targets?|thresholds?|baselines?|goal|expect(?:s|ed)?|)"
      R"(requir(?:e|es|ed|ing)|needs?|needed|minimum|maximum|min|max|mean|avg|)"
      R"(average|median|peak|best|worst|std|stddev|limit|bound|at least|)"
      R"(at most|below|above|less than|more than|previous|prior|reference|)"
      R"(floor|ceiling|want(?:ed)?|should|must|p\d\d|theoretical|estimated|)"
      R"(per|was|from|release|stable)\b)|[<>]\s*$|[<>!=]=\s*$|≥\s*$|≤\s*$)");
  return kPattern;
}

const RE2& verdict() {
  static const FixedPattern kPattern(
      R"(^["')\]}]*\s*(?:[<>]|[!=]=|=>|->|→|≥|≤|)"
      R"((?i:(?:is |was |were )?(?:below|under|above|less|lower|too |not |)"
      R"(short of|exceeds|does not|did not|fails)\b|)"
      R"(\(?(?:target|threshold|required|minimum|expected|baseline|goal|)"
      R"(needed|per|max|min|avg|average|mean)\b\s*(?:[).,;a-zA-Z]|$))))");
  return kPattern;
}

std::size_t indent_of(std::string_view segment) {
  return std::min(segment.find_first_not_of(" \t"), segment.size());
}

// What belongs to the reading: after the last divider, and after the last
// pair `name=value` that is complete.
std::string clause_of(std::string_view before) {
  before = before.substr(before.size() - std::min(before.size(), kClauseMax));
  const std::size_t divider = before.find_last_of(",;|{}()[]\t");
  std::size_t from = divider == std::string_view::npos ? 0 : divider + 1;
  const std::size_t gap = before.rfind("  ");
  if (gap != std::string_view::npos && gap + 2 < before.size()) {
    from = std::max(from, gap + 2);
  }
  std::string clause(before.substr(from));
  static const FixedPattern kPair(R"(^.*[:=]\s*\S*\d\S*\s+)");
  RE2::Replace(&clause, kPair, "");
  std::ranges::replace(clause, '_', ' ');
  return clause;
}

}  // namespace

std::size_t samples_end(std::string_view segment) {
  re2::StringPiece found;
  return no_samples_after().Match(
             piece(segment), 0, segment.size(), RE2::UNANCHORED, &found, 1)
             ? static_cast<std::size_t>(found.data() - segment.data())
             : segment.size();
}

bool is_qualified(std::string_view before) {
  return RE2::PartialMatch(clause_of(before), qualifier());
}

bool is_judged(std::string_view after) {
  return RE2::PartialMatch(piece(after.substr(0, kClauseMax)), verdict());
}

const std::string ConfigBlock::kOpenerPattern =
    R"((?i:\b(?:config(?:s|uration)?|cfg|hparams|hyper-?param\w*|settings|)"
    R"(overrides|arguments|args|thresholds?|targets?|baselines?|acceptance|)"
    R"(requirements?|plan)\b[^\n]{0,80}[:={(\[]\s*$))"
    // The sections of a configuration that is printed without a heading.
    R"(|^\s*(?:trainer|policy|env|environment|optimizer|wandb|evaluator|)"
    R"(system|vectorization|checkpoint|curriculum|defaults)\s*:\s*$)";

bool ConfigBlock::contains(std::string_view segment) {
  static const FixedPattern kOpener(kOpenerPattern);
  const std::size_t indent = indent_of(segment);
  if (indent == segment.size()) {
    return open_;
  }
  if (open_ && indent <= indent_) {
    // A bracket of its own line may stand where the opening line does.
    const char first = segment[indent];
    const bool opening = first == '{' || first == '[' || first == '(';
    const bool closing = first == '}' || first == ']' || first == ')';
    open_ = opening && indent == indent_;
    if (opening || closing) {
      return true;
    }
  }
  const char last = segment[segment.find_last_not_of(" \t")];
  if (!open_ && kOpenerEnds.find(last) != std::string_view::npos &&
      RE2::PartialMatch(piece(segment), kOpener)) {
    open_ = true;
    indent_ = indent;
    return true;
  }
  return open_;
}

}  // namespace commands::metrics
