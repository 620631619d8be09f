// Reading the predecessor's state: every value is looked at, and what is not
// as it should be is told with its place.

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "commands/legacy_import.h"
#include "ledger/clock.h"
#include "ledger/digest.h"
#include "schema/release_name.h"

namespace commands {
namespace {

using json = nlohmann::ordered_json;

const std::set<std::string> kTopFields = {"version",
                                          "created_at",
                                          "commit_sha",
                                          "validations",
                                          "results",
                                          "gates",
                                          "released"};
const std::set<std::string> kValidationFields = {"name",
                                                 "workflow_type",
                                                 "location",
                                                 "started_at",
                                                 "ended_at",
                                                 "exit_code",
                                                 "metrics",
                                                 "logs_path",
                                                 "job_id",
                                                 "outcome",
                                                 "error",
                                                 "artifacts"};
const std::set<std::string> kGateFields = {
    "step", "passed", "timestamp", "notes"};

// Where a parser stopped, and why.
class Place : public nlohmann::json_sax<json> {
 public:
  std::size_t at = 0;
  std::string what = "it is no JSON";

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    names_.emplace_back();
    return true;
  }
  bool key(string_t& name) override {
    const bool is_new = names_.back().insert(name).second;
    if (!is_new) {
      what = fmt::format("\"{}\" stands there twice", name);
    }
    return is_new;
  }
  bool end_object() override {
    names_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position,
                   const std::string&,
                   const nlohmann::detail::exception&) override {
    at = position;
    return false;
  }

 private:
  std::vector<std::set<std::string>> names_;
};

// Reads the members of one object; the first that is wrong is kept.
class Reader {
 public:
  Reader(const json& object, std::string where, LegacyState& state)
      : object_(object), where_(std::move(where)), state_(state) {
    if (!object_.is_object()) {
      complain("", "is no object");
    }
  }

  const std::string& problem() const { return problem_; }

  std::string text(const char* name) {
    const json& value = member(name);
    if (value.is_null()) {
      return {};
    }
    if (!value.is_string()) {
      complain(name, "is no text");
      return {};
    }
    return value.get<std::string>();
  }

  // A number may be an id too.
  std::string text_or_number(const char* name) {
    const json& value = member(name);
    return value.is_number_integer() ? value.dump() : text(name);
  }

  flatbuffers::Optional<std::int64_t> time(const char* name) {
    const std::string said = text(name);
    if (said.empty()) {
      return {};
    }
    const auto at = ledger::parse_time(said);
    if (!at) {
      complain(name, fmt::format("is no time: \"{}\"", said));
      return {};
    }
    return *at;
  }

  flatbuffers::Optional<std::int32_t> whole(const char* name) {
    const json& value = member(name);
    if (value.is_null()) {
      return {};
    }
    if (!value.is_number_integer() || value < INT32_MIN || value > INT32_MAX) {
      complain(name, "is no exit code");
      return {};
    }
    return value.get<std::int32_t>();
  }

  bool yes(const char* name) {
    const json& value = member(name);
    if (value.is_null()) {
      return false;
    }
    if (!value.is_boolean()) {
      complain(name, "is neither true nor false");
      return false;
    }
    return value.get<bool>();
  }

  std::vector<schema::Metric> metrics(const char* name) {
    std::vector<schema::Metric> result;
    const json& value = member(name);
    if (!value.is_null() && !value.is_object()) {
      complain(name, "is no object");
      return result;
    }
    for (const auto& [key, number] : value.items()) {
      if (!number.is_number()) {
        complain(name, fmt::format("has \"{}\", which is no number", key));
        break;
      }
      result.emplace_back();
      result.back().key = key;
      result.back().value = number.get<double>();
    }
    return result;
  }

  // An object of names and values, or a list of values.
  std::vector<schema::Output> artifacts(const char* name) {
    std::vector<schema::Output> result;
    const json& value = member(name);
    if (!value.is_null() && !value.is_structured()) {
      complain(name, "is neither an object nor a list");
      return result;
    }
    for (const auto& [key, artifact] : value.items()) {
      result.emplace_back();
      result.back().name = key;
      result.back().value =
          artifact.is_string() ? artifact.get<std::string>() : artifact.dump();
    }
    return result;
  }

  void require(const char* name) {
    if (member(name).is_null()) {
      complain(name, "is missing");
    }
  }

  void complain(const std::string& name, const std::string& what) {
    if (problem_.empty()) {
      problem_ = fmt::format("`{}` {}", path(name), what);
    }
  }

  void warn_of_others(const std::set<std::string>& known) {
    if (!object_.is_object()) {
      return;
    }
    for (const auto& [name, value] : object_.items()) {
      if (!known.contains(name)) {
        state_.warnings.push_back(
            fmt::format("`{}` is not taken over", path(name)));
      }
    }
  }

  const json& member(const char* name) const {
    static const json kNothing;
    if (!object_.is_object()) {
      return kNothing;
    }
    const auto it = object_.find(name);
    return it == object_.end() ? kNothing : *it;
  }

  std::string path(const std::string& name) const {
    return where_.empty() || name.empty() ? where_ + name : where_ + "." + name;
  }

 private:
  const json& object_;
  std::string where_;
  LegacyState& state_;
  std::string problem_;
};

std::string contradiction(const schema::ValidationImported& validation) {
  if (!validation.exit_code) {
    return {};
  }
  const bool passed = validation.outcome == "passed";
  const bool failed = validation.outcome == "failed";
  if ((passed && *validation.exit_code != 0) ||
      (failed && *validation.exit_code == 0)) {
    return fmt::format("the outcome is {}, the exit code {}",
                       validation.outcome,
                       *validation.exit_code);
  }
  return {};
}

std::string read_validation(const std::string& name,
                            const json& value,
                            const std::string& where,
                            LegacyState& state) {
  Reader reader(value, where + "." + name, state);
  schema::ValidationImported event;
  event.name = name;
  event.number = static_cast<std::uint32_t>(state.validations.size() + 1);
  event.workflow_type = reader.text("workflow_type");
  event.location = reader.text("location");
  event.started_at_ms = reader.time("started_at");
  event.ended_at_ms = reader.time("ended_at");
  event.exit_code = reader.whole("exit_code");
  event.metrics = reader.metrics("metrics");
  event.logs_path = reader.text("logs_path");
  event.job_id = reader.text_or_number("job_id");
  event.outcome = reader.text("outcome");
  event.error = reader.text("error");
  event.artifacts = reader.artifacts("artifacts");
  event.contradiction = contradiction(event);
  reader.warn_of_others(kValidationFields);
  state.validations.push_back(std::move(event));
  return reader.problem();
}

std::string read_gate(std::size_t index,
                      const json& value,
                      LegacyState& state) {
  Reader reader(value, fmt::format("gates[{}]", index), state);
  reader.require("step");
  reader.require("passed");
  schema::GateImported event;
  event.step = reader.text("step");
  event.number = static_cast<std::uint32_t>(index + 1);
  event.passed = reader.yes("passed");
  event.at_ms = reader.time("timestamp");
  event.notes = reader.text("notes");
  reader.warn_of_others(kGateFields);
  state.gates.push_back(std::move(event));
  return reader.problem();
}

std::string read_parts(const Reader& top, LegacyState& state) {
  for (const char* place : {"validations", "results"}) {
    const json& validations = top.member(place);
    if (!validations.is_null() && !validations.is_object()) {
      return fmt::format("`{}` is no object", place);
    }
    for (const auto& [name, value] : validations.items()) {
      if (auto problem = read_validation(name, value, place, state);
          !problem.empty()) {
        return problem;
      }
    }
  }
  const json& gates = top.member("gates");
  if (!gates.is_null() && !gates.is_array()) {
    return "`gates` is no list";
  }
  for (std::size_t i = 0; i < gates.size(); ++i) {
    if (auto problem = read_gate(i, gates[i], state); !problem.empty()) {
      return problem;
    }
  }
  return {};
}

bool is_commit(std::string_view text) {
  return text.size() >= 7 && text.size() <= 64 &&
         text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::string read_state(const json& value, LegacyState& state) {
  Reader top(value, "", state);
  if (!value.is_object()) {
    return "it is no JSON object";
  }
  top.require("version");
  top.require("created_at");
  if (!value.contains("validations") && !value.contains("results")) {
    return "it has neither `validations` nor `results`";
  }
  schema::ReleaseImported& release = state.release;
  release.as_written = top.text("version");
  release.version = schema::without_prefix(release.as_written);
  release.created_at_ms = top.time("created_at");
  release.commit = top.text("commit_sha");
  release.released = top.yes("released");
  if (!release.commit.empty() && !is_commit(release.commit)) {
    top.complain("commit_sha", "is no commit");
  }
  if (const auto bad = schema::release_name_problem(release.version);
      bad && top.problem().empty()) {
    top.complain("version", *bad);
  }
  top.warn_of_others(kTopFields);
  return top.problem().empty() ? read_parts(top, state) : top.problem();
}

std::unexpected<Error> malformed(const std::string& file,
                                 const std::string& what) {
  return fail(ErrorCode::kUsage,
              "state-malformed",
              fmt::format("{}: {}", file, what),
              "nothing was imported; it has to be an export, or the state "
              "file of one release");
}

// "line 3, column 7".
std::string place_text(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto begin = before.rfind('\n');
  const std::size_t column =
      begin == before.npos ? before.size() : before.size() - begin - 1;
  return fmt::format("line {}, column {}", line, column);
}

}  // namespace

bool is_legacy_state(std::string_view first_line) {
  const auto begin = first_line.find_first_not_of(" \t\r\xef\xbb\xbf");
  if (begin == first_line.npos || first_line[begin] != '{') {
    return false;
  }
  const auto rest = first_line.find_first_not_of(" \t\r", begin + 1);
  if (rest == first_line.npos) {
    return true;  // an object over several lines
  }
  const json value = json::parse(first_line, nullptr, false);
  return value.is_object()
             ? value.contains("version") && !value.contains("envelope")
             : first_line.find("\"envelope\"") == first_line.npos &&
                   first_line.find("\"version\"") != first_line.npos;
}

Result<LegacyState> parse_legacy_state(std::string_view text,
                                       const std::string& file) {
  Place place;
  if (!json::sax_parse(text, &place)) {
    return malformed(
        file,
        place.at == 0
            ? place.what
            : fmt::format("{}: {}", place_text(text, place.at), place.what));
  }
  LegacyState state;
  if (const auto problem = read_state(json::parse(text), state);
      !problem.empty()) {
    return malformed(file, problem);
  }
  state.release.digest = ledger::to_hex(ledger::sha256({text}));
  return state;
}

}  // namespace commands
