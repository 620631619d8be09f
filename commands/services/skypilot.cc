#include "commands/services/skypilot.h"

#include <algorithm>
#include <array>
#include <map>
#include <ranges>
#include <set>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "commands/services/git_output.h"

namespace commands::services::skypilot {
namespace {

using ledger::ErrorCode;
using ledger::fail;
using nlohmann::json;

// Rows that `sky jobs queue` shows unless it is asked for all.
constexpr std::size_t kRowsByDefault = 50;
// A name this long that the table has cut still has the attempt's own part.
constexpr std::size_t kNameBytesLeast = 12;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// `(NAME, pid=4150) ...`: the user's program speaks, not SkyPilot.
bool is_of_the_job(std::string_view line) {
  return line.starts_with('(') &&
         line.substr(0, line.find(')')).find("pid=") != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}

// The number that follows `label`, which has to stand at the line's beginning
// where `anchored`, else behind signs alone: a commit's message may say it too.
std::string number_after(std::string_view line,
                         std::string_view label,
                         bool anchored) {
  const std::size_t at = line.find(label);
  if (at == std::string_view::npos || (anchored && at != 0) ||
      std::ranges::any_of(line.substr(0, at), is_word)) {
    return {};
  }
  const std::string_view rest = trimmed(line.substr(at + label.size()));
  const std::size_t digits =
      std::min(rest.find_first_not_of("0123456789"), rest.size());
  const bool whole = digits == rest.size() || !anchored;
  return whole ? std::string(rest.substr(0, digits)) : std::string();
}

std::string upper(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return result;
}

// "ManagedJobStatus.RUNNING" is RUNNING.
std::string status_word(std::string_view text) {
  text = trimmed(text);
  return upper(text.substr(text.rfind('.') + 1));
}

bool asks_for_all(const std::vector<std::string>& argv) {
  return std::ranges::any_of(argv, [](const std::string& argument) {
    const bool is_short = argument.size() > 1 && argument[0] == '-' &&
                          argument[1] != '-' &&
                          argument.find('a') != std::string::npos;
    return argument == "--all" || is_short;
  });
}

// It leaves jobs out by what they are, so that an absence proves nothing.
bool asks_for_some(const std::vector<std::string>& argv) {
  static constexpr std::array<std::string_view, 6> kFilters = {
      "-s", "--skip-finished", "--status", "--since", "--after", "--before"};
  return std::ranges::any_of(argv, [](const std::string& argument) {
    const std::string_view flag =
        std::string_view(argument).substr(0, argument.find('='));
    return std::ranges::find(kFilters, flag) != kFilters.end();
  });
}

std::string text_of(const json& row, const char* key) {
  const auto it = row.find(key);
  if (it == row.end() || it->is_null()) {
    return {};
  }
  return it->is_string() ? it->get<std::string>() : it->dump();
}

// A job of several tasks has a row each: it has ended when all have, and well
// when all have ended well.
void add_row(std::map<std::string, Job>& jobs, Job row) {
  const auto [known, is_new] = jobs.try_emplace(row.id, row);
  if (is_new) {
    return;
  }
  Job& job = known->second;
  const bool takes_over =
      (is_final(job.state) && !is_final(row.state)) ||
      (job.state == JobState::kSucceeded && row.state != JobState::kSucceeded);
  if (takes_over) {
    job = std::move(row);
  }
}

std::optional<Listing> read_json(std::string_view text) {
  const std::size_t end = text.rfind(']');
  for (std::size_t at = text.find('['); at != std::string_view::npos;
       at = text.find('[', at + 1)) {
    const bool begins_line = at == 0 || text[at - 1] == '\n';
    if (!begins_line || end == std::string_view::npos || end < at) {
      continue;
    }
    const json rows =
        json::parse(text.substr(at, end - at + 1), nullptr, false);
    if (!rows.is_array() || !std::ranges::all_of(rows, [](const json& row) {
          return row.is_object() && row.contains("job_id") &&
                 row.contains("status");
        })) {
      continue;
    }
    std::map<std::string, Job> jobs;
    for (const json& row : rows) {
      Job job;
      job.id = text_of(row, "job_id");
      job.name = text_of(row, "job_name");
      job.status = status_word(text_of(row, "status"));
      job.state = state_of(job.status);
      job.detail = text_of(row, "failure_reason");
      add_row(jobs, std::move(job));
    }
    Listing listing;
    for (auto& [id, job] : jobs) {
      listing.jobs.push_back(std::move(job));
    }
    listing.is_complete = true;
    return listing;
  }
  return std::nullopt;
}

// Cells hold single spaces; two or more part them.
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  while (!(line = trimmed(line)).empty()) {
    const std::size_t end = std::min(line.find("  "), line.size());
    cells.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return cells;
}

struct Columns {
  std::size_t count = 0;
  std::size_t id = 0;
  std::size_t name = 0;
  std::size_t status = 0;
};

std::optional<Columns> columns_of(const std::vector<std::string>& header) {
  const auto column = [&](std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(header, name) -
                                    header.begin());
  };
  const Columns columns{
      header.size(), column("ID"), column("NAME"), column("STATUS")};
  const std::size_t last = std::max({columns.id, columns.name, columns.status});
  return last < columns.count ? std::optional(columns) : std::nullopt;
}

std::optional<Listing> read_table(const std::vector<std::string_view>& lines) {
  std::optional<Columns> columns;
  Listing listing;
  listing.is_complete = true;
  for (const std::string_view line : lines) {
    const std::vector<std::string> cells = cells_of(line);
    if (!columns) {
      columns = columns_of(cells);
      continue;
    }
    if (cells.empty() || !is_digit(cells.front().front())) {
      continue;  // a task of the job above, or prose
    }
    if (cells.size() != columns->count) {
      listing.is_complete = false;  // it may be the one that is looked for
      continue;
    }
    Job job;
    job.id = cells[columns->id];
    job.name = cells[columns->name];
    job.status = status_word(cells[columns->status]);
    job.state = state_of(job.status);
    listing.jobs.push_back(std::move(job));
  }
  return columns ? std::optional(listing) : std::nullopt;
}

bool has_name(const Job& job, std::string_view name) {
  std::string_view shown = job.name;
  for (const std::string_view mark : {"...", "\u2026"}) {
    if (shown.ends_with(mark)) {
      shown.remove_suffix(mark.size());
      return shown.size() >= kNameBytesLeast && name.starts_with(shown);
    }
  }
  // A launcher may put words of its own around the attempt's name.
  return !name.empty() && shown.find(name) != std::string_view::npos;
}

std::string end_of(const ProcessResult& call, std::chrono::seconds patience) {
  switch (call.end) {
    case ProcessEnd::kTimedOut:
      return fmt::format("no answer within {} s", patience.count());
    case ProcessEnd::kExited:
      return fmt::format("exit code {}", call.exit_code.value_or(-1));
    default:
      return "it was ended";
  }
}

}  // namespace

LaunchAnswer read_launch(std::string_view output) {
  const std::string text = without_escapes(output);
  LaunchAnswer answer;
  std::set<std::string> ids;
  for (const std::string_view line : lines_of(text)) {
    if (is_of_the_job(line)) {
      continue;
    }
    answer.was_sent = answer.was_sent ||
                      line.find("launch request") != std::string_view::npos;
    for (const std::string& id :
         {number_after(line, "Job submitted, ID:", false),
          number_after(line, "Managed Job ID:", false),
          number_after(line, "Jobs submitted with IDs:", false),
          number_after(line, "Job ID:", true)}) {
      if (!id.empty()) {
        ids.insert(id);
      }
    }
  }
  answer.was_sent = answer.was_sent || !ids.empty();
  answer.job_id = ids.size() == 1 ? *ids.begin() : std::string();
  return answer;
}

JobState state_of(std::string_view word) {
  static const std::map<std::string_view, JobState> kStates = {
      {"PENDING", JobState::kWaiting},
      {"SUBMITTED", JobState::kWaiting},
      {"STARTING", JobState::kWaiting},
      {"RUNNING", JobState::kRunning},
      {"WINDING_DOWN", JobState::kRunning},
      {"RECOVERING", JobState::kRunning},
      {"CANCELLING", JobState::kRunning},
      {"SUCCEEDED", JobState::kSucceeded},
      {"CANCELLED", JobState::kCancelled},
      {"FAILED", JobState::kFailed},
      {"FAILED_SETUP", JobState::kFailed},
      {"FAILED_PRECHECKS", JobState::kBroken},
      {"FAILED_NO_RESOURCE", JobState::kBroken},
      {"FAILED_CONTROLLER", JobState::kBroken}};
  const auto it = kStates.find(word);
  return it == kStates.end() ? JobState::kUnknown : it->second;
}

bool is_final(JobState state) {
  return state == JobState::kSucceeded || state == JobState::kFailed ||
         state == JobState::kBroken || state == JobState::kCancelled;
}

ledger::Result<Listing> read_queue(std::string_view output,
                                   const std::vector<std::string>& argv) {
  const std::string text = without_escapes(output);
  std::optional<Listing> listing = read_json(text);
  if (!listing) {
    listing = read_table(lines_of(text));
  }
  // It is also said when the controller is stopped: no proof of anything.
  if (!listing && text.find("managed jobs.") != std::string::npos) {
    listing = Listing{};
  }
  if (!listing) {
    return fail(ErrorCode::kUpstream,
                "queue-unreadable",
                "the list of jobs cannot be understood");
  }
  const bool is_cut =
      listing->jobs.size() >= kRowsByDefault && !asks_for_all(argv);
  if (is_cut || asks_for_some(argv)) {
    listing->is_complete = false;
  }
  return *listing;
}

ledger::Result<Listing> read_queue(const ProcessResult& call,
                                   const std::vector<std::string>& argv,
                                   std::chrono::seconds patience) {
  if (call.end == ProcessEnd::kExited && call.exit_code == 0) {
    return read_queue(call.out, argv);
  }
  return ledger::fail(
      ledger::ErrorCode::kUpstream,
      "cluster-unreachable",
      fmt::format("{}: {}", fmt::join(argv, " "), end_of(call, patience)));
}

const Job* find_job(const Listing& listing,
                    std::string_view id,
                    std::string_view name) {
  const auto it = std::ranges::find_if(listing.jobs, [&](const Job& job) {
    return id.empty() ? has_name(job, name) : job.id == id;
  });
  return it == listing.jobs.end() ? nullptr : &*it;
}

std::string enabled_infra(std::string_view output) {
  const std::string text = without_escapes(output);
  std::string enabled;
  bool is_told = false;
  for (const std::string_view line : lines_of(text)) {
    const std::string_view words = trimmed(line);
    if (words.find("Enabled infra") != std::string_view::npos ||
        words.find("Enabled clouds") != std::string_view::npos) {
      is_told = true;
    } else if (is_told && line.starts_with(' ') && !words.empty()) {
      enabled += (enabled.empty() ? "" : ", ") + sanitised(words);
    } else if (is_told && !words.empty()) {
      break;
    }
  }
  return enabled;
}

std::string without_escapes(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\x1b') {
      result += text[i];
      continue;
    }
    if (i + 1 >= text.size() || text[i + 1] != '[') {
      continue;
    }
    i += 2;
    while (i < text.size() && (text[i] < 0x40 || text[i] > 0x7e)) {
      ++i;
    }
  }
  return result;
}

}  // namespace commands::services::skypilot
