// The ledger from one place to another: export and import, backup and restore,
// by the program alone.

#include <csignal>
#include <filesystem>
#include <random>
#include <sstream>
#include <system_error>
#include <thread>

#include <sys/stat.h>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

class Moving : public ReleaseTest {
 protected:
  // The program on the ledger at `name`, as somebody on another machine.
  Ended there(const std::string& name, Arguments arguments) const {
    arguments.insert(arguments.begin(), {"--ledger", place(name)});
    return rl(arguments, {{"XDG_CONFIG_HOME", place("config-of-" + name)}});
  }
  std::string exported() const {
    const Ended ended = rl({"export"});
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
    return ended.out;
  }
  std::string root(const Ended& verified) const {
    EXPECT_EQ(verified.exit_code, kDone) << shown(verified);
    return support::parse_object(verified.out)["root"];
  }
  void back_up() const {
    const Ended ended = rl({"backup", place("backup")});
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  }
  // Kills `arguments` at a random moment, many times over, and ends with one
  // run that is left alone.
  Ended killed_and_typed_again(const Arguments& arguments) const {
    constexpr int kKills = 8;
    std::mt19937 random(kSeed);
    RecordProperty("seed", static_cast<int>(kSeed));
    std::uniform_int_distribution<int> delay_ms(0, 60);
    for (int i = 0; i < kKills; ++i) {
      support::Running running(invocation(arguments));
      std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms(random)));
      running.kill(SIGKILL);
      (void)running.wait();
    }
    return rl(arguments);
  }

  static constexpr unsigned kSeed = 20251002;
};

TEST_F(Moving, AnExportIsTheHistoryAndItsBytes) {
  reach_tested();
  const auto lines = support::parse_lines(exported());
  const auto history = support::parse_lines(rl({"history", "--json"}).out);
  ASSERT_EQ(lines.size(), history.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    json line = lines[i];
    for (const char* bytes : {"envelope", "payload", "salt"}) {
      EXPECT_TRUE(line[bytes].is_string()) << bytes;
      line.erase(bytes);
    }
    EXPECT_EQ(line, history[i]);
  }
}

TEST_F(Moving, AnExportToAFileIsTheSame) {
  prepare();
  const std::string file = place("export.jsonl");
  EXPECT_EQ(rl({"export", "-o", file}).exit_code, kDone);
  EXPECT_EQ(support::read_file(file), exported());
  EXPECT_EQ(rl({"export", file}).exit_code, kDone);
  EXPECT_EQ(support::read_file(file), exported());
  const Ended nowhere = rl({"export", "-o", place("no/such")});
  expect_refusal(nowhere, kMachine);
}

TEST_F(Moving, AnExportToADeviceLeavesTheDevice) {
  prepare();
  struct stat status {};
  const std::string pipe = place("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  support::Running running(invocation({"export", "-o", pipe}));
  EXPECT_EQ(support::read_file(pipe), exported());
  EXPECT_EQ(running.wait().exit_code, kDone);
  ASSERT_EQ(::stat(pipe.c_str(), &status), 0);
  EXPECT_TRUE(S_ISFIFO(status.st_mode));
}

TEST_F(Moving, AnImportIsTheSameLedgerOnAnotherMachine) {
  finish();
  const std::string lines = exported();
  support::write_file(place("export.jsonl"), lines);
  const Ended imported = there("copy", {"import", place("export.jsonl")});
  EXPECT_EQ(imported.exit_code, kDone) << shown(imported);
  EXPECT_THAT(imported.err, HasSubstr(root(rl({"verify", "--json"}))));
  EXPECT_EQ(root(there("copy", {"verify", "--json"})),
            root(rl({"verify", "--json"})));
  EXPECT_EQ(there("copy", {"export"}).out, lines);
  EXPECT_EQ(there("copy", {"status", "--json"}).out,
            rl({"status", "--json"}).out);
  const Ended again = there("copy", {"import", place("export.jsonl")});
  EXPECT_EQ(again.exit_code, kDone) << shown(again);
  EXPECT_THAT(again.err, HasSubstr("already"));
  EXPECT_EQ(there("copy", {"export"}).out, lines);
}

TEST_F(Moving, AnImportGoesOnWhereTheExportHasGrown) {
  prepare();
  support::write_file(place("early.jsonl"), exported());
  EXPECT_EQ(there("copy", {"import", place("early.jsonl")}).exit_code, kDone);
  EXPECT_EQ(step("bug-check", {"--confirm-bugs", "none"}).exit_code, kDone);
  support::write_file(place("late.jsonl"), exported());
  EXPECT_EQ(there("copy", {"import", place("late.jsonl")}).exit_code, kDone);
  EXPECT_EQ(there("copy", {"export"}).out, exported());
}

TEST_F(Moving, AnImportOfABadLineNamesItAndChangesNothing) {
  prepare();
  auto lines = lines_of(exported());
  json lie = json::parse(lines[1]);
  lie["data"]["version"] = "2025.10.03";
  lines[1] = lie.dump();
  std::string text;
  for (const std::string& line : lines) {
    text += line + "\n";
  }
  support::write_file(place("bad.jsonl"), text);
  const auto before = support::snapshot(scratch_.root());
  const Ended refused =
      rl({"--ledger", place("copy"), "import", place("bad.jsonl")});
  expect_bare_refusal(refused, kIntegrity);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("line 2: "), HasSubstr("version")));
  EXPECT_FALSE(fs::exists(place("copy")));
  EXPECT_EQ(lines_that_begin(refused.err, "release-ledger: "), 1U);
}

TEST_F(Moving, AnImportOfAFileThatWasCutSaysWhere) {
  prepare();
  const std::string whole = exported();
  support::write_file(place("cut.jsonl"), whole.substr(0, whole.size() / 2));
  const Ended refused = there("copy", {"import", place("cut.jsonl")});
  expect_bare_refusal(refused, kIntegrity);
  EXPECT_THAT(refused.err, HasSubstr("cut"));
  expect_refusal(there("copy", {"import", place("none.jsonl")}), kUsage);
  expect_refusal(there("copy", {"import", scratch_.root().string()}), kMachine);
  EXPECT_FALSE(fs::exists(place("copy")));
}

TEST_F(Moving, AnImportThatIsKilledIsDoneByTheNext) {
  finish();
  const std::string lines = exported();
  support::write_file(place("export.jsonl"), lines);
  const std::string copy = place("copy");
  const Ended done = killed_and_typed_again(
      {"--ledger", copy, "import", place("export.jsonl")});
  EXPECT_EQ(done.exit_code, kDone) << shown(done);
  EXPECT_EQ(rl({"--ledger", copy, "export"}).out, lines);
  EXPECT_EQ(rl({"--ledger", copy, "verify"}).exit_code, kDone);
}

TEST_F(Moving, ABackupIsRestoredWithTheSameRoot) {
  reach_tested();
  back_up();
  const std::string before = root(rl({"verify", "--json"}));
  const std::string lines = exported();
  std::error_code error;
  fs::remove_all(scratch_.ledger() / "db", error);
  expect_refusal(rl({"status"}), kIntegrity);
  const Ended restored = rl({"restore", place("backup")});
  EXPECT_EQ(restored.exit_code, kDone) << shown(restored);
  EXPECT_THAT(restored.err, HasSubstr(".replaced-"));
  const Ended verified = rl({"verify", "--json"});
  EXPECT_EQ(root(verified), before);
  // With the log, which is what it was.
  EXPECT_THAT(verified.err, Not(HasSubstr("warning"))) << verified.err;
  EXPECT_EQ(exported(), lines);
  finish();
}

TEST_F(Moving, ABackupWithoutLogsIsWarnedOf) {
  reach_tested();
  EXPECT_EQ(rl({"backup", place("bare"), "--no-logs"}).exit_code, kDone);
  EXPECT_FALSE(fs::exists(fs::path(place("bare")) / "ledger" / "logs"));
  std::error_code error;
  fs::remove_all(scratch_.ledger(), error);
  EXPECT_EQ(rl({"restore", place("bare")}).exit_code, kDone);
  const Ended verified = rl({"verify"});
  EXPECT_EQ(verified.exit_code, kDone) << shown(verified);
  EXPECT_THAT(verified.err, HasSubstr("is gone"));
}

TEST_F(Moving, ABackupGoesOverNothingElse) {
  prepare();
  support::write_file(fs::path(place("home2")) / "letter.txt", "dear");
  expect_bare_refusal(rl({"backup", place("home2")}), kUsage);
  EXPECT_EQ(support::read_file(fs::path(place("home2")) / "letter.txt"),
            "dear");
  expect_bare_refusal(rl({"restore", place("home2")}), kUsage);
}

TEST_F(Moving, ARestoreToALowerHeadIsOnTheRecordAndHoldsTheRelease) {
  prepare();
  back_up();
  EXPECT_EQ(step("bug-check", {"--confirm-bugs", "none"}).exit_code, kDone);
  const std::string newer = exported();
  expect_bare_refusal(rl({"restore", place("backup")}), kGateSaidNo);
  EXPECT_EQ(exported(), newer);
  expect_refusal(rl({"restore", place("backup"), "--force", "a lost disk"}),
                 kWaiting);
  EXPECT_EQ(exported(), newer);

  const Ended forced =
      rl({"restore", place("backup"), "--force", "a lost disk", "--yes"});
  EXPECT_EQ(forced.exit_code, kDone) << shown(forced);
  EXPECT_THAT(forced.err, HasSubstr("reconcile " + kVersion));
  const auto events = support::parse_lines(rl({"history", "--json"}).out);
  const auto restored = support::of_type(events, "LedgerRestored");
  ASSERT_EQ(restored.size(), 1U);
  EXPECT_EQ(restored[0]["data"]["old"]["size"], lines_of(newer).size());
  EXPECT_EQ(restored[0]["data"]["reason"], "a lost disk");
  EXPECT_TRUE(restored[0]["stream"].is_null());

  const json held = status();
  EXPECT_EQ(held["state"], "waiting");
  EXPECT_EQ(held["waiting_for"][0]["gate"], "restored");
  for (const Arguments& act :
       {Arguments{"--all"},
        Arguments{"--step", "bug-check", "--confirm-bugs", "none"},
        Arguments{"--all", "--check"},
        Arguments{"abandon", kVersion, "--reason", "no", "--yes"}}) {
    const Ended refused = rl(act);
    EXPECT_EQ(refused.exit_code, kGateSaidNo) << shown(refused);
    EXPECT_THAT(refused.err, HasSubstr("reconcile"));
  }
  EXPECT_THAT(rl({"explain"}).out, HasSubstr("reconcile"));

  expect_refusal(rl({"reconcile", kVersion, "--reason", "looked"}), kWaiting);
  const Ended settled =
      rl({"reconcile", kVersion, "--reason", "looked", "--yes"});
  EXPECT_EQ(settled.exit_code, kDone) << shown(settled);
  EXPECT_EQ(status()["state"], "in_progress");  // as before
  EXPECT_EQ(rl({"reconcile", kVersion, "--reason", "x", "--yes"}).exit_code,
            kDone);
  EXPECT_EQ(count("ReleaseReconciled"), 1U);
  finish();
  EXPECT_EQ(rl({"verify"}).exit_code, kDone);
}

TEST_F(Moving, ARestoreHoldsAlsoTheReleaseThatItsBackupNeverKnew) {
  finish("2025.10.01");
  back_up();
  prepare();
  EXPECT_EQ(rl({"restore", place("backup"), "--force", "x", "--yes"}).exit_code,
            kDone);
  expect_refusal(step("prepare-branch"), kGateSaidNo);
  const Ended listed = rl({"list", "--json"});
  EXPECT_THAT(listed.out, HasSubstr(kVersion));
  EXPECT_EQ(
      rl({"reconcile", kVersion, "--reason", "begun anew", "--yes"}).exit_code,
      kDone);
  EXPECT_EQ(rl({"list", "--json"}).exit_code, kDone);
  // Its staging branch is out, at the same commit.
  const Ended again = step("prepare-branch");
  EXPECT_EQ(again.exit_code, kDone) << shown(again);
}

TEST_F(Moving, AnOlderCopyThatIsPutBackIsRecognised) {
  finish("2025.10.01");
  back_up();
  finish();
  std::error_code error;
  fs::remove_all(scratch_.ledger(), error);
  EXPECT_EQ(rl({"restore", place("backup")}).exit_code, kDone);
  // Nothing here knows of the newer events but the stable branch.
  expect_refusal(rl({"verify"}), kIntegrity);
  expect_refusal(rl({"--all", "--version", "2025.10.03"}), kIntegrity);
}

TEST_F(Moving, BackupsWhileOthersReadAndWriteAreWhole) {
  prepare();
  support::Running writer(
      invocation({"--step", "bug-check", "--confirm-bugs", "none"}));
  std::vector<std::string> roots;
  for (int i = 0; i < 6; ++i) {
    const Ended ended = rl({"backup", place("backup")});
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
    EXPECT_EQ(rl({"status"}).exit_code, kDone);
    const std::string copy = (fs::path(place("backup")) / "ledger").string();
    EXPECT_EQ(rl({"--ledger", copy, "history", "--json"}).exit_code, kDone);
  }
  EXPECT_EQ(writer.wait().exit_code, kDone);
}

TEST_F(Moving, ABackupAndARestoreThatAreKilledAreDoneByTheNext) {
  reach_tested();
  const std::string backup = place("backup");
  EXPECT_EQ(killed_and_typed_again({"backup", backup}).exit_code, kDone);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(backup)) {
    names.push_back(entry.path().filename());
  }
  EXPECT_EQ(names, std::vector<std::string>{"ledger"});
  const std::string before = root(rl({"verify", "--json"}));
  EXPECT_EQ(killed_and_typed_again({"restore", backup}).exit_code, kDone);
  EXPECT_EQ(root(rl({"verify", "--json"})), before);
}

TEST_F(Moving, ARestoreWaitsForNobodyWhoWorksOnARelease) {
  scratch_.behave("smoke", "sleep 30");
  reach_bugs_checked();
  back_up();
  support::Running run(invocation({"--step", "workflow-tests"}));
  ASSERT_TRUE(support::eventually([&] { return scratch_.runs() > 0; }));
  const Ended refused = rl({"restore", place("backup")});
  expect_refusal(refused, kBusy);
  EXPECT_THAT(refused.err, HasSubstr(kVersion));
  run.kill(SIGINT);
  (void)run.wait();
}

}  // namespace
}  // namespace e2e
