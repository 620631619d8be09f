// What GitHub is asked for a release, and what is made of half an answer.

#include "commands/services/github.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/services/github_api.h"
#include "commands/services/http_words.h"
#include "tests/commands/http_fixture.h"
#include "tests/commands/scratch_test.h"
#include "tests/support/fake_server.h"

namespace commands::services {
namespace github_test {

using support::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class ForgeTest : public ScratchTest {
 protected:
  ForgeTest()
      : server_("echo", folder() / "github"), http_(http_settings(pace_)) {}

  ServiceAccess access() {
    ServiceAccess access{
        &http_, [this](const std::string& name) { return variables_[name]; }};
    access.shown = [this](std::string_view text) { shown_ += text; };
    return access;
  }
  GitHub github() { return {access(), "acme/sim"}; }

  // The answer to everything.
  void answer(const json& body, const json& headers = json::object()) {
    server_.set_rules(
        json::array({{{"status", 200}, {"headers", headers}, {"body", body}}}));
  }
  static json review(int id, const std::string& state) {
    return {{"id", id},
            {"state", state},
            {"user", {{"id", 612}, {"login", "robb"}, {"type", "User"}}},
            {"submitted_at", "2026-02-01T10:00:00Z"}};
  }

  support::FakeServer server_;
  NoWait pace_;
  HttpClient http_;
  std::map<std::string, std::string> variables_ = {
      {"GITHUB_API_URL", server_.url()}, {"GITHUB_TOKEN", "ghp_s3cret"}};
  std::string shown_;
};

TEST_F(ForgeTest, SpacesWhatItWrites) {
  const GitHub forge = github();
  for (const HttpRequest& request :
       {forge.opening({"staging", "stable", "title", "body"}),
        forge.editing(412, "title", "body"),
        forge.merging({412, std::string(40, 'a'), "title", "message"}),
        forge.publishing({"v1", "v1", "notes"})}) {
    EXPECT_GE(request.apart, std::chrono::seconds(1)) << request.url;
    EXPECT_NE(request.effect, Effect::kNone);
    EXPECT_THAT(rehearsed(request),
                AllOf(HasSubstr("Bearer *** (from GITHUB_TOKEN)"),
                      HasSubstr("X-GitHub-Api-Version: 2022-11-28"),
                      Not(HasSubstr("ghp_s3cret"))));
  }
}

TEST_F(ForgeTest, NamesTheCommitThatItMayMerge) {
  const HttpRequest request =
      github().merging({412, std::string(40, 'a'), "title", "message"});
  const json body = json::parse(request.body);
  EXPECT_EQ(body["sha"], std::string(40, 'a'));
  EXPECT_EQ(body["merge_method"], "merge");
}

TEST_F(ForgeTest, ShowsWhatItReads) {
  answer(json::array({review(1, "APPROVED")}));
  const auto reviews = github().reviews(412);
  ASSERT_TRUE(reviews) << reviews.error().message;
  EXPECT_THAT(*reviews, SizeIs(1));
  EXPECT_THAT(shown_,
              AllOf(HasSubstr("GET " + server_.url() +
                              "/repos/acme/sim/pulls/412/reviews"),
                    Not(HasSubstr("ghp_s3cret"))));
}

// What it does not say might be a refusal.
TEST_F(ForgeTest, TakesNoHalfAnEntryForNone) {
  json half = review(2, "CHANGES_REQUESTED");
  half.erase("state");
  answer(json::array({review(1, "APPROVED"), half}));
  const auto reviews = github().reviews(412);
  ASSERT_FALSE(reviews);
  EXPECT_EQ(reviews.error().reason, "service-unreadable");
  answer({{"total_count", 1}});
  const auto checks = github().checks(std::string(40, 'a'));
  ASSERT_FALSE(checks);
  EXPECT_EQ(checks.error().reason, "service-unreadable");
}

TEST_F(ForgeTest, TakesNoPageElsewhereForTheEnd) {
  const support::FakeServer other("echo", folder() / "other");
  answer(json::array({review(1, "APPROVED")}),
         {{"Link", "<" + other.url() + "/more>; rel=\"next\""}});
  const auto reviews = github().reviews(412);
  ASSERT_FALSE(reviews);
  EXPECT_EQ(reviews.error().reason, "service-unreadable");
  EXPECT_THAT(other.journal(), IsEmpty());
  // Nor one that leads back to itself.
  answer(json::array(),
         {{"Link",
           "<" + server_.url() +
               "/repos/acme/sim/pulls/412/reviews?per_page=100>; "
               "rel=\"next\""}});
  EXPECT_FALSE(github().reviews(412));
}

TEST_F(ForgeTest, AsksNothingWithoutAToken) {
  variables_.erase("GITHUB_TOKEN");
  const auto who = github().who();
  ASSERT_FALSE(who);
  EXPECT_EQ(who.error().reason, "no-token");
  EXPECT_THAT(server_.journal(), IsEmpty());
}

}  // namespace github_test
}  // namespace commands::services
