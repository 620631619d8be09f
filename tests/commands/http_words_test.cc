// What is said about requests and answers, and what is not.

#include "commands/services/http_words.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/digest.h"

namespace commands::services {
namespace http_words_test {

using ::testing::HasSubstr;
using ::testing::Not;

std::string words(std::string body, std::string type = "application/json") {
  return telling_words(
      HttpResponse{400, {{"content-type", std::move(type)}}, std::move(body)});
}

HttpRequest secretive() {
  HttpRequest request{"Jira", "POST", "https://api.example/x"};
  request.headers = {{"Content-Type", "application/json"}};
  request.secrets = {
      {"Authorization",
       "Basic",
       Secret::basic("JIRA_API_TOKEN", "ann@x.org", "s3cr3t/value")}};
  request.body = R"({"jql":"project = X"})";
  return request;
}

TEST(HttpWords, FindsTheWordsInEveryShapeOfError) {
  EXPECT_EQ(words(R"({"message":"Not Found","status":"404"})"), "Not Found");
  EXPECT_EQ(words(R"({"errors":[{"message":"Not Authorized"}]})"),
            "Not Authorized");
  EXPECT_EQ(words(R"({"errors":[{"message":"Oops","phrase":"6 sad squids"}]})"),
            "Oops (quote: 6 sad squids)");
  EXPECT_EQ(words(R"({"errorMessages":["no such field"],"errors":{}})"),
            "no such field");
  EXPECT_EQ(words(R"({"errorMessages":[],"errors":{"jql":"is not bounded"}})"),
            "is not bounded");
  EXPECT_EQ(words(R"({"error":"permission denied"})"), "permission denied");
  EXPECT_EQ(words(R"({"error":{"message":"project not found"}})"),
            "project not found");
  EXPECT_EQ(words(R"({"errors":["Forbidden"]})"), "Forbidden");
  EXPECT_EQ(words(R"({"message":"Validation Failed","errors":[
      {"field":"head","code":"invalid"},{"message":"exists already"}]})"),
            "Validation Failed; head invalid; exists already");
}

TEST(HttpWords, TakeAPlainWordAndTheTitleOfAPage) {
  EXPECT_EQ(words("no_service\nmore", "text/plain"), "no_service");
  EXPECT_EQ(
      words("<html><head><title>503 Busy</title></head></html>", "text/html"),
      "a page of HTML, \"503 Busy\"");
  EXPECT_EQ(words("", "text/plain"), "");
}

TEST(HttpWords, CarryNothingThatATerminalWouldObey) {
  EXPECT_EQ(words("a\x1b[31mred\x07", "text/plain"), "ared");
}

TEST(HttpWords, ARehearsalShowsAllButTheSecret) {
  const std::string text = rehearsed(secretive());
  EXPECT_THAT(text, HasSubstr("POST https://api.example/x\n"));
  EXPECT_THAT(text,
              HasSubstr("Authorization: Basic *** (from JIRA_API_TOKEN)"));
  EXPECT_THAT(text, HasSubstr("\"jql\": \"project = X\""));
  EXPECT_THAT(text, Not(HasSubstr("s3cr3t")));
}

TEST(HttpWords, HideASecretInEveryFormItCanHave) {
  const std::string text =
      without_secrets(secretive(),
                      "s3cr3t/value s3cr3t%2Fvalue " +
                          ledger::to_base64("ann@x.org:s3cr3t/value"));
  EXPECT_EQ(text, "*** *** ***");
}

TEST(HttpWords, HideAnAddressThatIsASecret) {
  HttpRequest request{
      "Slack", "POST", "https://hooks.example/services/T1/B2/abcdef"};
  request.shown_url = "https://hooks.example/*** (SLACK_WEBHOOK_URL)";
  EXPECT_EQ(request_line(request),
            "POST https://hooks.example/*** (SLACK_WEBHOOK_URL)");
  EXPECT_THAT(without_secrets(request, "no /services/T1/B2/abcdef here"),
              Not(HasSubstr("abcdef")));
}

TEST(HttpWords, ARefusalNamesTheVariableAndNotTheValue) {
  const ledger::Error error =
      refused(secretive(),
              {401, {}, R"({"errorMessages":["bad token s3cr3t/value"]})"});
  EXPECT_EQ(error.reason, "service-unauthorised");
  EXPECT_EQ(error.code, ledger::ErrorCode::kUpstream);
  EXPECT_THAT(error.message, HasSubstr("Jira answers 401: bad token ***"));
  EXPECT_THAT(error.hint, HasSubstr("JIRA_API_TOKEN"));
}

TEST(HttpWords, EncodeWhatGoesIntoAPath) {
  EXPECT_EQ(percent_encoded("staging/v1 rc+1"), "staging%2Fv1%20rc%2B1");
}

}  // namespace http_words_test
}  // namespace commands::services
