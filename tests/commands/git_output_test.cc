#include "commands/services/git_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commands::services {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

ProcessResult failed(std::string err, std::string out = {}) {
  ProcessResult result;
  result.exit_code = 128;
  result.err = std::move(err);
  result.out = std::move(out);
  return result;
}

TEST(GitOutput, SplitsPartsThatEndWithAByte) {
  EXPECT_THAT(parts_of(std::string_view("a\0\0b\0", 5), '\0'),
              ElementsAre("a", "", "b"));
  EXPECT_THAT(parts_of("a\nb", '\n'), ElementsAre("a", "b"));
  EXPECT_THAT(parts_of("", '\n'), ElementsAre());
}

TEST(GitOutput, RemovesTerminalSequencesAndControlCharacters) {
  EXPECT_EQ(sanitised("\x1b[31mred\x1b[0m\r\x07 \x1b]0;t\tx"), "red ]0;t x");
  EXPECT_EQ(sanitised("\x1b[31"), "");
}

TEST(GitOutput, KeepsWideCharactersAndReplacesBrokenOnes) {
  EXPECT_EQ(sanitised("größer 🎉"), "größer 🎉");
  EXPECT_EQ(sanitised("a\xff\xc3"), "a??");
  EXPECT_EQ(sanitised("a\xed\xa0\x80z"), "a???z") << "a surrogate";
  EXPECT_EQ(sanitised("a\xc2\x9bz"), "a??z") << "a C1 control character";
}

TEST(GitOutput, BoundsALine) {
  EXPECT_LE(sanitised(std::string(100000, 'x')).size(), 510U);
}

TEST(GitOutput, TakesCredentialsOutOfEveryUrl) {
  EXPECT_EQ(sanitised("'https://ann:s3cret@x.org/r' and https://tok@y.org"),
            "'https://x.org/r' and https://y.org");
  EXPECT_EQ(sanitised("https://x.org/a@b"), "https://x.org/a@b");
  EXPECT_EQ(sanitised("https://a:p@ss@x.org/r"), "https://x.org/r");
}

TEST(GitOutput, PrefersWhatIsFatal) {
  EXPECT_EQ(telling_line("hint: x\nwarning: y\nsome words\nfatal: no\n"), "no");
  EXPECT_EQ(telling_line("hint: x\nsome words\n"), "some words");
  EXPECT_EQ(telling_line("hook says no\nerror: failed to push some refs to "
                         "'x'\n"),
            "hook says no");
  EXPECT_EQ(telling_line(""), "");
}

TEST(GitOutput, FindsTheLockThatStandsInTheWay) {
  EXPECT_EQ(stale_lock("fatal: cannot lock ref 'a': Unable to create "
                       "'/x y/a.lock': File exists.\n"),
            "/x y/a.lock");
  EXPECT_EQ(stale_lock("Unable to create '/x/a.lock': Permission denied"),
            std::nullopt);
}

TEST(GitOutput, TellsNobodyThereFromOtherFailures) {
  for (const std::string_view words :
       {"ssh: Could not resolve hostname x: Name or service not known\nfatal: "
        "Could not read from remote repository.\n",
        "fatal: unable to access 'https://u:pw@x/': Could not resolve host: x",
        "git@x: Permission denied (publickey).\n",
        "fatal: Authentication failed for 'https://u:pw@x/'\n",
        "fatal: could not read Username for 'https://x': terminal prompts "
        "disabled\n",
        "fatal: unable to connect to x:\nx[0: ::1]: errno=Connection "
        "refused\n"}) {
    const auto error =
        remote_error("ls-remote", "origin", failed(std::string(words)));
    EXPECT_EQ(error.reason, "remote-unreachable") << words;
    EXPECT_EQ(error.code, ledger::ErrorCode::kUpstream);
    EXPECT_THAT(error.message, Not(HasSubstr("pw")));
  }
  EXPECT_EQ(remote_error("fetch", "o", failed("fatal: bad object x")).reason,
            "git-failed");
}

TEST(GitOutput, DoesNotCallALostConnectionARejection) {
  const auto error = push_error(
      "origin",
      failed("fatal: the remote end hung up unexpectedly\n",
             "To x\n!\ta:refs/heads/b\t[remote failure] (remote failed to "
             "report status)\nDone\n"));
  EXPECT_EQ(error.reason, "remote-unreachable");
}

TEST(GitOutput, NamesTheRefThatWasRefusedNotTheOneThatWentDownWithIt) {
  const auto error = push_error(
      "origin",
      failed("",
             "To x\n!\ta:refs/tags/v1\t[rejected] (atomic push failed)\n"
             "!\tb:refs/heads/stable\t[rejected] (non-fast-forward)\n"));
  EXPECT_EQ(error.reason, "push-rejected");
  EXPECT_EQ(error.message,
            "origin refused refs/heads/stable: [rejected] (non-fast-forward)");
}

TEST(GitOutput, SaysHowGitEndedWhereItSaidNothing) {
  EXPECT_EQ(git_error("log", failed("")).message, "git log: exit code 128");
  ProcessResult killed;
  killed.signal = 9;
  EXPECT_EQ(git_error("log", killed).message, "git log: ended by signal 9");
}

}  // namespace
}  // namespace commands::services
