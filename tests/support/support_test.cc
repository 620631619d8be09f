// The support of the tests does what the tests rely on.

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/support/json.h"
#include "tests/support/program.h"
#include "tests/support/scratch.h"
#include "tests/support/snapshot.h"

namespace support {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Invocation shell(const Scratch& scratch, const std::string& text) {
  Invocation invocation;
  invocation.argv = {"sh", "-c", text};
  invocation.directory = scratch.work();
  invocation.environment = scratch.environment();
  return invocation;
}

TEST(Program, KeepsOutputErrorAndExitCodeApart) {
  const Scratch scratch;
  const Ended ended = run(shell(scratch, "echo a; echo b >&2; exit 3"));
  EXPECT_EQ(ended.out, "a\n");
  EXPECT_EQ(ended.err, "b\n");
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_EQ(ended.signal, 0);
}

TEST(Program, HasNobodyOnStandardInput) {
  const Scratch scratch;
  EXPECT_EQ(run(shell(scratch, "cat; test -t 0")).exit_code, 1);
}

TEST(Program, TypesOnATerminal) {
  const Scratch scratch;
  Invocation invocation = shell(scratch, "test -t 0 && read x && echo got:$x");
  invocation.typed = "hello\n";
  const Ended ended = run(invocation);
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.out, HasSubstr("got:hello"));
}

TEST(Program, IsKilledInTheBackground) {
  const Scratch scratch;
  Running running(shell(scratch, "echo begun; exec sleep 60"));
  EXPECT_FALSE(running.has_ended());
  running.kill(SIGKILL);
  EXPECT_EQ(running.wait().signal, SIGKILL);
}

TEST(Scratch, HasAPlanATrainingAndAnOrigin) {
  const Scratch scratch;
  EXPECT_EQ(scratch.origin_ref("refs/heads/main"), scratch.head());
  EXPECT_EQ(scratch.origin_ref("refs/heads/stable"), "");
  EXPECT_EQ(run(shell(scratch, "sh ./train.sh smoke")).out, "SPS: 41000\n");
  scratch.behave("smoke", "sps=7");
  EXPECT_EQ(run(shell(scratch, "sh ./train.sh smoke")).out, "SPS: 7\n");
  EXPECT_EQ(scratch.runs(), 2);
  EXPECT_EQ(scratch.runs("other"), 0);
}

TEST(Snapshot, SeesWhatCameWentAndChanged) {
  const Scratch scratch;
  scratch.write("a/one", "1");
  scratch.write("a/two", "2");
  const Snapshot before = snapshot(scratch.work() / "a");
  EXPECT_THAT(differences(before, snapshot(scratch.work() / "a")), IsEmpty());
  scratch.write("a/one", "x");
  scratch.write("a/three", "3");
  std::filesystem::remove(scratch.work() / "a" / "two");
  EXPECT_THAT(
      differences(before, snapshot(scratch.work() / "a")),
      ElementsAre(". changed", "one changed", "two went", "three came"));
}

TEST(Json, NamesTheKeysThatAreMissing) {
  EXPECT_THAT(missing_keys(json{{"a", nullptr}}, {"a", "b"}), ElementsAre("b"));
  EXPECT_THAT(types(parse_lines("{\"type\":\"A\"}\n{\"type\":\"B\"}\n")),
              ElementsAre("A", "B"));
}

}  // namespace
}  // namespace support
