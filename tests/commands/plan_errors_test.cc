// What is wrong with a plan is said in one line, at its place.

#include <gmock/gmock.h>

#include "tests/commands/plan_fixture.h"

namespace commands::plan {
namespace {

using ::testing::HasSubstr;

TEST(PlanErrors, NameTheUnknownKeyAndTheNearestKnown) {
  EXPECT_EQ(refusal(with("timout_s = 5\n")),
            "plan-unknown-key | p.toml:9:1: unknown key \"timout_s\" in "
            "[[validation.acceptance]]");
  EXPECT_EQ(refusal(changed("command =", "timeout = 5\ncommand =")),
            "plan-unknown-key | p.toml:4:1: unknown key \"timeout\" in "
            "[[validation]]; did you mean timeout_s?");
  EXPECT_EQ(refusal(with("[projct]\n")),
            "plan-unknown-key | p.toml:9:2: unknown key \"projct\" in the plan"
            "; did you mean project?");
}

TEST(PlanErrors, SayWhichTypeIsWantedAndWhatStandsThere) {
  EXPECT_EQ(refusal(changed("30000", "\"30000\"")),
            "plan-wrong-type | p.toml:8:12: expected must be a number, not the "
            "string \"30000\"");
  EXPECT_THAT(
      refusal(changed("[\"./smoke\"]", "\"./smoke\"")),
      HasSubstr(
          "p.toml:4:11: command must be a list of strings, not the string"));
  EXPECT_THAT(
      refusal(changed("[\"./smoke\"]", "[\"./smoke\", 5]")),
      HasSubstr(
          "each element of command must be a string, not the whole number 5"));
  EXPECT_THAT(
      refusal(with("[run]\nmax_local = 1.5\n")),
      HasSubstr(
          "max_local must be a whole number, 0 or more, not the number 1.5"));
  EXPECT_THAT(refusal(with("[run]\nmax_local = -1\n")),
              HasSubstr("not the whole number -1"));
  EXPECT_THAT(
      refusal(with("[approval]\nallow_starter = 2024-01-01\n")),
      HasSubstr("allow_starter must be true or false, not a date or time"));
  EXPECT_THAT(
      refusal("[validation]\nname = \"x\"\n"),
      HasSubstr(
          "validation must be a list of tables, each [[…]], not a table"));
  EXPECT_THAT(refusal("project = 5\n"), HasSubstr("project must be a table"));
  EXPECT_THAT(refusal(with("[project]\nremote = true\n")),
              HasSubstr("remote must be a string, not true"));
}

TEST(PlanErrors, RefuseOperatorsAndBoundsThatMakeNoCheck) {
  EXPECT_EQ(refusal(changed("\">=\"", "\"=>\"")),
            "plan-invalid | p.toml:7:6: unknown op \"=>\"; known are >=, >, "
            "<=, <, ==, !=; did you mean >=?");
  EXPECT_THAT(refusal(with("range = [1, 2]\n")),
              HasSubstr("or range, not more than one of them"));
  EXPECT_THAT(refusal(changed("op = \">=\"\nexpected = 30000", "")),
              HasSubstr("needs op and expected, op and baseline, or range"));
  EXPECT_THAT(refusal(changed("expected = 30000", "")),
              HasSubstr("op needs a number"));
  EXPECT_THAT(refusal(changed("op = \">=\"", "")),
              HasSubstr("needs op and expected"));
  EXPECT_THAT(
      refusal(changed("op = \">=\"\nexpected = 30000", "range = [3, 2]")),
      HasSubstr("range is empty: 3 is more than 2"));
  EXPECT_THAT(refusal(changed("op = \">=\"\nexpected = 30000", "range = [3]")),
              HasSubstr("range must be two numbers"));
  EXPECT_THAT(refusal(changed("30000", "nan")),
              HasSubstr("must be finite, not nan"));
  EXPECT_THAT(refusal(changed("30000", "-inf")),
              HasSubstr("must be finite, not -inf"));
  EXPECT_THAT(
      refusal(changed("op = \">=\"\nexpected = 30000", "range = [0, inf]")),
      HasSubstr("must be finite"));
  EXPECT_THAT(refusal(changed("key = \"sps_max\"\n", "")),
              HasSubstr("needs a key"));
}

TEST(PlanErrors, RefuseNamesThatAreNoFileNames) {
  for (const char* name :
       {"a b", "../x", "a/b", ".x", "-x", "bug-check", "é", "a:b"}) {
    EXPECT_THAT(refusal(changed("\"smoke\"", fmt::format("\"{}\"", name))),
                HasSubstr("p.toml:2:8: validation \""));
  }
  EXPECT_THAT(refusal(changed("\"smoke\"", "\"\"")),
              HasSubstr("name is empty"));
  EXPECT_THAT(refusal(changed("\"smoke\"", "\"a\\u0000b\"")),
              HasSubstr("name has a control character"));
  EXPECT_THAT(refusal(changed("\"smoke\"", '"' + std::string(65, 'a') + '"')),
              HasSubstr("at most 64 characters"));
  EXPECT_THAT(refusal(changed("name = \"smoke\"\n", "")),
              HasSubstr("needs a name"));
  EXPECT_THAT(refusal(changed("location = \"local\"\n", "")),
              HasSubstr("[[validation]] smoke needs a location"));
  EXPECT_EQ(refusal(with(kSmallPlan)),
            "plan-invalid | p.toml:10:8: there is a validation smoke already, "
            "in line 2");
}

TEST(PlanErrors, RefuseWordsOutsideTheirSet) {
  EXPECT_THAT(
      refusal(changed("\"local\"", "\"locale\"")),
      HasSubstr("unknown location \"locale\"; known are local, remote; did you "
                "mean local?"));
  EXPECT_THAT(refusal(with("[run]\ncheckout = \"isolate\"\n")),
              HasSubstr("did you mean isolated?"));
  EXPECT_THAT(
      refusal(changed("command =", "sets = [\"fast\"]\ncommand =")),
      HasSubstr("unknown set \"fast\"; known are quick, comprehensive"));
  EXPECT_THAT(
      refusal(with("[[metric]]\nkey=\"x\"\npattern='(x)'\nstatistic=\"p75\"")),
      HasSubstr("unknown statistic \"p75\"; known are last, first, max"));
  EXPECT_THAT(refusal(with("[[channel]]\nname=\"#x\"\nkind=\"discrod\"\n")),
              HasSubstr("did you mean discord?"));
}

TEST(PlanErrors, RefuseCommandsAndTimesThatCannotRun) {
  EXPECT_THAT(refusal(changed("[\"./smoke\"]", "[]")),
              HasSubstr("command is empty"));
  EXPECT_THAT(refusal(changed("[\"./smoke\"]", "[\"\"]")),
              HasSubstr("command is empty"));
  EXPECT_THAT(refusal(changed("command = [\"./smoke\"]\n", "")),
              HasSubstr("needs a module or a command"));
  EXPECT_THAT(refusal(with("[run]\nlocal = []\n")),
              HasSubstr("local is empty"));
  EXPECT_THAT(refusal(changed("command =", "timeout_s = 0\ncommand =")),
              HasSubstr("p.toml:4:13: timeout_s must be more than 0"));
  EXPECT_THAT(refusal(changed("command =", "timeout_s = -5\ncommand =")),
              HasSubstr("timeout_s must be more than 0"));
  EXPECT_THAT(refusal(changed("command =", "timeout_s = 1e9\ncommand =")),
              HasSubstr("at most 2592000"));
  EXPECT_THAT(refusal(changed("command =", "retries = 11\ncommand =")),
              HasSubstr("retries must be from 0 to 10, not 11"));
  EXPECT_THAT(refusal(with("[run]\nmax_local = 0\n")),
              HasSubstr("max_local must be from 1 to 64, not 0"));
  EXPECT_THAT(refusal(with("[run]\nmax_remote = 257\n")),
              HasSubstr("max_remote must be from 1 to 256"));
  EXPECT_THAT(refusal(with("[run]\nlog_bytes_max = 5\n")),
              HasSubstr("log_bytes_max must be from 1024"));
}

TEST(PlanErrors, NameTheDependencyThatIsNotThere) {
  EXPECT_THAT(
      refusal(changed("command =", "depends_on = [\"smok\"]\ncommand =")),
      HasSubstr(
          "p.toml:4:14: validation smoke depends on smok, which is not in "
          "the plan"));
  EXPECT_THAT(
      refusal("[[validation]]\nname = \"arena\"\nlocation = \"local\"\n"
              "module = \"m\"\n" +
              changed("command =", "depends_on = [\"aren\"]\ncommand =")),
      HasSubstr("the plan; did you mean arena?"));
}

TEST(PlanErrors, PrintTheWholeCircle) {
  const auto validation = [](const char* name, const char* needs) {
    return fmt::format(
        "[[validation]]\nname = \"{}\"\nlocation = \"local\"\n"
        "module = \"m\"\ndepends_on = [\"{}\"]\n",
        name,
        needs);
  };
  EXPECT_THAT(refusal(validation("x", "a") + validation("a", "b") +
                      validation("b", "c") + validation("c", "a")),
              HasSubstr("depends_on runs in a circle: a -> b -> c -> a"));
  EXPECT_THAT(refusal(validation("a", "a")), HasSubstr("circle: a -> a"));
}

TEST(PlanErrors, ALongChainIsNoCircle) {
  std::string text;
  for (int i = 0; i < 2000; ++i) {
    text += fmt::format(
        "[[validation]]\nname = \"v{}\"\nlocation = \"local\"\n"
        "module = \"m\"\ndepends_on = [{}]\n",
        i,
        i == 1999 ? "" : fmt::format("\"v{}\"", i + 1));
  }
  EXPECT_EQ(parsed(text).plan.validations.size(), 2000U);
}

TEST(PlanErrors, RefusePatternsAndKeysOfMetrics) {
  const auto metric = [](const char* key, const char* pattern) {
    return refusal(with(fmt::format(
        "[[metric]]\nkey = \"{}\"\npattern = '{}'\n", key, pattern)));
  };
  EXPECT_THAT(metric("x", "loss=("),
              HasSubstr("p.toml:11:11: pattern is not a valid RE2"));
  EXPECT_THAT(metric("x", "loss=[0-9]+"), HasSubstr("pattern has no group"));
  EXPECT_THAT(metric("sps_max", "(x)"), HasSubstr("already, built in"));
  EXPECT_THAT(refusal(with("[[metric]]\nkey = \"x\"\npattern = '(x)'\n"
                           "[[metric]]\nkey = \"x\"\npattern = '(y)'\n")),
              HasSubstr("p.toml:13:7: there is a metric x already"));
}

TEST(PlanErrors, RefuseAPolicyNobodyCanMeet) {
  EXPECT_THAT(
      refusal(with("[approval]\nrequired = 1\n")),
      HasSubstr(
          "p.toml:10:12: required is more than 0, but there are no roles"));
  EXPECT_THAT(
      refusal(with("[approval]\nrequired = 2\n"
                   "roles = { lead = [\"Ann\"], triage = [\"Ann\"] }\n")),
      HasSubstr("required asks for 2 people, but the roles have only 1"));
  EXPECT_THAT(
      refusal(with("[approval]\nrequired = 2\n"
                   "roles = { lead = [\"Ann\", \"A@X.org\"] }\n"
                   "[[person]]\nname = \"Ann\"\n"
                   "emails = [\"a@x.org\"]\n")),
      HasSubstr("required asks for 2 people, but the roles have only 1"));
  EXPECT_THAT(
      refusal(with("[approval]\nroles = { lead = [\"Ann\"] }\n"
                   "need = { led = 1 }\n")),
      HasSubstr("need names the unknown role \"led\"; did you mean lead?"));
  EXPECT_THAT(
      refusal(with("[approval]\nroles = { lead = [\"Ann\"] }\n"
                   "[approval.need]\nlead = 2\n")),
      HasSubstr(
          "p.toml:12:8: need asks for 2 people as lead, but only 1 can be"));
  EXPECT_THAT(refusal(with("[[person]]\nname = \"A\"\nemails = [\"a@x\"]\n"
                           "[[person]]\nname = \"B\"\nemails = [\"A@x\"]\n")),
              HasSubstr("a@x is given twice"));
}

TEST(PlanErrors, RefuseNamesGitWouldRefuse) {
  const auto project = [](std::string_view line) {
    return refusal(with(fmt::format("[project]\n{}\n", line)));
  };
  EXPECT_THAT(project("tag = \"v1\""), HasSubstr("tag needs {version} in it"));
  EXPECT_THAT(project("staging_branch = \"s/{version}\""),
              HasSubstr("staging_branch needs {candidate} in it"));
  EXPECT_THAT(project("staging_branch = \"s/{candidate}\""),
              HasSubstr("staging_branch needs {version} in it"));
  EXPECT_THAT(
      project("tag = \"v{verison}\""),
      HasSubstr(
          "p.toml:10:7: unknown placeholder {verison} in tag; did you mean "
          "version?"));
  EXPECT_THAT(project("tag = \"v {version}\""), HasSubstr("tag has a space"));
  EXPECT_THAT(project("tag = \"{version}.lock\""),
              HasSubstr("git does not allow"));
  EXPECT_THAT(project("tag = \"-{version}\""), HasSubstr("git does not allow"));
  EXPECT_THAT(project("stable_branch = \"\""),
              HasSubstr("stable_branch is empty"));
  EXPECT_THAT(project("stable_branch = \"s{version}\""),
              HasSubstr("no placeholders"));
  EXPECT_THAT(project("remote = \"--upload-pack=x\""),
              HasSubstr("not a git remote's name"));
  EXPECT_THAT(project("release_notes = \"../v{version}.md\""),
              HasSubstr("below the work tree's root"));
  EXPECT_THAT(project("release_notes = \"/v{version}.md\""),
              HasSubstr("below the work tree's root"));
  EXPECT_THAT(project("release_notes = \".git/v{version}\""),
              HasSubstr("inside .git"));
  EXPECT_THAT(project("release_notes = \"notes{version}/\""),
              HasSubstr("names no file"));
}

TEST(PlanErrors, RefusePlaceholdersThatAreNearlyRight) {
  EXPECT_THAT(
      refusal(changed("[\"./smoke\"]", "[\"./smoke\", \"{nam}\"]")),
      HasSubstr("unknown placeholder {nam} in command; did you mean name?"));
  EXPECT_THAT(refusal(changed("[\"./smoke\"]", "[\"./smoke\", \"x{args}\"]")),
              HasSubstr("{args} must be an element of command of its own"));
  EXPECT_THAT(refusal(changed("command =", "args = [\"{args}\"]\ncommand =")),
              HasSubstr("{args} cannot stand in args"));
  EXPECT_THAT(
      refusal(changed("[\"./smoke\"]", "[\"./smoke\", \"{module}\"]")),
      HasSubstr("command names {module}, but validation smoke has none"));
}

TEST(PlanErrors, SayWhereTomlEnds) {
  const std::string text = refusal("[project\n");
  EXPECT_TRUE(text.starts_with("plan-not-toml | p.toml:1:9: not TOML: "))
      << text;
  EXPECT_THAT(refusal("a = 1\na = 2\n"), HasSubstr("p.toml:2:"));
  EXPECT_EQ(refusal("# ok\nx = \"\xff\"\n"),
            "plan-not-toml | p.toml:2:6: the plan is not UTF-8");
  EXPECT_THAT(refusal("x = \"\xed\xa0\x80\"\n"), HasSubstr("not UTF-8"));
  EXPECT_THAT(refusal("x = \"\xc0\xaf\"\n"), HasSubstr("not UTF-8"));
}

TEST(PlanErrors, BoundSizeAndDepth) {
  EXPECT_THAT(refusal(std::string((1 << 20) + 1, '#')),
              HasSubstr("p.toml:1:1: a plan is at most 1048576 bytes long"));
  std::string deep = "a";
  for (int i = 0; i < 200'000; ++i) {
    deep += ".a";
  }
  EXPECT_THAT(refusal(deep + " = 1\n"), HasSubstr("too many dots on one line"));
  EXPECT_THAT(refusal("a = " + std::string(200'000, '[')),
              HasSubstr("plan-not-toml"));
  EXPECT_EQ(refusal(with("# " + std::string(2000, '.') + "\n[project]\n" +
                         "contacts = [\"" + std::string(2000, '.') + "\"]\n")),
            "accepted");
}

TEST(PlanErrors, TheFirstInTheFileIsTold) {
  EXPECT_THAT(refusal("zzz = 1\n" + changed("30000", "true")),
              HasSubstr("p.toml:1:1"));
  EXPECT_THAT(
      refusal(changed("\"smoke\"", "\"a b\"") + "[project]\ntag = \"x\"\n"),
      HasSubstr("p.toml:2:8"));
}

TEST(PlanErrors, LongValuesAreShortened) {
  const std::string text =
      refusal(changed("30000", '"' + std::string(5000, 'x') + '"'));
  EXPECT_LT(text.size(), 200U);
}

}  // namespace
}  // namespace commands::plan
