#include "tests/crash/trace.h"

#include <cctype>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/scratch.h"

namespace crash_tests {
namespace {

// Everything that strace printed as \xHH, in order: asked to, it prints all
// paths and data so, and nothing else.
std::vector<std::string> strings_in(std::string_view text) {
  std::vector<std::string> strings;
  std::size_t next = 0;  // where the last string would go on
  for (std::size_t at = text.find("\\x"); at != text.npos;
       at = text.find("\\x", at)) {
    if (strings.empty() || at != next) {
      strings.emplace_back();
    }
    const std::string digits(text.substr(at + 2, 2));
    strings.back() += static_cast<char>(std::stoi(digits, nullptr, 16));
    at += 4;
    next = at;
  }
  return strings;
}

// "write(3, ..., 5) = 5" becomes a call; signals and exits do not.
std::optional<Call> parse(const std::string& text) {
  const auto open = text.find('(');
  const auto equals = text.rfind(" = ");
  if (open == text.npos || equals == text.npos || open > equals ||
      std::isalpha(static_cast<unsigned char>(text[0])) == 0) {
    return std::nullopt;
  }
  Call call;
  call.name = text.substr(0, open);
  call.text = text.substr(open);
  call.strings = strings_in(text);
  call.result = std::strtol(text.c_str() + equals + 3, nullptr, 0);
  call.injected = text.ends_with("(INJECTED)");
  return call;
}

std::vector<Call> read_calls(const std::string& log) {
  constexpr std::string_view kUnfinished = " <unfinished ...>";
  constexpr std::string_view kResumed = " resumed>";
  std::vector<Call> calls;
  std::map<std::string, std::pair<std::string, int>> begun;  // by thread
  std::map<std::pair<std::string, std::string>, int> counts;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    const auto space = line.find(' ');
    const auto begin = line.find_first_not_of(' ', space);
    if (space == line.npos || begin == line.npos) {
      continue;
    }
    const std::string thread = line.substr(0, space);
    std::string text = line.substr(begin);
    int nth = 0;
    if (text.starts_with("<... ")) {
      const auto rest = text.find(kResumed);
      text = begun[thread].first + text.substr(rest + kResumed.size());
      nth = begun[thread].second;
    } else {
      nth = ++counts[{thread, text.substr(0, text.find('('))}];
    }
    if (text.ends_with(kUnfinished)) {
      begun[thread] = {text.substr(0, text.size() - kUnfinished.size()), nth};
      continue;
    }
    if (auto call = parse(text)) {
      call->nth = nth;
      calls.push_back(std::move(*call));
    }
  }
  return calls;
}

}  // namespace

Traced trace(support::Invocation invocation,
             const std::string& calls,
             const std::string& injection,
             bool whole) {
  const std::string log =
      fmt::format("{}strace-{}", testing::TempDir(), ::getpid());
  std::vector<std::string> argv = {
      "strace", "-f", "-qq", "-xx", "-y", "-o", log, "-e", "trace=" + calls};
  if (!injection.empty()) {
    argv.insert(argv.end(), {"-e", "inject=" + injection});
  }
  argv.insert(argv.end(), {"-s", whole ? "16777216" : "256"});
  argv.insert(argv.end(), invocation.argv.begin(), invocation.argv.end());
  invocation.argv = std::move(argv);
  // It cannot look for leaks while it is traced.
  invocation.environment["ASAN_OPTIONS"] += ":detect_leaks=0";
  Traced traced;
  traced.ended = support::run(invocation);
  traced.calls = read_calls(support::read_file(log));
  std::error_code error;
  std::filesystem::remove(log, error);
  EXPECT_FALSE(traced.calls.empty())
      << "strace cannot trace here: install the package strace and allow "
         "ptrace. It said: "
      << traced.ended.err;
  return traced;
}

}  // namespace crash_tests
