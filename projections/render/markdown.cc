#include <fmt/format.h>

#include "projections/render/text.h"

namespace projections::render {
namespace {

// A cell that neither ends the table nor speaks HTML.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : harmless(text)) {
    switch (c) {
      case '|':
        result += "\\|";
        break;
      case '<':
        result += "&lt;";
        break;
      case '&':
        result += "&amp;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string checks_of(const schema::ValidationAssessment& v) {
  std::string text;
  if (v.record == nullptr || v.record->result == nullptr ||
      v.outcome == schema::Outcome::running) {
    return text;
  }
  for (const schema::Check& check : v.record->result->checks) {
    const std::string bound =
        check.op == "range"
            ? fmt::format(
                  "{} to {}", check.low.value_or(0), check.high.value_or(0))
            : fmt::format("{} {}", check.op, check.expected.value_or(0));
    text +=
        fmt::format("{}{} {} ({} {})",
                    text.empty() ? "" : ", ",
                    check.key,
                    check.actual ? fmt::format("{}", *check.actual) : "missing",
                    check.passed ? "ok" : "FAILED",
                    bound);
  }
  return text;
}

}  // namespace

std::string validations_markdown(const ReleaseView& view) {
  const schema::ReleaseRecord& record = *view.record;
  std::string text = fmt::format(
      "### {}: validations ({})\n\n"
      "| validation | outcome | checks | attempt | took | note |\n"
      "|---|---|---|---|---|---|\n",
      cell(record.name),
      schema::word(record.mode));
  for (const schema::ValidationAssessment& v : view.assessment.validations) {
    const auto* result = v.record ? v.record->result.get() : nullptr;
    const std::string note =
        !v.note.empty() || result == nullptr ? v.note : result->detail;
    text += fmt::format(
        "| {} | {}{} | {} | {} | {} | {} |\n",
        cell(v.planned->name),
        v.waived ? "WAIVED, " : "",
        schema::word(v.outcome),
        cell(checks_of(v)),
        v.record ? std::to_string(v.record->attempts) : "",
        result && result->duration_s ? duration_text(*result->duration_s) : "",
        cell(note));
  }
  return text + "\n";
}

}  // namespace projections::render
