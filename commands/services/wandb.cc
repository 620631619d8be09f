#include "commands/services/wandb.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "commands/services/git_output.h"
#include "ledger/digest.h"

namespace commands::services::wandb {
namespace {

using ledger::ErrorCode;
using ledger::fail;
using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::string_view kName = "Weights & Biases";
constexpr std::string_view kRunQuery =
    "query Run($entity: String!, $project: String!, $name: String!) {"
    " project(name: $project, entityName: $entity) { run(name: $name) {"
    " state summaryMetrics historyLineCount } } }";
constexpr std::string_view kHistoryQuery =
    "query History($entity: String!, $project: String!, $name: String!,"
    " $specs: [JSONString!]!) {"
    " project(name: $project, entityName: $entity) { run(name: $name) {"
    " sampledHistory(specs: $specs) } } }";
constexpr std::string_view kWhoQuery = "query Who { viewer { username } }";

// A longer history is sampled by the service.
constexpr std::uint64_t kRowsMax = 10'000;

// The pauses between readings: a minute in all.
constexpr std::array kPauses = {milliseconds(1'000),
                                milliseconds(1'000),
                                milliseconds(2'000),
                                milliseconds(4'000),
                                milliseconds(8'000),
                                milliseconds(12'000),
                                milliseconds(16'000),
                                milliseconds(16'000)};

BaseUrl wandb_url(const ServiceAccess& access) {
  return base_url(access, "WANDB_BASE_URL", "https://api.wandb.ai");
}

Result<JsonAnswer> ask(const ServiceAccess& access,
                       std::string_view query,
                       json variables) {
  const std::string key = access.variable("WANDB_API_KEY");
  if (key.empty()) {
    return fail(
        ErrorCode::kUsage,
        "wandb-not-set-up",
        fmt::format("{} cannot be asked: WANDB_API_KEY is not set", kName),
        "set WANDB_API_KEY");
  }
  const BaseUrl base = wandb_url(access);
  HttpRequest request{std::string(kName), "POST", base.url + "/graphql"};
  request.url_variable = base.variable;
  request.headers = {{"Content-Type", "application/json"},
                     {"Accept", "application/json"}};
  request.secrets = {
      {"Authorization", "Basic", Secret::basic("WANDB_API_KEY", "api", key)}};
  request.body =
      json{{"query", query}, {"variables", std::move(variables)}}.dump();
  RL_ASSIGN(JsonAnswer answer, ask_json(access, request));
  // GraphQL says what is wrong with a 200, too.
  if (!answer.body.is_object() || !answer.body.contains("data") ||
      (answer.body.contains("errors") && !answer.body["errors"].empty())) {
    return std::unexpected(refused(request, answer.response));
  }
  return answer;
}

json names(const RunName& name) {
  return {
      {"entity", name.entity}, {"project", name.project}, {"name", name.run}};
}

// data.project.run, unless something on the way is null.
const json* run_in(const json& body) {
  const json* at = &body;
  for (const char* key : {"data", "project", "run"}) {
    if (!at->is_object() || !at->contains(key)) {
      return nullptr;
    }
    at = &(*at)[key];
  }
  return at->is_object() ? at : nullptr;
}

Value value_of(const json& found) {
  Value value;
  if (found.is_number() && std::isfinite(found.get<double>())) {
    value.number = found.get<double>();
  }
  value.text =
      sanitised(found.dump(-1, ' ', false, json::error_handler_t::replace));
  return value;
}

Result<json> summary_of(const json& run) {
  const auto at = run.find("summaryMetrics");
  if (at == run.end() || at->is_null()) {
    return json::object();
  }
  json summary =
      at->is_string()
          ? json::parse(
                without_bare_numbers(at->get<std::string>()), nullptr, false)
          : *at;
  if (!summary.is_object()) {
    return fail(ErrorCode::kUpstream,
                "service-unreadable",
                fmt::format("{} gives a summary that is no JSON", kName));
  }
  return summary;
}

Result<Series> history_of(const ServiceAccess& access,
                          const RunName& name,
                          const std::string& key,
                          std::uint64_t rows) {
  const std::uint64_t samples = std::clamp<std::uint64_t>(rows, 1, kRowsMax);
  json variables = names(name);
  variables["specs"] = {
      json{{"keys", {"_step", key}}, {"samples", samples}}.dump()};
  RL_ASSIGN(const JsonAnswer answer,
            ask(access, kHistoryQuery, std::move(variables)));
  const json* run = run_in(answer.body);
  const auto unreadable_history = [&] {
    return fail(ErrorCode::kUpstream,
                "service-unreadable",
                fmt::format("{} gives no history of {}", kName, key));
  };
  if (run == nullptr || !run->contains("sampledHistory")) {
    return unreadable_history();
  }
  const json& lists = (*run)["sampledHistory"];
  if (!lists.is_array() || lists.size() != 1 || !lists[0].is_array()) {
    return unreadable_history();
  }
  Series series{key, {}, ""};
  for (const json& row : lists[0]) {
    if (row.is_object() && row.contains(key) && !row[key].is_null()) {
      series.values.push_back(value_of(row[key]));
    }
  }
  series.query = fmt::format(
      "history of {}, {} of {} rows", key, series.values.size(), rows);
  return series;
}

std::string digest_of(const Reading& reading) {
  json all = json::array({reading.state, reading.rows});
  for (const Series& series : reading.series) {
    json values = json::array();
    for (const Value& value : series.values) {
      values.push_back(value.text);
    }
    all.push_back({series.key, std::move(values)});
  }
  return ledger::to_hex(ledger::sha256({all.dump()}));
}

std::string page_of(const ServiceAccess& access, const RunName& name) {
  const std::string site = access.variable("WANDB_APP_URL");
  const BaseUrl base = wandb_url(access);
  const std::string where =
      !site.empty() ? site
                    : (base.variable.empty() ? "https://wandb.ai" : base.url);
  return fmt::format(
      "{}/{}/{}/runs/{}", where, name.entity, name.project, name.run);
}

bool is_final(std::string_view state) {
  return state != "running" && state != "pending" && !state.empty();
}

}  // namespace

Result<RunName> parse_run(std::string_view text) {
  const std::vector<std::string_view> parts = parts_of(text, '/');
  const bool whole =
      parts.size() == 3 && std::ranges::none_of(parts, [](auto part) {
        return part.empty() ||
               part.find_first_of("{} \t\"") != std::string_view::npos;
      });
  if (!whole || text.ends_with('/')) {
    return fail(
        ErrorCode::kUsage,
        "wandb-run-invalid",
        fmt::format("\"{}\" names no run of {}", sanitised(text), kName),
        "wandb_run = \"entity/project/{run}\"");
  }
  return RunName{
      std::string(parts[0]), std::string(parts[1]), std::string(parts[2])};
}

Result<Reading> read(const ServiceAccess& access,
                     const RunName& name,
                     const std::vector<Wanted>& wanted) {
  RL_ASSIGN(const JsonAnswer answer, ask(access, kRunQuery, names(name)));
  const json* run = run_in(answer.body);
  if (run == nullptr) {
    return fail(ErrorCode::kUpstream,
                "wandb-no-such-run",
                fmt::format("{} has no run {}/{}/{}, or the key may not see "
                            "it",
                            kName,
                            name.entity,
                            name.project,
                            name.run));
  }
  Reading reading;
  reading.state = text_in(*run, "state");
  reading.url = page_of(access, name);
  const auto rows = run->find("historyLineCount");
  reading.rows = rows != run->end() && rows->is_number_unsigned()
                     ? rows->get<std::uint64_t>()
                     : 0;
  RL_ASSIGN(const json summary, summary_of(*run));
  for (const Wanted& one : wanted) {
    if (one.history) {
      RL_ASSIGN(Series series, history_of(access, name, one.key, reading.rows));
      reading.series.push_back(std::move(series));
      continue;
    }
    Series series{one.key, {}, "summary of " + one.key};
    if (summary.contains(one.key)) {
      series.values.push_back(value_of(summary[one.key]));
    }
    reading.series.push_back(std::move(series));
  }
  reading.digest = digest_of(reading);
  return reading;
}

Result<Reading> read_until_stable(const ServiceAccess& access,
                                  const RunName& name,
                                  const std::vector<Wanted>& wanted) {
  std::string before;
  for (std::size_t nth = 0;; ++nth) {
    auto reading = read(access, name, wanted);
    const bool absent =
        !reading && reading.error().reason == "wandb-no-such-run";
    if (!reading && !absent) {
      return reading;
    }
    if (reading && is_final(reading->state)) {
      if (reading->state != "finished") {
        return fail(
            ErrorCode::kUpstream,
            "wandb-not-finished",
            fmt::format("the run is {} ({})", reading->state, reading->url));
      }
      if (reading->digest == before) {
        return reading;
      }
    }
    if (nth == kPauses.size()) {
      return absent ? std::move(reading)
                    : fail(ErrorCode::kUpstream,
                           "wandb-not-stable",
                           fmt::format("the run is {} after a minute ({})",
                                       is_final(reading->state)
                                           ? "still changing"
                                           : "still " + reading->state,
                                       reading->url));
    }
    before = reading ? reading->digest : "";
    RL_TRY(access.http->pause(kPauses[nth]));
  }
}

Result<std::string> who(const ServiceAccess& access) {
  RL_ASSIGN(const JsonAnswer answer, ask(access, kWhoQuery, json::object()));
  const json& data = answer.body["data"];
  const std::string user = data.is_object() && data.contains("viewer")
                               ? text_in(data["viewer"], "username")
                               : "";
  if (user.empty()) {
    return fail(ErrorCode::kUpstream,
                "service-unauthorised",
                fmt::format("{} does not know the key in WANDB_API_KEY", kName),
                "make a new one and set it");
  }
  return user;
}

std::string without_bare_numbers(std::string_view text) {
  constexpr std::array<std::string_view, 3> kBare = {
      "NaN", "-Infinity", "Infinity"};
  std::string result;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (in_string) {
      const std::size_t length = c == '\\' ? 2 : 1;
      result += text.substr(at, length);
      in_string = c != '"';
      at += length;
      continue;
    }
    const auto bare = std::ranges::find_if(kBare, [&](std::string_view word) {
      return text.substr(at).starts_with(word);
    });
    if (bare != kBare.end()) {
      result += "null";
      at += bare->size();
      continue;
    }
    in_string = c == '"';
    result += c;
    ++at;
  }
  return result;
}

}  // namespace commands::services::wandb
