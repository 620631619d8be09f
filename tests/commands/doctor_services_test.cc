// What doctor runs and asks: bounded, and nothing that changes anything.

#include "commands/doctor_services.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/plan/plan.h"
#include "tests/commands/http_fixture.h"

namespace commands {
namespace doctor_services_test {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Starts nothing, and answers what the test says.
class Silent : public services::ProcessRunner {
 public:
  Result<services::ProcessResult> run(
      const services::ProcessRequest& request) override {
    asked.push_back(request);
    return answer;
  }
  Result<std::unique_ptr<services::RunningProcess>> start(
      const services::ProcessRequest&) override {
    return ledger::fail(ErrorCode::kInternal, "started", "nothing is started");
  }

  services::ProcessResult answer;
  std::vector<services::ProcessRequest> asked;
};

class DoctorServices : public ::testing::Test {
 protected:
  DoctorServices() : git_(silent_, "/", true), http_(http_settings(pace_)) {
    environment_.git = &git_;
    environment_.processes = &silent_;
    environment_.http = &http_;
    environment_.variable = [](const std::string&) { return std::string(); };
  }

  Finding cluster(const std::string& run) {
    const auto loaded = plan::parse_plan(
        "[run]\nlocal = [\"true\"]\n" + run +
            "\n[[validation]]\nname = \"arena\"\nmodule = \"m\"\n"
            "location = \"remote\"\n",
        "plan.toml");
    EXPECT_TRUE(loaded) << loaded.error().message;
    for (Finding& finding : examine_services(environment_, loaded->plan)) {
      if (finding.check == "cluster") {
        return std::move(finding);
      }
    }
    ADD_FAILURE() << "no look at the cluster";
    return {};
  }
  // The calls that are no git's.
  std::vector<services::ProcessRequest> calls() const {
    std::vector<services::ProcessRequest> found;
    for (const services::ProcessRequest& request : silent_.asked) {
      if (request.argv[0] != "git") {
        found.push_back(request);
      }
    }
    return found;
  }

  Silent silent_;
  services::Git git_;
  services::NoWait pace_;
  services::HttpClient http_;
  Environment environment_;
};

TEST_F(DoctorServices, GiveSkyCheckAMinute) {
  silent_.answer.end = services::ProcessEnd::kTimedOut;
  const Finding finding = cluster("");
  EXPECT_EQ(finding.state, Finding::State::kWarning);
  EXPECT_EQ(finding.detail, "sky check: no answer within 60 s");
  ASSERT_EQ(calls().size(), 1U);
  EXPECT_THAT(calls()[0].argv, ElementsAre("sky", "check"));
  EXPECT_EQ(calls()[0].timeout, std::chrono::seconds(60));
}

TEST_F(DoctorServices, ReachSkyAsThePlanDoes) {
  silent_.answer.exit_code = 0;
  silent_.answer.out = "Enabled clouds\n  \u2714 AWS\n  \u2714 GCP\n\nend\n";
  const Finding finding =
      cluster(R"(remote_queue = ["uv", "run", "sky", "jobs", "queue"])");
  EXPECT_THAT(calls()[0].argv, ElementsAre("uv", "run", "sky", "check"));
  EXPECT_EQ(finding.state, Finding::State::kOk);
  EXPECT_THAT(finding.detail, HasSubstr("AWS"));
  EXPECT_THAT(finding.detail, HasSubstr("GCP"));
}

TEST_F(DoctorServices, RunNothingOfAnotherLauncher) {
  silent_.answer.exit_code = 0;
  const Finding finding = cluster(R"(remote_queue = ["squeue", "--json"])");
  EXPECT_EQ(finding.state, Finding::State::kOk);
  EXPECT_TRUE(calls().empty());
}

}  // namespace doctor_services_test
}  // namespace commands
