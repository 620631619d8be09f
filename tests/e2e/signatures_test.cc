// Signatures of people, checked again by whoever rests on them: the release
// step, audit and verify, and the second verifier from what is handed out.

#include <filesystem>
#include <string>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

PlanText three_leads() {
  PlanText plan;
  plan.approval =
      "required = 1\n"
      R"(roles = { technical-lead = ["Robb", "Rita", "Ravi"] })";
  return plan;
}

class Signatures : public ReleaseTest {
 protected:
  Signatures() : ReleaseTest(three_leads()) {}

  void sign(const std::string& person, const std::string& key) const {
    const Ended ended = rl({"approve",
                            kVersion,
                            "--role",
                            "technical-lead",
                            "--actor",
                            person + " <" + person + "@x.org>",
                            "--yes",
                            "--sign",
                            "--key",
                            place(key)});
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  }
  // Tested, and signed by Robb with the key `robb`.
  void reach_signed() const {
    scratch_.write("allowed_signers", "Robb@x.org " + make_key("robb") + "\n");
    scratch_.commit("Who signs");
    reach_tested();
    sign("Robb", "robb");
  }
  json taken(const Arguments& arguments) const {
    Arguments argv = {"python3", RL_VERIFY_PACK};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    const Ended ended = program(argv);
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
    return ended.exit_code == kDone ? support::parse_object(ended.out)
                                    : json::object();
  }
  // The same ledger with another signature in its approval; `key`: by this
  // one. Its folder.
  std::string forged(const std::string& name, const Arguments& key = {}) const {
    EXPECT_EQ(rl({"export", "-o", place("lines")}).exit_code, kDone);
    Arguments argv = {"python3", RL_FORGE, place("lines"), place(name)};
    argv.insert(argv.end(), key.begin(), key.end());
    const Ended made = program(argv);
    EXPECT_EQ(made.exit_code, 0) << shown(made);
    const std::string folder = place(name + ".ledger");
    const Ended ended = rl({"--ledger", folder, "import", place(name)});
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
    return folder;
  }
  Ended release_with(const std::string& ledger) const {
    return rl({"--ledger", ledger, "--step", "release", "--version", kVersion});
  }
  std::string proof_in(const std::string& ledger) const {
    return support::parse_object(
        rl({"--ledger", ledger, "audit", kVersion, "--json"})
            .out)["approvals"][0]["proof"];
  }
  void expect_nothing_published() const {
    EXPECT_EQ(scratch_.origin_ref("refs/tags/v" + kVersion), "");
    EXPECT_EQ(scratch_.origin_ref("refs/heads/stable"), "");
  }
};

TEST_F(Signatures, OfEachKindOfKeyAreProvenToTheSecondVerifier) {
  scratch_.write("allowed_signers",
                 "Robb@x.org " + make_key("robb") + "\n" +
                     "*@x.org,!Robb@x.org " + make_key("rita", "ecdsa") + "\n" +
                     "Ravi@x.org " + make_key("ravi", "rsa") + "\n");
  scratch_.commit("Who signs");
  reach_tested();
  sign("Robb", "robb");
  sign("Rita", "rita");
  sign("Ravi", "ravi");
  const Ended packed =
      rl({"report", kVersion, "--out", place("pack.tar"), "--logs"});
  EXPECT_EQ(packed.exit_code, kDone) << shown(packed);
  EXPECT_EQ(rl({"export", "-o", place("lines")}).exit_code, kDone);
  for (const json& said : {taken({"pack", place("pack.tar")}),
                           taken({"export", place("lines")})}) {
    EXPECT_EQ(said["signatures"], 3);
    EXPECT_THAT(said["signatures_unlisted"], SizeIs(0));
    EXPECT_THAT(said["signatures_not_checked"], SizeIs(0));
  }
  const Ended damage =
      program({"python3", RL_DAMAGE, "pack", place("pack.tar")});
  EXPECT_EQ(damage.exit_code, kDone) << shown(damage);
}

TEST_F(Signatures, ThatAreBrokenPublishNothing) {
  reach_signed();
  const std::string ledger = forged("broken");
  const Ended refused = release_with(ledger);
  expect_refusal(refused, kIntegrity);
  EXPECT_THAT(refused.err,
              AllOf(HasSubstr("the signature of Robb <Robb@x.org>"),
                    HasSubstr("is not over this approval")));
  expect_nothing_published();
  EXPECT_EQ(proof_in(ledger), "BROKEN");
  const json shown_one = support::parse_object(
      rl({"--ledger", ledger, "status", kVersion, "--json"})
          .out)["approvals"][0];
  EXPECT_EQ(shown_one["valid"], false);
  EXPECT_EQ(shown_one["why_not"], "its signature is not over this approval");
  EXPECT_EQ(rl({"--ledger", ledger, "verify"}).exit_code, kIntegrity);
  EXPECT_EQ(
      program({"python3", RL_VERIFY_PACK, "export", place("broken")}).exit_code,
      kIntegrity);
  // The one that was signed is published.
  EXPECT_EQ(step("release").exit_code, kDone);
}

TEST_F(Signatures, BySomebodyElsePublishNothing) {
  reach_signed();
  make_key("other");
  const std::string ledger = forged("unlisted", {place("other")});
  const Ended refused = release_with(ledger);
  expect_refusal(refused, kGateSaidNo);
  EXPECT_THAT(refused.err,
              HasSubstr("a key that the recorded plan does not give them"));
  expect_nothing_published();
  EXPECT_EQ(proof_in(ledger), "unlisted");
  EXPECT_EQ(rl({"--ledger", ledger, "audit", kVersion}).exit_code, kGateSaidNo);
  const json said = taken({"export", place("unlisted")});
  EXPECT_EQ(said["signatures"], 0);
  EXPECT_THAT(said["signatures_unlisted"], SizeIs(1));
}

TEST_F(Signatures, AreJudgedByThePlanTheyWereGivenFor) {
  reach_signed();
  const auto proof = [&] { return status()["approvals"][0]["proof"]; };
  EXPECT_EQ(proof(), "proven");
  // Robb has a new key; the old signature is as good as it was, and stale.
  scratch_.write("allowed_signers", "Robb@x.org " + make_key("newer") + "\n");
  scratch_.behave("smoke", "sps=41000");
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  EXPECT_EQ(count("PlanRecorded"), 2U);
  EXPECT_EQ(status()["approvals"][0]["valid"], false);
  EXPECT_EQ(status()["approvals"][0]["why_not"], "the plan has changed since");
  EXPECT_EQ(proof(), "proven");
  EXPECT_THAT(rl({"status", kVersion}).out, HasSubstr("proven"));
  EXPECT_EQ(rl({"replay", kVersion, "--json"}).out,
            rl({"status", kVersion, "--json"}).out);
  const Ended packed = rl({"report", kVersion, "--out", place("pack.tar")});
  EXPECT_EQ(packed.exit_code, kDone) << shown(packed);
  EXPECT_EQ(taken({"pack", place("pack.tar")})["signatures"], 1);
}

}  // namespace
}  // namespace e2e
