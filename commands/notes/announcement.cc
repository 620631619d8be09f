#include "commands/notes/announcement.h"

#include <map>
#include <set>

#include <fmt/ranges.h>

#include "commands/plan/placeholders.h"
#include "commands/plan/plan.h"
#include "commands/release_stream.h"
#include "schema/release/assess.h"
#include "schema/release/policy.h"

namespace commands::notes {
namespace {

constexpr std::string_view kBuiltIn =
    "Released stable version v{version} 🎉\nRelease notes: {release_notes}\n";

// The beginning of a text, of whole characters.
std::string beginning(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) {
    return std::string(text);
  }
  constexpr std::string_view kMore = "…";
  std::size_t end = bytes_max - kMore.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
    --end;
  }
  return std::string(text.substr(0, end)).append(kMore);
}

std::string approvers(const schema::ReleaseRecord& record,
                      const schema::CandidateRecord& candidate) {
  const std::string evidence = evidence_digest(record);
  std::set<std::string> names;
  for (const schema::ApprovalRecord& approval : candidate.approvals) {
    if (schema::staleness(record, candidate, approval, evidence).empty()) {
      const auto who = schema::split_person(approval.granted->by);
      names.insert(who.name.empty() ? who.email : who.name);
    }
  }
  return names.empty() ? "nobody" : fmt::format("{}", fmt::join(names, ", "));
}

// "smoke sps_max 41000", a line for each check that was judged.
std::string metrics(const schema::ReleaseRecord& record) {
  std::vector<std::string> lines;
  for (const auto& v : schema::assess_validations(record)) {
    if (v.record == nullptr || v.record->result == nullptr) {
      continue;
    }
    for (const schema::Check& check : v.record->result->checks) {
      if (check.actual) {
        lines.push_back(fmt::format("{} {} {}{}{}",
                                    v.planned->name,
                                    check.key,
                                    *check.actual,
                                    check.unit.empty() ? "" : " ",
                                    check.unit));
      }
    }
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

// Where the release can be looked at; empty on plain git.
std::string url(const schema::ReleaseRecord& record,
                const schema::CandidateRecord& candidate) {
  if (record.forge_release) {
    return record.forge_release->url;
  }
  return candidate.pull_request ? candidate.pull_request->url : "";
}

}  // namespace

const std::vector<std::string>& announcement_words() {
  static const std::vector<std::string> kWords = {"version",
                                                  "candidate",
                                                  "commit",
                                                  "tag",
                                                  "release_notes",
                                                  "url",
                                                  "approvers",
                                                  "metrics"};
  return kWords;
}

std::string shortest_announcement(std::string_view text_template) {
  return plan::fill_in(text_template, [](std::string_view) { return ""; });
}

std::string announcement(const schema::ReleaseRecord& record,
                         std::string_view text_template) {
  const schema::CandidateRecord& candidate = *schema::current_candidate(record);
  const schema::Project& project = *record.plan->project;
  const std::map<std::string, std::string, std::less<>> values = {
      {"version", record.name},
      {"candidate", std::to_string(candidate.number)},
      {"commit", candidate.commit},
      {"tag", plan::expand_pattern(project.tag, record.name, candidate.number)},
      {"release_notes",
       plan::expand_pattern(
           project.release_notes, record.name, candidate.number)},
      {"url", url(record, candidate)},
      {"approvers", approvers(record, candidate)},
      {"metrics", metrics(record)}};
  return plan::fill_in(
      text_template.empty() ? kBuiltIn : text_template,
      [&](std::string_view word) -> std::optional<std::string> {
        const auto it = values.find(word);
        return it == values.end() ? std::nullopt : std::optional(it->second);
      });
}

std::string notice(const schema::ReleaseRecord& record,
                   std::string_view notice,
                   std::string_view what,
                   std::string_view command) {
  std::string text =
      fmt::format("Release v{} {}: {}\n",
                  record.name,
                  notice == "waiting" ? "waits for a person" : "cannot go on",
                  beginning(what, kNoticeReasonBytesMax));
  if (!command.empty()) {
    text += fmt::format("Next: {}\n", command);
  }
  return text;
}

}  // namespace commands::notes
