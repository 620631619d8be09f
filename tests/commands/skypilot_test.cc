// What `sky jobs` prints, read as it is and as it may be.

#include "commands/services/skypilot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commands::services::skypilot {
namespace {

const std::vector<std::string> kAll = {"sky", "jobs", "queue", "--all"};
const std::vector<std::string> kSome = {"sky", "jobs", "queue"};

constexpr std::string_view kTable =
    "Fetching managed job statuses...\n"
    "Managed jobs\n"
    "In progress tasks: 1 RECOVERING, 1 RUNNING\n"
    "ID  TASK  NAME        REQUESTED  SUBMITTED    JOB DURATION  #RECOVERIES  "
    "STATUS      POOL\n"
    "42  -     rl-1-arena  1x[L4:1]   12 mins ago  8m 40s        1            "
    "\x1b[33mRECOVERING\x1b[0m  -\n"
    " \u21b3   0     rl-1-arena  1x[L4:1]   12 mins ago  8m 40s        1   "
    "         RUNNING     -\n"
    "41  -     rl-2-arena  4x[L4:4]   1 hr ago     55m 1s        0            "
    "SUCCEEDED   -\n";

std::string id_of(std::string_view output) {
  return read_launch(output).job_id;
}

TEST(SkyLaunch, FindsTheIdInEachForm) {
  EXPECT_EQ(id_of("\x1b[2m\u2699 Job submitted, ID: 41\x1b[0m\n"), "41");
  EXPECT_EQ(id_of("\u251c\u2500 \x1b[1mManaged Job ID: 41\x1b[0m\n"), "41");
  EXPECT_EQ(id_of("Jobs submitted with IDs: 41\n"), "41");
  EXPECT_EQ(id_of("Spot: No\n\x1b[1mJob ID:\x1b[0m \x1b[33m4711\x1b[0m\n"),
            "4711");
}

TEST(SkyCheck, NamesWhatIsEnabled) {
  EXPECT_EQ(enabled_infra("Checking credentials to enable infra.\n"
                          "  GCP: disabled\n\n"
                          "\x1b[1m\U0001f389 Enabled infra \U0001f389\x1b[0m\n"
                          "  AWS [compute, storage]\n"
                          "  Kubernetes [compute]\n"
                          "API server: http://127.0.0.1:46580\n"
                          "  not this\n"),
            "AWS [compute, storage], Kubernetes [compute]");
  EXPECT_EQ(enabled_infra("Enabled clouds\n  \u2714 AWS\n"), "\u2714 AWS");
  EXPECT_EQ(enabled_infra("No cloud is enabled.\n"), "");
  EXPECT_EQ(enabled_infra(""), "");
}

TEST(SkyLaunch, TakesNoIdFromElsewhere) {
  EXPECT_EQ(id_of("Job ID: pending\n"), "");
  EXPECT_EQ(id_of("(arena, pid=4150) Job submitted, ID: 9\n"), "");
  EXPECT_EQ(id_of("Commit Message: Tidy the Job ID: parser 7\n"), "");
  EXPECT_EQ(id_of("Commit Message: Print Managed Job ID: 7\n"), "");
  EXPECT_EQ(id_of("Job ID: 41 of 50\n"), "");
  EXPECT_EQ(id_of(""), "");
}

TEST(SkyLaunch, ThatContradictsItselfNamesNoJob) {
  const LaunchAnswer answer =
      read_launch("Job submitted, ID: 41\nManaged Job ID: 42\n");
  EXPECT_EQ(answer.job_id, "");
  EXPECT_TRUE(answer.was_sent);
}

TEST(SkyLaunch, TellsARequestFromARefusal) {
  EXPECT_TRUE(read_launch("Submitted sky.jobs.launch request: 3f0d\nJob ID: "
                          "pending\n")
                  .was_sent);
  EXPECT_FALSE(
      read_launch("sky.exceptions.ApiServerConnectionError\n").was_sent);
}

TEST(SkyStatus, KnowsTheWordsAndWhichAreAnEnd) {
  for (const char* word : {"PENDING", "SUBMITTED", "STARTING"}) {
    EXPECT_EQ(state_of(word), JobState::kWaiting) << word;
  }
  for (const char* word :
       {"RUNNING", "RECOVERING", "CANCELLING", "WINDING_DOWN"}) {
    EXPECT_EQ(state_of(word), JobState::kRunning) << word;
    EXPECT_FALSE(is_final(state_of(word))) << word;
  }
  for (const char* word : {"SUCCEEDED",
                           "CANCELLED",
                           "FAILED",
                           "FAILED_SETUP",
                           "FAILED_PRECHECKS",
                           "FAILED_NO_RESOURCE",
                           "FAILED_CONTROLLER"}) {
    EXPECT_TRUE(is_final(state_of(word))) << word;
  }
  EXPECT_EQ(state_of("FAILED_ON_A_TUESDAY"), JobState::kUnknown);
  EXPECT_FALSE(is_final(JobState::kUnknown));
}

TEST(SkyQueue, ReadsTheTableByItsHeader) {
  const auto listing = read_queue(kTable, kAll);
  ASSERT_TRUE(listing.has_value());
  EXPECT_TRUE(listing->is_complete);
  ASSERT_EQ(listing->jobs.size(), 2U);
  EXPECT_EQ(listing->jobs[0].id, "42");
  EXPECT_EQ(listing->jobs[0].name, "rl-1-arena");
  EXPECT_EQ(listing->jobs[0].status, "RECOVERING");
  EXPECT_EQ(find_job(*listing, "", "rl-2-arena")->state, JobState::kSucceeded);
  EXPECT_EQ(find_job(*listing, "43", "rl-2-arena"), nullptr);
}

TEST(SkyQueue, ATableWithARowItCannotReadProvesNoAbsence) {
  const auto listing =
      read_queue("ID  NAME  STATUS\n41  a\n42  b  RUNNING\n", kAll);
  ASSERT_TRUE(listing.has_value());
  EXPECT_FALSE(listing->is_complete);
  EXPECT_EQ(listing->jobs.size(), 1U);
}

TEST(SkyQueue, AnEmptyTableProvesNothing) {
  const auto listing = read_queue("No in-progress managed jobs.\n", kAll);
  ASSERT_TRUE(listing.has_value());
  EXPECT_FALSE(listing->is_complete);
}

TEST(SkyQueue, ReadsJsonBehindProse) {
  const auto listing = read_queue(
      "\x1b[33ma newer version is there\x1b[0m\n[notice] restart tonight\n"
      "[\n {\"job_id\": 41, \"job_name\": \"x\", \"status\": "
      "\"ManagedJobStatus.RUNNING\", \"failure_reason\": null}\n]\nbye\n",
      kSome);
  ASSERT_TRUE(listing.has_value());
  EXPECT_TRUE(listing->is_complete);
  ASSERT_EQ(listing->jobs.size(), 1U);
  EXPECT_EQ(listing->jobs[0].id, "41");
  EXPECT_EQ(listing->jobs[0].state, JobState::kRunning);
  EXPECT_EQ(listing->jobs[0].detail, "");
}

TEST(SkyQueue, AnEmptyJsonListIsAnAnswer) {
  const auto listing = read_queue("[]\n", kSome);
  ASSERT_TRUE(listing.has_value());
  EXPECT_TRUE(listing->is_complete);
  EXPECT_TRUE(listing->jobs.empty());
}

TEST(SkyQueue, AJobOfSeveralTasksEndsWithTheLast) {
  const auto of = [](const char* first, const char* second) {
    const auto listing =
        read_queue(fmt::format(R"([{{"job_id":1,"status":"{}"}},)"
                               R"({{"job_id":1,"status":"{}"}}])",
                               first,
                               second),
                   kSome);
    return listing ? listing->jobs.at(0).status : "unreadable";
  };
  EXPECT_EQ(of("SUCCEEDED", "RUNNING"), "RUNNING");
  EXPECT_EQ(of("RUNNING", "SUCCEEDED"), "RUNNING");
  EXPECT_EQ(of("SUCCEEDED", "FAILED"), "FAILED");
  EXPECT_EQ(of("FAILED", "SUCCEEDED"), "FAILED");
}

TEST(SkyQueue, ThatMakesNoSenseIsNoList) {
  for (const char* text :
       {"", "[", "[{\"job_id\": 1", "502 Bad Gateway", "[1]"}) {
    const auto listing = read_queue(text, kAll);
    ASSERT_FALSE(listing.has_value()) << text;
    EXPECT_EQ(listing.error().reason, "queue-unreadable");
  }
}

TEST(SkyQueue, ThatIsCutAtItsLimitProvesNoAbsence) {
  std::string rows = "[";
  for (int i = 0; i < 50; ++i) {
    rows += fmt::format(
        R"({}{{"job_id":{},"status":"RUNNING"}})", i == 0 ? "" : ",", i);
  }
  rows += "]";
  EXPECT_FALSE(read_queue(rows, kSome)->is_complete);
  EXPECT_TRUE(read_queue(rows, kAll)->is_complete);
  EXPECT_TRUE(read_queue(rows, {"sky", "jobs", "queue", "-au"})->is_complete);
}

TEST(SkyQueue, ThatWasAskedForSomeJobsProvesNoAbsence) {
  for (const char* flag : {"--skip-finished", "-s", "--status=RUNNING"}) {
    EXPECT_FALSE(
        read_queue("[]", {"sky", "jobs", "queue", "--all", flag})->is_complete)
        << flag;
  }
}

TEST(SkyQueue, FindsANameThatTheTableHasCutOrALauncherPrefixed) {
  Listing listing;
  listing.jobs = {{"1", "rl-0a1b2c3d-2025\u2026", "RUNNING"},
                  {"2", "ann.rl-ffffffff-2025.10.02-rc1-a-1", "RUNNING"},
                  {"3", "rl-00", "RUNNING"}};
  EXPECT_EQ(find_job(listing, "", "rl-0a1b2c3d-2025.10.02-rc1-a-1")->id, "1");
  EXPECT_EQ(find_job(listing, "", "rl-ffffffff-2025.10.02-rc1-a-1")->id, "2");
  EXPECT_EQ(find_job(listing, "", "rl-00000000-2025.10.02-rc1-a-1"), nullptr);
}

}  // namespace
}  // namespace commands::services::skypilot
