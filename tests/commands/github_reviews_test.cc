// Which reviews count, and what GitHub's answers say.

#include "commands/services/github_reviews.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace commands::services {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kHead(40, 'a');
const std::string kOld(40, 'b');

PullRequest pull() {
  PullRequest result;
  result.number = 412;
  result.head_commit = kHead;
  result.author = {501, "bot", "User"};
  return result;
}

Review review(std::uint64_t id,
              std::uint64_t user,
              const std::string& state,
              const std::string& commit = kHead) {
  Review result;
  result.id = id;
  result.user = GitHubUser{user, "user" + std::to_string(user), "User"};
  result.state = state;
  result.at = "2026-02-01T10:00:00Z";
  result.commit = commit;
  return result;
}

ReviewReading read(std::vector<Review> reviews,
                   const std::string& permission = "write") {
  const auto opinions = latest_opinions(std::move(reviews));
  std::map<std::uint64_t, std::string> permissions;
  for (const Review& one : opinions) {
    permissions[one.user->id] = permission;
  }
  return read_reviews(pull(), opinions, permissions);
}

TEST(Reviews, CountOneForEachUser) {
  const auto reading = read({review(1, 612, "APPROVED"),
                             review(2, 612, "APPROVED"),
                             review(3, 613, "APPROVED")});
  ASSERT_THAT(reading.approvals, SizeIs(2));
  EXPECT_EQ(reading.approvals[0].id, 2U);
}

TEST(Reviews, KeepAnOpinionThatIsCommentedOn) {
  EXPECT_THAT(
      read({review(1, 612, "APPROVED"), review(2, 612, "COMMENTED")}).approvals,
      SizeIs(1));
  EXPECT_THAT(
      read({review(1, 612, "CHANGES_REQUESTED"), review(2, 612, "COMMENTED")})
          .objections,
      SizeIs(1));
}

TEST(Reviews, ReviveNothingWhenOneIsDismissed) {
  const auto reading =
      read({review(1, 612, "APPROVED"), review(2, 612, "DISMISSED")});
  EXPECT_THAT(reading.approvals, IsEmpty());
  EXPECT_THAT(reading.objections, IsEmpty());
}

TEST(Reviews, LiftAnObjectionByTheSamePersonOnly) {
  EXPECT_THAT(
      read({review(1, 612, "CHANGES_REQUESTED"), review(2, 612, "APPROVED")})
          .objections,
      IsEmpty());
  EXPECT_THAT(
      read({review(1, 612, "CHANGES_REQUESTED"), review(2, 613, "APPROVED")})
          .objections,
      SizeIs(1));
}

TEST(Reviews, CountOnTheCommitThatWouldBeMergedOnly) {
  const auto reading =
      read({review(1, 612, "APPROVED", kOld), review(2, 613, "APPROVED", "")});
  EXPECT_THAT(reading.approvals, IsEmpty());
  ASSERT_THAT(reading.uncounted, SizeIs(2));
  EXPECT_THAT(reading.uncounted[0].why, HasSubstr("given on bbbbbbbbbbbb"));
  EXPECT_THAT(reading.uncounted[1].why, HasSubstr("gone"));
}

TEST(Reviews, CountOfPeopleWhoMayWriteOnly) {
  EXPECT_THAT(read({review(1, 612, "APPROVED")}, "read").uncounted, SizeIs(1));
  EXPECT_THAT(read({review(1, 612, "APPROVED")}, "admin").approvals, SizeIs(1));
  EXPECT_THAT(read({review(1, 612, "CHANGES_REQUESTED")}, "read").objections,
              IsEmpty());
}

TEST(Reviews, CountNoneOfTheAuthorABotOrAGhost) {
  Review bot = review(2, 700, "APPROVED");
  bot.user->type = "Bot";
  Review ghost = review(3, 701, "APPROVED");
  ghost.user.reset();
  const auto reading = read({review(1, 501, "APPROVED"), bot, ghost});
  EXPECT_THAT(reading.approvals, IsEmpty());
  EXPECT_THAT(reading.uncounted, SizeIs(2));
}

TEST(Reviews, AreOrderedByTimeThenId) {
  Review late = review(1, 612, "CHANGES_REQUESTED");
  late.at = "2026-02-01T11:00:00Z";
  EXPECT_THAT(read({late, review(2, 612, "APPROVED")}).objections, SizeIs(1));
  EXPECT_THAT(latest_opinions({review(9, 612, "PENDING")}), IsEmpty());
}

TEST(GitHubAnswers, AreReadWhateverIsMissing) {
  EXPECT_FALSE(pull_request_of(json::array()));
  EXPECT_FALSE(pull_request_of({{"number", "412"}}));
  const auto read = pull_request_of({{"number", 412},
                                     {"state", "open"},
                                     {"mergeable", nullptr},
                                     {"user", nullptr},
                                     {"merge_commit_sha", kOld},
                                     {"head", {{"sha", kHead}, {"repo", {}}}}});
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->mergeable);
  EXPECT_EQ(read->merge_commit, "") << "a trial merge is no merge";
  const auto review = review_of({{"id", 1},
                                 {"user", nullptr},
                                 {"state", "approved"},
                                 {"commit_id", nullptr}});
  ASSERT_TRUE(review);
  EXPECT_EQ(review->state, "APPROVED");
  EXPECT_FALSE(review->user);
}

TEST(GitHubAnswers, TellChecksByHowTheyEnded) {
  const auto state = [](const char* status, const char* conclusion) {
    return check_run_of({{"name", "build"},
                         {"status", status},
                         {"conclusion", conclusion}})
        ->state;
  };
  EXPECT_EQ(state("completed", "success"), ForgeCheck::State::kGood);
  EXPECT_EQ(state("completed", "skipped"), ForgeCheck::State::kGood);
  EXPECT_EQ(state("completed", "timed_out"), ForgeCheck::State::kBad);
  EXPECT_EQ(state("queued", ""), ForgeCheck::State::kPending);
}

TEST(GitHubAnswers, SayWhatGitHubSays) {
  const auto words = [](const json& body) {
    HttpResponse response;
    response.status = 422;
    response.body = body.dump();
    return github_words(response);
  };
  EXPECT_EQ(words({{"message", "Validation Failed"},
                   {"errors",
                    json::array({{{"resource", "Release"},
                                  {"field", "tag_name"},
                                  {"code", "already_exists"}}})}}),
            "Validation Failed: Release tag_name already_exists");
  EXPECT_EQ(words({{"message", "Unprocessable Entity"},
                   {"errors",
                    json::array({"Can not approve your own pull request"})}}),
            "Unprocessable Entity: Can not approve your own pull request");
  EXPECT_EQ(words(json()), "HTTP 422");
}

}  // namespace
}  // namespace commands::services
