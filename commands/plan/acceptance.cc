#include "commands/plan/acceptance.h"

#include <charconv>
#include <utility>

#include "commands/metrics/baseline.h"
#include "commands/plan/defaults.h"

namespace commands::plan {
namespace {

using Amount = TableReader::Amount;
using Number = flatbuffers::Optional<double>;

// "2 of 3" as its two numbers.
std::optional<std::pair<std::uint32_t, std::uint32_t>> two_numbers(
    std::string_view text) {
  constexpr std::string_view kOf = " of ";
  const std::size_t at = text.find(kOf);
  if (at == text.npos) {
    return std::nullopt;
  }
  std::pair<std::uint32_t, std::uint32_t> result;
  const char* end = text.data() + text.size();
  const auto first =
      std::from_chars(text.data(), text.data() + at, result.first);
  const auto second =
      std::from_chars(text.data() + at + kOf.size(), end, result.second);
  const bool whole = first.ec == std::errc() && second.ec == std::errc() &&
                     first.ptr == text.data() + at && second.ptr == end;
  return whole ? std::optional(result) : std::nullopt;
}

class AcceptanceReader {
 public:
  AcceptanceReader(const toml::table& table, Problems& problems)
      : table_(table),
        problems_(problems),
        reader_(table, "[[validation.acceptance]]", problems) {}

  schema::Acceptance read() {
    acceptance_.key = reader_.required_text("key");
    read_bound();
    read_baseline();
    read_warning();
    if (const auto samples = reader_.whole("samples")) {
      acceptance_.samples = *samples;
    }
    read_confirmation();
    reader_.refuse_unknown_keys();
    return std::move(acceptance_);
  }

 private:
  void read_bound() {
    static const std::vector<std::string> kOperators = {
        ">=", ">", "<=", "<", "==", "!="};
    const auto range = reader_.numbers("range");
    const bool has_operator = reader_.has("op");
    const bool has_baseline = reader_.has("baseline");
    acceptance_.op = reader_.word("op", ">=", kOperators);
    if (const auto expected = reader_.number("expected")) {
      acceptance_.expected = *expected;
    }
    if (range && (has_operator || reader_.has("expected") || has_baseline)) {
      reader_.refuse("range",
                     "give op and expected, op and baseline, or range, not "
                     "more than one of them");
    } else if (!range && !has_operator) {
      problems_.refuse(place_of(table_),
                       "[[validation.acceptance]] needs op and expected, op "
                       "and baseline, or range = [low, high]");
    } else if (has_baseline && reader_.has("expected")) {
      reader_.refuse("baseline", "give expected or baseline, not both");
    } else if (!range && !has_baseline && !reader_.has("expected")) {
      reader_.refuse("op", "op needs a number, expected = N, or a baseline");
    }
    if (range) {
      acceptance_.op = "range";
      set_band("range", *range, acceptance_.low, acceptance_.high);
    }
  }

  void set_band(const char* key,
                const std::vector<double>& band,
                Number& low,
                Number& high) {
    if (band.size() != 2) {
      reader_.refuse(key,
                     fmt::format("{} must be two numbers, [low, high]", key));
      return;
    }
    low = band[0];
    high = band[1];
  }

  void read_baseline() {
    acceptance_.baseline = reader_.text("baseline", "");
    const auto tolerance = reader_.amount("tolerance");
    set_amount(tolerance, acceptance_.tolerance, acceptance_.tolerance_percent);
    const std::string policy = reader_.word(
        "without_baseline", "inconclusive", {"inconclusive", "pass", "fail"});
    if (!reader_.has("baseline")) {
      for (const char* key :
           {"tolerance", "without_baseline", "warn_tolerance"}) {
        if (reader_.has(key)) {
          reader_.refuse(key, fmt::format("{} goes with a baseline", key));
        }
      }
      return;
    }
    acceptance_.without_baseline = policy;
    if (acceptance_.baseline.empty()) {
      reader_.refuse("baseline", "baseline is empty");
    } else if (const auto known =
                   metrics::baseline_releases(acceptance_.baseline);
               !known) {
      reader_.refuse("baseline", known.error().message);
    }
    if (acceptance_.op == "!=") {
      reader_.refuse("op", "a baseline goes with >= > <= < or ==");
    }
  }

  static void set_amount(const std::optional<Amount>& amount,
                         Number& absolute,
                         Number& percent) {
    if (amount) {
      (amount->percent ? percent : absolute) = amount->value;
    }
  }

  void read_warning() {
    const auto warn = reader_.number("warn");
    const auto range = reader_.numbers("warn_range");
    set_amount(reader_.amount("warn_tolerance"),
               acceptance_.warn_tolerance,
               acceptance_.warn_tolerance_percent);
    if (warn) {
      acceptance_.warn_expected = *warn;
      if (!acceptance_.expected) {
        reader_.refuse("warn",
                       "warn goes with op and expected; with a range it is "
                       "warn_range, with a baseline warn_tolerance");
      }
    }
    if (range) {
      set_band(
          "warn_range", *range, acceptance_.warn_low, acceptance_.warn_high);
      if (acceptance_.op != "range") {
        reader_.refuse("warn_range", "warn_range goes with range");
      }
    }
  }

  void read_confirmation() {
    const std::string text = reader_.text("confirm", "");
    if (!reader_.has("confirm")) {
      return;
    }
    const auto numbers = two_numbers(text);
    if (!numbers || numbers->first == 0 || numbers->second < 2 ||
        numbers->second > kConfirmRunsLimit ||
        numbers->first > numbers->second) {
      reader_.refuse("confirm",
                     fmt::format("confirm must be \"K of N\" with N from 2 to "
                                 "{}, such as \"2 of 3\", not \"{}\"",
                                 kConfirmRunsLimit,
                                 text));
      return;
    }
    acceptance_.confirm_passes = numbers->first;
    acceptance_.confirm_runs = numbers->second;
  }

  const toml::table& table_;
  Problems& problems_;
  TableReader reader_;
  schema::Acceptance acceptance_;
};

}  // namespace

schema::Acceptance read_acceptance(const toml::table& table,
                                   Problems& problems) {
  return AcceptanceReader(table, problems).read();
}

}  // namespace commands::plan
