// A process that mends a torn store dies at any change of a name. The next
// command mends it, records once that it was mended, and nothing is lost.

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/crash/book.h"
#include "tests/crash/trace.h"

namespace crash_tests {
namespace {

using ::testing::IsSubsetOf;

// Of every event, the ledger's own too.
std::vector<std::string> types(const Book& book) {
  const support::Ended ended = book.rl({"export"});
  EXPECT_EQ(ended.exit_code, kDone) << ended.err;
  return support::types(support::parse_lines(ended.out));
}

// The calls by which names below `place` come and go: where a process that
// mends is between two states of the folder.
std::set<std::pair<std::string, int>> changes(const std::vector<Call>& calls,
                                              const std::string& place) {
  std::set<std::pair<std::string, int>> result;
  for (const Call& call : calls) {
    if (!call.strings.empty() && call.strings.front().starts_with(place)) {
      result.emplace(call.name, call.nth);
    }
  }
  return result;
}

TEST(Mending, ThatDiesAnywhereIsDoneByTheNextCommand) {
  constexpr const char* kChanges = "rename,unlink,mkdir";
  const Book book;
  const std::vector<std::string> acknowledged = book.ids();
  book.tear_last_log();
  book.keep("torn");
  const Traced whole =
      trace(book.invocation(Book::approve()), kChanges, "", false);
  ASSERT_EQ(whole.ended.exit_code, kDone) << whole.ended.err;
  const std::vector<std::string> mended = types(book);
  EXPECT_EQ(std::ranges::count(mended, "LedgerRecovered"), 1);
  const auto moments = changes(whole.calls, book.ledger());
  EXPECT_GT(moments.size(), 8U);
  for (const auto& [call, nth] : moments) {
    const std::string kill = fmt::format("{}:signal=KILL:when={}", call, nth);
    SCOPED_TRACE(kill);
    book.put_back("torn");
    const Traced dead =
        trace(book.invocation(Book::approve()), kChanges, kill, false);
    EXPECT_EQ(dead.ended.signal, SIGKILL) << dead.ended.err;
    const support::Ended again = book.rl(Book::approve());
    EXPECT_EQ(again.exit_code, kDone) << again.err;
    EXPECT_EQ(types(book), mended);
    EXPECT_THAT(acknowledged, IsSubsetOf(book.ids()));
    const support::Ended verified = book.rl({"verify"});
    EXPECT_EQ(verified.exit_code, kDone) << verified.out << verified.err;
    EXPECT_EQ(verified.err, "") << "it was not mended by one command";
  }
}

}  // namespace
}  // namespace crash_tests
