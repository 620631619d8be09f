// What is given to others: proofs, tiles, packs, and the second verifier that
// checks them without the program.

#include <filesystem>

#include "tests/e2e/release_test.h"

namespace e2e {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Proofs : public ReleaseTest {
 protected:
  std::string head() const { return (scratch_.ledger() / "HEAD").string(); }
  std::string keys() const { return (scratch_.ledger() / "keys").string(); }

  Ended python(Arguments arguments) const {
    support::Invocation invocation;
    invocation.argv = {"python3"};
    invocation.argv.insert(
        invocation.argv.end(), arguments.begin(), arguments.end());
    invocation.directory = scratch_.root();
    invocation.environment = scratch_.environment();
    return support::run(invocation);
  }
  Ended second(Arguments arguments) const {
    arguments.insert(arguments.begin(), RL_VERIFY_PACK);
    return python(arguments);
  }
  // Every bit it looks at is found.
  void expect_damage_found(Arguments arguments) const {
    arguments.insert(arguments.begin(), RL_DAMAGE);
    const Ended ended = python(arguments);
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  }
  void succeed(const Arguments& arguments) const {
    const Ended ended = rl(arguments);
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
  }
  json agreed(const Arguments& arguments) const {
    const Ended ended = second(arguments);
    EXPECT_EQ(ended.exit_code, kDone) << shown(ended);
    return ended.exit_code == kDone ? support::parse_object(ended.out)
                                    : json::object();
  }
  std::string root() const {
    return support::parse_object(rl({"verify", "--json"}).out)["root"];
  }
};

TEST_F(Proofs, OfAnEventAreTakenByTheSecondVerifier) {
  prepare();
  for (const char* position : {"0", "1", "3"}) {
    succeed({"prove", position, "--json", "--out", place("proof")});
    const json proof = agreed({"proof", place("proof"), "--key", keys()});
    EXPECT_EQ(std::to_string(proof["position"].get<int>()), position);
    json shape = support::parse_object(support::read_file(place("proof")));
    EXPECT_TRUE(support::missing_keys(shape,
                                      {"position",
                                       "envelope",
                                       "leaf_hash",
                                       "path",
                                       "head",
                                       "checkpoint",
                                       "proof"})
                    .empty());
    const Ended text = rl({"prove", position});
    EXPECT_EQ(text.out, shape["proof"].get<std::string>());
    // Of another event it is no proof.
    const json other = support::parse_object(rl({"prove", "2", "--json"}).out);
    shape["envelope"] = other["envelope"];
    support::write_file(place("proof"), shape.dump());
    EXPECT_EQ(second({"proof", place("proof"), "--key", keys()}).exit_code,
              kIntegrity);
  }
}

TEST_F(Proofs, OfGrowthLeadFromAKeptHead) {
  prepare();
  fs::copy_file(head(), place("kept"));
  EXPECT_EQ(step("bug-check", {"--confirm-bugs", "none"}).exit_code, kDone);
  succeed({"prove", "--since", place("kept"), "--out", place("growth")});
  const json grown = agreed(
      {"growth", place("growth"), "--since", place("kept"), "--key", keys()});
  EXPECT_LT(grown["old_size"].get<int>(), grown["size"].get<int>());
  succeed({"verify", "--head", place("kept")});
  // Another head is no beginning of it.
  EXPECT_EQ(
      second({"growth", place("growth"), "--since", head(), "--key", keys()})
          .exit_code,
      kIntegrity);
}

TEST_F(Proofs, OfAHeadKeptElsewhereShowARollback) {
  prepare();
  succeed({"backup", place("backup")});
  EXPECT_EQ(step("bug-check", {"--confirm-bugs", "none"}).exit_code, kDone);
  fs::copy_file(head(), place("kept"));
  // The whole folder as it was, key and all: by itself it is in order.
  const auto all = fs::copy_options::recursive;
  fs::remove_all(scratch_.ledger());
  fs::copy(fs::path(place("backup")) / "ledger", scratch_.ledger(), all);
  succeed({"verify"});
  const Ended refused = rl({"verify", "--head", place("kept"), "--json"});
  EXPECT_EQ(refused.exit_code, kIntegrity) << shown(refused);
  EXPECT_THAT(refused.out, HasSubstr("records-missing"));
  expect_bare_refusal(rl({"prove", "--since", place("kept")}), kIntegrity);
  // And gone on from there, it is another history.
  EXPECT_EQ(step("bug-check", {"--confirm-bugs", "really"}).exit_code, kDone);
  EXPECT_EQ(step("workflow-tests").exit_code, kDone);
  const Ended rewritten = rl({"verify", "--head", place("kept"), "--json"});
  EXPECT_EQ(rewritten.exit_code, kIntegrity) << shown(rewritten);
  EXPECT_THAT(rewritten.out, HasSubstr("history-differs"));
}

TEST_F(Proofs, ThatCannotBeGivenAreRefusedInALine) {
  prepare();
  expect_bare_refusal(rl({"prove"}), kUsage);
  expect_bare_refusal(rl({"prove", "1", "--since", head()}), kUsage);
  expect_bare_refusal(rl({"prove", "99"}), kUsage);
  expect_bare_refusal(rl({"prove", "x"}), kUsage);
  expect_bare_refusal(rl({"prove", "--since", place("none")}), kUsage);
  support::write_file(place("no-head"), "no head\n");
  expect_bare_refusal(rl({"prove", "--since", place("no-head")}), kUsage);
  expect_refusal(rl({"verify", "--head", place("no-head")}), kUsage);
  expect_bare_refusal(rl({"export", "file", "--tlog", place("log")}), kUsage);
}

TEST_F(Proofs, TilesAndExportsAreTakenAndTheirDamageIsFound) {
  reach_tested();
  succeed({"export", "--tlog", place("log")});
  succeed({"export", "-o", place("lines")});
  for (const json& taken :
       {agreed({"tlog", place("log"), "--key", keys()}),
        agreed({"export", place("lines"), "--head", head()})}) {
    EXPECT_EQ(taken["root"], root());
  }
  expect_damage_found({"tlog", place("log")});
  expect_damage_found({"export", place("lines"), head()});
}

TEST_F(Proofs, APackIsTakenAndItsDamageIsFound) {
  reach_published();
  succeed({"report", kVersion, "--out", place("pack.tar"), "--logs"});
  const json taken = agreed({"pack", place("pack.tar"), "--head", head()});
  EXPECT_EQ(taken["root"], root());
  EXPECT_EQ(taken["release"], kVersion);
  EXPECT_EQ(taken["logs"], 1);
  expect_damage_found({"pack", place("pack.tar")});
}

TEST_F(Proofs, APackIsCheckedByOneFileFarFromTheSources) {
  reach_published();
  succeed({"report", kVersion, "--out", place("pack.tar"), "--logs"});
  const json told = agreed({"bundle", place("one.pyz")});
  EXPECT_EQ(agreed({"bundle", place("two.pyz")}), told);
  EXPECT_EQ(support::read_file(place("one.pyz")),
            support::read_file(place("two.pyz")));
  // Isolated: no path, no variable and no package helps it.
  const Ended alone =
      python({"-I", "-S", place("one.pyz"), "pack", place("pack.tar")});
  EXPECT_EQ(alone.exit_code, kDone) << shown(alone);
  EXPECT_EQ(alone.out, second({"pack", place("pack.tar")}).out);
  std::string bytes = support::read_file(place("pack.tar"));
  bytes[bytes.size() / 2] ^= 1;
  support::write_file(place("pack.tar"), bytes);
  EXPECT_EQ(python({"-I", "-S", place("one.pyz"), "pack", place("pack.tar")})
                .exit_code,
            kIntegrity);
}

// Another machine's key has signed the head, and no event names it yet.
TEST_F(Proofs, APackOfAnImportIsTaken) {
  reach_published();
  succeed({"export", "-o", place("lines")});
  const Environment there = {{"XDG_CONFIG_HOME", place("there")}};
  const Arguments pack = {"--ledger",
                          place("import"),
                          "report",
                          kVersion,
                          "--out",
                          place("pack.tar")};
  EXPECT_EQ(rl({"--ledger", place("import"), "import", place("lines")}, there)
                .exit_code,
            kDone);
  const Ended packed = rl(pack, there);
  EXPECT_EQ(packed.exit_code, kDone) << shown(packed);
  const json taken = agreed({"pack", place("pack.tar")});
  EXPECT_EQ(taken["root"], root());
  EXPECT_EQ(taken["writer_recorded"], false);
  EXPECT_EQ(agreed({"pack",
                    place("pack.tar"),
                    "--key",
                    (fs::path(place("import")) / "keys").string()})["keys"],
            "given");
  // Who has only the key of the first machine does not take it.
  EXPECT_EQ(second({"pack", place("pack.tar"), "--key", keys()}).exit_code,
            kIntegrity);
  succeed({"report", kVersion, "--out", place("own.tar")});
  EXPECT_EQ(agreed({"pack", place("own.tar")})["writer_recorded"], true);
}

TEST_F(Proofs, APackIsTheSameBytesAndTheSameFiles) {
  reach_tested();
  succeed({"report", kVersion, "--out", place("one.tar")});
  succeed({"report", kVersion, "--out", place("two.tar")});
  EXPECT_EQ(support::read_file(place("one.tar")),
            support::read_file(place("two.tar")));
  succeed({"report", "--out", place("pack")});
  EXPECT_EQ(agreed({"pack", place("pack")}),
            agreed({"pack", place("one.tar")}));
  for (const char* name : {"MANIFEST",
                           "audit.json",
                           "checkpoint",
                           "events.jsonl",
                           "logs.json",
                           "proofs/0.tlog-proof",
                           "status.json",
                           "summary.md"}) {
    EXPECT_TRUE(fs::exists(fs::path(place("pack")) / name)) << name;
  }
  expect_bare_refusal(rl({"report", "--out", place("pack")}), kUsage);
  expect_bare_refusal(rl({"report", "9.9", "--out", place("more")}), kUsage);
  EXPECT_FALSE(fs::exists(place("more")));
}

}  // namespace
}  // namespace e2e
