// The HTTP client, against a real server that does what servers do.

#include "commands/services/http.h"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/commands/http_fixture.h"
#include "tests/commands/scratch_test.h"
#include "tests/support/fake_server.h"

namespace commands::services {
namespace http_test {

using std::chrono::milliseconds;
using support::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class HttpTest : public ScratchTest {
 protected:
  HttpTest() : server_("echo", folder() / "echo"), client_(settings()) {}

  HttpClient::Settings settings() {
    HttpClient::Settings settings = http_settings(pace_);
    settings.told = [this](std::string_view line) { told_ += line; };
    return settings;
  }

  HttpRequest get(const std::string& path) const {
    return {"Echo", "GET", server_.url() + path};
  }
  HttpRequest post(const std::string& path) const {
    HttpRequest request{"Echo", "POST", server_.url() + path};
    request.headers = {{"Content-Type", "application/json"}};
    request.body = R"({"a":1})";
    request.effect = Effect::kOnce;
    return request;
  }
  std::string reason(const HttpRequest& request) {
    const auto response = client_.send(request);
    message_ = response ? "" : response.error().message;
    return response ? "" : response.error().reason;
  }

  support::FakeServer server_;
  NoWait pace_;
  std::string told_;
  std::string message_;
  HttpClient client_;
};

TEST_F(HttpTest, AsksAndReadsTheAnswer) {
  HttpRequest request = get("/things?limit=2");
  request.headers = {{"Accept", "application/json"}};
  const auto response = client_.send(request);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->attempts, 1U);
  EXPECT_THAT(response->header("content-type").value_or(""),
              HasSubstr("application/json"));
  const json body = json::parse(response->body);
  EXPECT_EQ(body["query"]["limit"], "2");
  EXPECT_EQ(body["headers"]["user-agent"], "release-ledger/9.9");
  EXPECT_EQ(body["headers"]["accept"], "application/json");
}

TEST_F(HttpTest, SendsEveryMethodWithItsBody) {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    HttpRequest request = post("/x");
    request.method = method;
    const auto response = client_.send(request);
    ASSERT_TRUE(response) << response.error().message;
    const json body = json::parse(response->body);
    EXPECT_EQ(body["method"], method);
    EXPECT_EQ(body["body"], R"({"a":1})");
    EXPECT_EQ(body["headers"]["content-type"], "application/json");
  }
}

TEST_F(HttpTest, SendsASecretAndNeverTellsIt) {
  HttpRequest request = get("/x");
  request.secrets = {
      {"Authorization", "Bearer", Secret("ECHO_TOKEN", "t0ps3cret")},
      {"DD-API-KEY", "", Secret("ECHO_KEY", "an0ther0ne")}};
  server_.set_rules({{{"path", "/x"},
                      {"times", {2}},
                      {"status", 418},
                      {"body", "t0ps3cret is wrong"}}});
  ASSERT_TRUE(client_.send(request));
  const json headers = server_.requests("GET").at(0)["headers"];
  EXPECT_EQ(headers["authorization"], "Bearer t0ps3cret");
  EXPECT_EQ(headers["dd-api-key"], "an0ther0ne");
  const auto refusal = client_.send_well(request);
  ASSERT_FALSE(refusal);
  EXPECT_THAT(refusal.error().message, HasSubstr("418: *** is wrong"));
  EXPECT_THAT(told_, Not(HasSubstr("t0ps3cret")));
}

TEST_F(HttpTest, TriesAReadAgain) {
  // On a connection that was used before libcurl itself asks again when it is
  // dropped; so that comes first.
  server_.set_rules({{{"times", {1}}, {"fault", "drop"}},
                     {{"times", {1}}, {"status", 502}, {"body", "no"}},
                     {{"times", {1}}, {"fault", "html"}},
                     {{"times", {1}}, {"fault", "cut"}}});
  const auto response = client_.send(get("/x"));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->attempts, 5U);
  EXPECT_EQ(pace_.pauses, 4);
  EXPECT_THAT(server_.journal(), SizeIs(5));
}

TEST_F(HttpTest, GivesUpAfterFiveAttempts) {
  server_.set_rules({{{"fault", "html"}}});
  EXPECT_EQ(reason(get("/x")), "service-failed");
  EXPECT_THAT(message_, HasSubstr("503 Service Temporarily Unavailable"));
  EXPECT_THAT(server_.journal(), SizeIs(5));
}

TEST_F(HttpTest, WaitsAsLongAsItIsTold) {
  server_.set_rules({{{"times", {1}},
                      {"status", 429},
                      {"headers", {{"Retry-After", "7"}}},
                      {"body", json::object()}}});
  const auto response = client_.send(get("/x"));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_GE(pace_.waited, milliseconds(7'000));
  EXPECT_EQ(response->waited, pace_.waited);
}

TEST_F(HttpTest, SaysWhenAServiceWantsTooMuchTime) {
  server_.set_rules({{{"status", 429},
                      {"headers", {{"Retry-After", "3600"}}},
                      {"body", json::object()}}});
  EXPECT_EQ(reason(get("/x")), "service-throttled");
  EXPECT_THAT(message_, HasSubstr("takes no more requests for 3600 s"));
  EXPECT_THAT(server_.journal(), SizeIs(1));
}

TEST_F(HttpTest, NeverRepeatsWhatMayHaveBeenDone) {
  const std::vector<json> rules = {{{"fault", "drop"}},
                                   {{"fault", "reset"}},
                                   {{"fault", "cut"}},
                                   {{"fault", "html"}},
                                   {{"status", 500}, {"body", "oops"}},
                                   {{"fault", "drop"}, {"after", true}}};
  std::size_t sent = 0;
  for (const json& rule : rules) {
    server_.set_rules(json::array({rule}));
    EXPECT_EQ(reason(post("/messages")), kOutcomeUnknown) << rule;
    EXPECT_THAT(server_.requests("POST"), SizeIs(++sent)) << rule;
  }
}

TEST_F(HttpTest, SendsWhatCountsOnAFreshConnection) {
  // The server closes the connection that the read has left open just when
  // the message goes out; on that one it would be sent twice.
  ASSERT_TRUE(client_.send(get("/x")));
  server_.set_rules({{{"method", "POST"}, {"times", {1}}, {"fault", "drop"}}});
  EXPECT_EQ(reason(post("/messages")), kOutcomeUnknown);
  EXPECT_THAT(server_.requests("POST"), SizeIs(1));
}

TEST_F(HttpTest, SendsAgainWhatTheServiceSaysItDidNotDo) {
  server_.set_rules(
      {{{"times", {1}}, {"status", 429}, {"body", {{"retry_after", 0.5}}}}});
  EXPECT_TRUE(client_.send(post("/messages")));
  EXPECT_THAT(server_.requests("POST"), SizeIs(2));
}

TEST_F(HttpTest, LeavesTimeBetweenEffectsWhereThatIsWanted) {
  HttpRequest write = post("/messages");
  write.apart = milliseconds(1'000);
  ASSERT_TRUE(client_.send(get("/x")));
  ASSERT_TRUE(client_.send(write));
  EXPECT_EQ(pace_.pauses, 0) << "nothing came before it";
  ASSERT_TRUE(client_.send(get("/x")));
  EXPECT_EQ(pace_.pauses, 0) << "a read is no effect";
  ASSERT_TRUE(client_.send(write));
  EXPECT_EQ(pace_.pauses, 1);
  EXPECT_GT(pace_.waited, milliseconds(500));
  EXPECT_LE(pace_.waited, milliseconds(1'000));
  const support::FakeServer other("echo", folder() / "other");
  write.url = other.url() + "/messages";
  ASSERT_TRUE(client_.send(write));
  EXPECT_EQ(pace_.pauses, 1) << "another service";
}

TEST_F(HttpTest, FollowsNoRedirection) {
  const support::FakeServer other("echo", folder() / "other");
  server_.set_rules({{{"status", 307},
                      {"headers", {{"Location", other.url() + "/y"}}},
                      {"body", "moved"}}});
  HttpRequest request = get("/x");
  request.secrets = {{"DD-API-KEY", "", Secret("ECHO_KEY", "an0ther0ne")}};
  EXPECT_EQ(reason(request), "service-redirected");
  EXPECT_THAT(message_, HasSubstr("127.0.0.1:"));
  EXPECT_THAT(other.journal(), SizeIs(0));
}

TEST_F(HttpTest, BoundsTheAnswerHoweverItComes) {
  HttpRequest request = get("/bytes/2000");
  request.bounds.body_bytes_max = 1'000;
  EXPECT_EQ(reason(request), "service-too-large");
  for (const char* fault : {"chunked", "gzip"}) {
    server_.set_rules({{{"fault", fault}}});
    EXPECT_EQ(reason(request), "service-too-large") << fault;
    request.bounds.body_bytes_max = 2'000;
    const auto response = client_.send(request);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body.size(), 2'000U);
    request.bounds.body_bytes_max = 1'000;
  }
}

TEST_F(HttpTest, BoundsTheTimeOfAnAttempt) {
  HttpRequest request = get("/bytes/2000");
  request.bounds.attempt = milliseconds(200);
  request.bounds.attempts_max = 2;
  server_.set_rules({{{"fault", "drip"}}});
  EXPECT_EQ(reason(request), "service-timed-out");
  request.bounds.total = milliseconds(200);
  EXPECT_EQ(reason(request), "service-timed-out");
  EXPECT_THAT(server_.journal(), SizeIs(3));
}

TEST_F(HttpTest, SaysWhereNobodyListens) {
  HttpRequest request = post("/x");
  request.url = "http://127.0.0.1:1/x";
  EXPECT_EQ(reason(request), "service-unreachable");
  EXPECT_EQ(pace_.pauses, 4);
}

// A variable of the environment, for as long as this lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { unsetenv(name_); }

 private:
  const char* name_;
};

TEST_F(HttpTest, GoesThroughTheProxyButNotForThisMachine) {
  const support::FakeServer proxy("echo", folder() / "proxy");
  const Variable plain("http_proxy", proxy.url());
  const Variable secure("https_proxy", proxy.url());
  EXPECT_TRUE(client_.send(get("/x")));
  EXPECT_THAT(proxy.journal(), SizeIs(0));
  // The proxy knows no CONNECT, so that nothing has gone out.
  HttpRequest request = post("/messages");
  request.url = "https://api.example.invalid/messages";
  EXPECT_EQ(reason(request), "service-unreachable");
  EXPECT_THAT(message_, HasSubstr("501"));
}

// A service whose certificate is its own.
class HttpsTest : public HttpTest {
 protected:
  HttpsTest() {
    support::Invocation openssl;
    openssl.argv = {"openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:prime256v1",
                    "-nodes",
                    "-subj",
                    "/CN=127.0.0.1",
                    "-addext",
                    "subjectAltName=IP:127.0.0.1",
                    "-keyout",
                    key(),
                    "-out",
                    certificate()};
    openssl.directory = folder();
    openssl.environment["PATH"] = "/usr/bin:/bin";
    const support::Ended made = support::run(openssl);
    EXPECT_EQ(made.exit_code, 0) << made.err;
    secure_ = std::make_unique<support::FakeServer>("echo", folder() / "tls");
  }

  std::string key() const { return (folder() / "tls-key").string(); }
  std::string certificate() const { return (folder() / "tls-cert").string(); }
  HttpRequest secure_get(const std::string& host) const {
    const std::string port =
        secure_->url().substr(secure_->url().rfind(':') + 1);
    return {"Echo", "GET", "https://" + host + ":" + port + "/x"};
  }

  std::unique_ptr<support::FakeServer> secure_;
};

TEST_F(HttpsTest, TrustsNoCertificateThatNobodyVouchesFor) {
  EXPECT_EQ(reason(secure_get("127.0.0.1")), "service-untrusted");
  EXPECT_THAT(secure_->journal(), SizeIs(0));
  HttpClient::Settings trusting = settings();
  trusting.transport.ca_file = certificate();
  HttpClient client(std::move(trusting));
  const auto response = client.send(secure_get("127.0.0.1"));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_THAT(secure_->journal(), SizeIs(1));
  // It vouches for that address alone.
  const auto other = client.send(secure_get("localhost"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().reason, "service-untrusted");
  EXPECT_THAT(secure_->journal(), SizeIs(1));
}

TEST_F(HttpTest, AsksInTheClearOnThisMachineAlone) {
  HttpRequest request = get("/x");
  for (const char* url : {"http://api.example/x",
                          "http://127.0.0.1.example/x",
                          "http://localhost.example/x"}) {
    request.url = url;
    EXPECT_EQ(reason(request), "url-insecure") << url;
  }
  for (const char* url : {"", "api.example", "ftp://x/y", "https://a b/c"}) {
    request.url = url;
    EXPECT_EQ(reason(request), "url-invalid") << url;
  }
}

TEST_F(HttpTest, TakesNoAddressWithAPassword) {
  HttpRequest request = get("/x");
  request.url.insert(request.url.find("127"), "ann:s3cret@");
  request.url_variable = "ECHO_URL";
  EXPECT_EQ(reason(request), "url-invalid");
  EXPECT_THAT(message_, HasSubstr("in ECHO_URL has a user or password"));
  EXPECT_THAT(message_ + told_, Not(HasSubstr("s3cret")));
  EXPECT_THAT(rehearsed(request), Not(HasSubstr("s3cret")));
  EXPECT_THAT(host_of(request.url), Not(HasSubstr("s3cret")));
  EXPECT_FALSE(is_loopback(host_of("http://127.0.0.1@api.example/x")));
  EXPECT_THAT(server_.journal(), SizeIs(0));
}

TEST_F(HttpTest, TakesNoTokenWithALineBreak) {
  HttpRequest request = get("/x");
  request.secrets = {
      {"Authorization", "Bearer", Secret("ECHO_TOKEN", "t0ps3cret\n")}};
  EXPECT_EQ(reason(request), "header-invalid");
  EXPECT_THAT(message_, HasSubstr("ECHO_TOKEN holds a line break"));
  EXPECT_THAT(message_, Not(HasSubstr("t0ps3cret")));
}

TEST_F(HttpTest, TakesA4xxAsAnAnswer) {
  server_.set_rules({{{"status", 404}, {"body", {{"message", "Not Found"}}}}});
  const auto response = client_.send(get("/x"));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 404);
  const auto refusal = client_.send_well(get("/x"));
  ASSERT_FALSE(refusal);
  EXPECT_EQ(refusal.error().reason, "service-not-found");
}

}  // namespace http_test
}  // namespace commands::services
