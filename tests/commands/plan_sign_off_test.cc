// [approval] expires and signed, [waiver], and allowed_signers beside the plan.

#include <gmock/gmock.h>

#include "tests/commands/plan_fixture.h"
#include "tests/commands/scratch_test.h"

namespace commands::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kKey =
    "ssh-ed25519 "
    "AAAAC3NzaC1lZDI1NTE5AAAAIE/5PV47JFst4ckFumKJ+gg2cB31jW3eydtzCreePvdF";

std::string approval(std::string_view more) {
  return with("[approval]\nroles = { lead = [\"Ann\"] }\n" + std::string(more));
}

TEST(SignOffPlan, ReadsDurations) {
  const auto expires = [](std::string_view text) {
    return parsed(approval(fmt::format("expires = {}\n", text)))
        .plan.approval->expires_s;
  };
  EXPECT_EQ(expires("90"), 90);
  EXPECT_EQ(expires("\"90s\""), 90);
  EXPECT_EQ(expires("\"30m\""), 1800);
  EXPECT_EQ(expires("\"12h\""), 43'200);
  EXPECT_EQ(expires("\"1.5d\""), 129'600);
  EXPECT_EQ(expires("\"2w\""), 1'209'600);
  EXPECT_FALSE(parsed(kSmallPlan).plan.approval->expires_s.has_value());
  for (const char* bad :
       {"0", "-1", "\"3\"", "\"d\"", "\"3 d\"", "\"\"", "true"}) {
    EXPECT_THAT(refusal(approval(fmt::format("expires = {}\n", bad))),
                HasSubstr("a duration such as"))
        << bad;
  }
}

TEST(SignOffPlan, ReadsWhoMayWaive) {
  const schema::Plan plan =
      parsed(approval("signed = true\n[waiver]\nroles = [\"lead\"]\n"
                      "second_person = true\n"))
          .plan;
  EXPECT_TRUE(plan.approval->signed_);
  ASSERT_NE(plan.approval->waivers, nullptr);
  EXPECT_THAT(plan.approval->waivers->roles, ElementsAre("lead"));
  EXPECT_TRUE(plan.approval->waivers->second_person);
  EXPECT_EQ(parsed(kSmallPlan).plan.approval->waivers, nullptr);
  EXPECT_THAT(refusal(approval("[waiver]\nroles = [\"leed\"]\n")),
              HasSubstr("unknown role \"leed\"; did you mean lead?"));
  EXPECT_THAT(refusal(approval("[waiver]\nrole = [\"lead\"]\n")),
              HasSubstr("plan-unknown-key"));
}

TEST(SignOffPlan, IsPolicyAndChangesItsDigestAlone) {
  const schema::Plan plain = parsed(approval("")).plan;
  for (const char* more : {"expires = \"1d\"\n",
                           "signed = true\n",
                           "[waiver]\nsecond_person = true\n"}) {
    const schema::Plan other = parsed(approval(more)).plan;
    EXPECT_NE(other.policy_digest, plain.policy_digest) << more;
    EXPECT_EQ(other.validations.front().digest,
              plain.validations.front().digest);
    EXPECT_EQ(differences(plain, other).size(), 1U) << more;
  }
}

TEST(SignOffPlan, WarnsOfAKeyThatIsNone) {
  const std::string person =
      "[[person]]\nname = \"Ann\"\nemails = [\"ann@x.org\"]\nssh = [\"{}\"]\n";
  EXPECT_TRUE(
      parsed(with(fmt::format(fmt::runtime(person), kKey))).warnings.empty());
  const auto warned =
      parsed(with(fmt::format(fmt::runtime(person), "my key"))).warnings;
  ASSERT_EQ(warned.size(), 1U);
  EXPECT_THAT(warned.front(), HasSubstr("no public key"));
}

class SignersFile : public ScratchTest {};

TEST_F(SignersFile, BesideThePlanIsPartOfIt) {
  const auto put = [&](const char* name, std::string_view text) {
    write(folder() / name, text);
  };
  put("release-plan.toml", kSmallPlan);
  const auto without = read_plan(folder() / "release-plan.toml");
  ASSERT_TRUE(without.has_value());
  put("allowed_signers",
      fmt::format("# people\n\nann@x.org {}\n*@y.org {}\n", kKey, kKey));
  const auto with_file = read_plan(folder() / "release-plan.toml");
  ASSERT_TRUE(with_file.has_value());
  EXPECT_EQ(with_file->plan.allowed_signers.size(), 2U);
  EXPECT_NE(with_file->plan.policy_digest, without->plan.policy_digest);
  put("allowed_signers", "ann@x.org\n");
  const auto bad = read_plan(folder() / "release-plan.toml");
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().code, ledger::ErrorCode::kUsage);
  EXPECT_THAT(bad.error().message, HasSubstr("allowed_signers:1: "));
}

}  // namespace
}  // namespace commands::plan
