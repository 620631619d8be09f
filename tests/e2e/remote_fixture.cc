#include <filesystem>
#include <sstream>

#include "tests/e2e/remote_test.h"

namespace e2e {

PlanText remote_plan(const std::vector<ValidationText>& validations,
                     std::string_view grace_s) {
  PlanText plan;
  plan.validations = validations;
  plan.run =
      R"(remote = ["sky", "jobs", "launch", "--yes", "--detach-run", "--name",
  "{run}", "--workdir", ".", "{launcher_args}", "--",
  "sh", "./train.sh", "{name}", "{args}"]
poll_s = 0.02
grace_s = )" +
      std::string(grace_s);
  return plan;
}

RemoteTest::RemoteTest(const PlanText& plan) : ReleaseTest(plan) {
  std::filesystem::create_directories(world());
}

support::Invocation RemoteTest::invocation(const Arguments& arguments,
                                           const Environment& more) const {
  support::Invocation invocation = ReleaseTest::invocation(arguments, more);
  std::string& path = invocation.environment["PATH"];
  path = std::string(RL_STAND_INS) + ":" + path;
  invocation.environment["SKY_STAND_IN"] = world().string();
  return invocation;
}

Ended RemoteTest::rl(const Arguments& arguments,
                     const Environment& more) const {
  return support::run(invocation(arguments, more));
}

Ended RemoteTest::run_tests(const Environment& more) const {
  return rl(tests(), more);
}

void RemoteTest::tell(const std::string& name, std::string_view text) const {
  support::write_file(world() / name, text);
}

void RemoteTest::untell(const std::string& name) const {
  std::filesystem::remove(world() / name);
}

json RemoteTest::jobs() const {
  const std::string text = support::read_file(world() / "jobs.json");
  return text.empty() ? json::array() : json::parse(text, nullptr, false);
}

std::size_t RemoteTest::calls(std::string_view verb) const {
  std::istringstream lines(support::read_file(world() / "calls"));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    const json call = json::parse(line, nullptr, false);
    count += call.is_array() && call.size() > 1 && call[1] == verb ? 1U : 0U;
  }
  return count;
}

std::string RemoteTest::log_text(std::string_view name) const {
  return support::read_file(scratch_.ledger() /
                            validation(name)["log"].get<std::string>());
}

}  // namespace e2e
