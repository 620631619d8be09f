#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "projections/render/text.h"
#include "schema/release/bound.h"

namespace projections::render {
namespace {

std::string checks_of(const schema::ValidationCompleted* result) {
  std::vector<std::string> parts;
  if (result != nullptr) {
    for (const schema::Check& check : result->checks) {
      parts.push_back(fmt::format("{} {} ({} {})",
                                  check.key,
                                  schema::actual_text(check),
                                  verdict_word(check),
                                  schema::bound_text(check)));
    }
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::string markdown_cell(std::string_view text) {
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

std::string validations_markdown(const ReleaseView& view) {
  const schema::ReleaseRecord& record = *view.record;
  std::string text = fmt::format(
      "### {}: validations ({})\n\n"
      "| validation | outcome | checks | attempt | took | note |\n"
      "|---|---|---|---|---|---|\n",
      markdown_cell(record.name),
      schema::word(record.mode));
  for (const schema::ValidationAssessment& v : view.assessment.validations) {
    const schema::ValidationCompleted* result = v.result();
    const std::string note =
        !v.note.empty() || result == nullptr ? v.note : result->detail;
    text += fmt::format(
        "| {} | {}{} | {} | {} | {} | {} |\n",
        markdown_cell(v.planned->name),
        v.waived ? "WAIVED, " : "",
        schema::word(v.outcome),
        markdown_cell(checks_of(result)),
        v.record ? std::to_string(v.record->attempts) : "",
        result && result->duration_s ? duration_text(*result->duration_s) : "",
        markdown_cell(note));
  }
  return text + "\n";
}

}  // namespace projections::render
