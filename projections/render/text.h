// Views and events as text for people: aligned columns, colour only if asked.
// No information is carried by colour alone. Text from outside is made
// harmless for a terminal first. Pure.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.h"
#include "projections/queries.h"

namespace projections::render {

struct Style {
  bool color = false;
};

// Every character that a terminal acts on is a space (controls of ASCII and
// C1, marks that turn the direction of writing), every byte that is not UTF-8
// a "?", so that a log line or a commit subject shows as it is and does
// nothing.
std::string harmless(std::string_view text);

// Columns as wide as their widest cell, two spaces apart; the first row is the
// header. Cells are made harmless; one that begins with the word of a state is
// coloured by it.
class Table {
 public:
  explicit Table(std::vector<std::string> header);
  void add(std::vector<std::string> row);
  bool empty() const { return rows_.size() == 1; }
  std::string text(const Style& style, std::string_view indent) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::string status_text(const ReleaseView& view, const Style& style);
// The part of it that a run prints when its validations have ended.
std::string validations_text(const ReleaseView& view, const Style& style);
// "ok", "WARNING", "FAILED" or "UNCLEAR": never by colour alone.
std::string_view verdict_word(const schema::Check& check);
// The same as a table of Markdown, under a heading that says how it stands.
std::string validations_markdown(const ReleaseView& view);
// A cell that neither ends the table nor speaks HTML.
std::string markdown_cell(std::string_view text);
// The first page of the auditor pack.
std::string pack_markdown(const ReleaseView& view,
                          const ledger::Checkpoint& head);
// What an event says, on a line: its plain fields that are not empty.
std::string summary_text(const ledger::RecordedEvent& event);
std::string event_text(const ledger::RecordedEvent& event, const Style& style);
std::string explain_text(const ReleaseView& view,
                         const std::vector<Explanation>& list,
                         const Style& style);
std::string verify_text(const ledger::Verification& result, const Style& style);
// What a policy asks for beside numbers of people, each with a comma in front.
std::string conditions_text(const schema::Approval& approval);
std::string plan_text(const schema::Plan& plan, const Style& style);

// What the predecessor's state says, if that is where it is from; else empty.
std::string imported_text(const schema::ReleaseRecord& record,
                          const Style& style);
// Of the newest candidate, or as it was imported; empty: none.
std::string commit_of(const schema::ReleaseRecord& record);
// When it was started, or created as it was imported; empty: not known.
std::string started_text(const schema::ReleaseRecord& record);

// "1 d 4 h", "12.3 s".
std::string duration_text(double seconds);

}  // namespace projections::render
