#include "commands/metrics/junit.h"

#include <algorithm>
#include <memory>
#include <type_traits>
#include <utility>

#include <expat.h>

#include "commands/metrics/number.h"
#include "commands/metrics/text.h"

namespace commands::metrics {
namespace {

constexpr std::size_t kElementsDepthMax = 100;
constexpr std::size_t kMeasurementsMax = 200'000;
constexpr std::size_t kNameBytesMax = 500;
constexpr std::size_t kCasesShownMax = 3;

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser>;

enum class CaseEnd { kPassed, kSkipped, kErrored, kFailed };

std::string_view attribute(const XML_Char** attributes, std::string_view name) {
  for (; *attributes != nullptr; attributes += 2) {
    if (name == attributes[0]) {
      return attributes[1];
    }
  }
  return {};
}

// A whole number or decimal that the text is, and nothing else.
std::optional<double> number_of(std::string_view text) {
  const auto number = number_at(text);
  return number && number->reading == Reading::kValue &&
                 number->size == text.size()
             ? std::optional(number->value)
             : std::nullopt;
}

class JUnitReader {
 public:
  ledger::Result<Report> read(std::string_view text) {
    const Parser parser(XML_ParserCreate(nullptr));
    RL_CHECK(parser != nullptr, "expat has memory for a parser");
    parser_ = parser.get();
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(parser_, on_start, on_end);
    XML_SetCharacterDataHandler(parser_, on_text);
    XML_SetStartDoctypeDeclHandler(parser_, on_doctype);
    const XML_Status status = XML_Parse(
        parser_, text.data(), static_cast<int>(text.size()), XML_TRUE);
    if (status != XML_STATUS_OK) {
      return refusal(
          problem_.empty()
              ? fmt::format("not XML: {}",
                            XML_ErrorString(XML_GetErrorCode(parser_)))
              : problem_);
    }
    return finish();
  }

 private:
  static JUnitReader& self(void* data) {
    return *static_cast<JUnitReader*>(data);
  }
  static void XMLCALL on_start(void* data,
                               const XML_Char* name,
                               const XML_Char** attributes) {
    self(data).start(name, attributes);
  }
  static void XMLCALL on_end(void* data, const XML_Char* name) {
    self(data).end(name);
  }
  static void XMLCALL on_text(void* data, const XML_Char* text, int size) {
    JUnitReader& reader = self(data);
    if (reader.in_property_ && reader.property_text_.size() < kNameBytesMax) {
      reader.property_text_.append(text, static_cast<std::size_t>(size));
    }
  }
  static void XMLCALL on_doctype(
      void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    self(data).refuse("a DTD is not read");
  }

  std::unexpected<ledger::Error> refusal(const std::string& what) const {
    return ledger::fail(
        ledger::ErrorCode::kUsage,
        "report-invalid",
        fmt::format("line {}: {}", XML_GetCurrentLineNumber(parser_), what));
  }
  void refuse(std::string what) {
    problem_ = std::move(what);
    XML_StopParser(parser_, XML_FALSE);
  }

  std::uint64_t line() const { return XML_GetCurrentLineNumber(parser_); }

  void start(std::string_view name, const XML_Char** attributes) {
    if (++depth_ > kElementsDepthMax) {
      refuse(fmt::format("nested more than {} deep", kElementsDepthMax));
    } else if (depth_ == 1 && name != "testsuites" && name != "testsuite") {
      refuse(fmt::format("not JUnit XML: it begins with <{}>",
                         name.substr(0, kNameBytesMax)));
    } else if (name == "testcase") {
      begin_case(attributes);
    } else if (in_case_ && name == "failure") {
      case_end_ = std::max(case_end_, CaseEnd::kFailed);
    } else if (in_case_ && name == "error") {
      case_end_ = std::max(case_end_, CaseEnd::kErrored);
    } else if (in_case_ && name == "skipped") {
      case_end_ = std::max(case_end_, CaseEnd::kSkipped);
    } else if (!in_case_ && name == "error") {
      ++suite_errors_;  // a suite that could not run at all
    } else if (name == "property") {
      in_property_ = true;
      property_ = attribute(attributes, "name").substr(0, kNameBytesMax);
      property_text_ = attribute(attributes, "value").substr(0, kNameBytesMax);
    }
  }

  void begin_case(const XML_Char** attributes) {
    in_case_ = true;
    case_end_ = CaseEnd::kPassed;
    const std::string_view classname = attribute(attributes, "classname");
    const std::string_view name = attribute(attributes, "name");
    case_name_ = fmt::format("{}{}{}",
                             classname.substr(0, kNameBytesMax),
                             classname.empty() ? "" : ".",
                             name.substr(0, kNameBytesMax));
    const std::string_view time = attribute(attributes, "time");
    if (!time.empty()) {
      const auto seconds = number_of(time);
      has_time_ = has_time_ || seconds;
      time_is_known_ = time_is_known_ && seconds && *seconds >= 0;
      time_s_ += seconds.value_or(0);
      add(case_name_ + ".time", seconds, "s", line());
    }
  }

  void end(std::string_view name) {
    --depth_;
    if (name == "testcase") {
      ++cases_[static_cast<std::size_t>(case_end_)];
      if (case_end_ >= CaseEnd::kErrored && bad_.size() < kCasesShownMax) {
        bad_.push_back(case_name_);
      }
      in_case_ = false;
    } else if (name == "property") {
      in_property_ = false;
      if (const auto value = number_of(property_text_);
          value && !property_.empty()) {
        add(property_, value, "", line());
      }
    }
  }

  // `line` 0: of the file as a whole.
  void add(std::string key,
           std::optional<double> value,
           std::string unit,
           std::uint64_t line) {
    if (report_.measurements.size() == kMeasurementsMax) {
      refuse(fmt::format("more than {} values", kMeasurementsMax));
      return;
    }
    Measurement& measurement = report_.measurements.emplace_back();
    measurement.key = std::move(key);
    measurement.value = value;
    measurement.unit = std::move(unit);
    measurement.line = line;
  }

  ledger::Result<Report> finish() {
    const auto count = [&](CaseEnd end) {
      return cases_[static_cast<std::size_t>(end)];
    };
    const std::uint64_t failures = count(CaseEnd::kFailed);
    const std::uint64_t errors = count(CaseEnd::kErrored) + suite_errors_;
    const std::uint64_t skipped = count(CaseEnd::kSkipped);
    const std::uint64_t passed = count(CaseEnd::kPassed);
    const std::uint64_t tests =
        passed + skipped + failures + count(CaseEnd::kErrored);
    for (const auto& [key, number] : {std::pair("tests", tests),
                                      std::pair("failures", failures),
                                      std::pair("errors", errors),
                                      std::pair("skipped", skipped),
                                      std::pair("passed", passed)}) {
      add(key, static_cast<double>(number), "", 0);
    }
    if (has_time_) {
      add("time",
          time_is_known_ ? std::optional(time_s_) : std::nullopt,
          "s",
          0);
    }
    if (failures + errors > 0) {
      report_.failure = fmt::format("{} of {} tests failed{}{}",
                                    failures + errors,
                                    tests,
                                    bad_.empty() ? "" : ": ",
                                    fmt::join(bad_, ", "));
    } else if (passed == 0) {
      report_.failure = "no test has run";
    }
    report_.judges = true;
    return std::move(report_);
  }

  XML_Parser parser_ = nullptr;
  std::string problem_;
  Report report_;
  std::size_t depth_ = 0;
  bool in_case_ = false;
  CaseEnd case_end_ = CaseEnd::kPassed;
  std::string case_name_;
  std::uint64_t cases_[4] = {};
  std::uint64_t suite_errors_ = 0;
  std::vector<std::string> bad_;
  double time_s_ = 0;
  bool has_time_ = false;
  bool time_is_known_ = true;
  bool in_property_ = false;
  std::string property_;
  std::string property_text_;
};

}  // namespace

ledger::Result<Report> parse_junit(std::string_view text) {
  return JUnitReader().read(text);
}

}  // namespace commands::metrics
