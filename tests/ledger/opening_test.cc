// What is and what is not a ledger, and what its two heads say of each other.

#include <fstream>

#include "tests/ledger/scene.h"

namespace ledger_tests {
namespace {

namespace fs = std::filesystem;
using ledger::ErrorCode;
using ledger::Ledger;

std::string open_reason(const Scene& scene) {
  const auto opened = Ledger::open(scene.settings());
  if (!opened) {
    return opened.error().reason;
  }
  const auto snapshot = opened->read();
  return snapshot ? "" : snapshot.error().reason;
}

std::string append_reason(const Scene& scene) {
  const auto opened = Ledger::open_or_create(scene.settings(), ann());
  if (!opened) {
    return opened.error().reason;
  }
  ledger::AppendRequest request;
  request.stream = ledger::release_stream("late");
  request.events = {{fact(1, "late"), {}}};
  request.actor = ann();
  return reason_of(opened->append(request));
}

void copy_over(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

TEST(Opening, OfNothingSaysSo) {
  const Scene scene;
  const auto opened = Ledger::open(scene.settings());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(opened.error().reason, "no-ledger");
  EXPECT_FALSE(fs::exists(scene.folder()));
}

TEST(Opening, OfAnEmptyFolderFindsNoLedgerAndCreatesOneThere) {
  const Scene scene;
  fs::create_directory(scene.folder());
  EXPECT_EQ(open_reason(scene), "no-ledger");
  EXPECT_EQ(append_reason(scene), "");
}

TEST(Opening, OfAFileIsAUsageError) {
  const Scene scene;
  std::ofstream(scene.folder()) << "x";
  const auto opened = Ledger::open_or_create(scene.settings(), ann());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kUsage);
  EXPECT_EQ(opened.error().reason, "not-a-ledger");
}

TEST(Opening, OfAnotherFolderIsAUsageErrorAndChangesNothing) {
  const Scene scene;
  fs::create_directory(scene.folder());
  std::ofstream(scene.folder() / "notes.txt") << "x";
  EXPECT_EQ(open_reason(scene), "not-a-ledger");
  EXPECT_EQ(append_reason(scene), "not-a-ledger");
  EXPECT_EQ(std::distance(fs::directory_iterator(scene.folder()),
                          fs::directory_iterator{}),
            1);
}

TEST(Opening, OfAGitFolderIsAUsageError) {
  const Scene scene;
  fs::create_directory(scene.folder());
  std::ofstream(scene.folder() / "HEAD") << "ref: refs/heads/main\n";
  EXPECT_EQ(open_reason(scene), "not-a-ledger");
}

TEST(Opening, TakesAFolderNamedWithASlashOrRelatively) {
  const Scene scene;
  auto settings = scene.settings();
  settings.folder = scene.folder().string() + "/";
  ASSERT_TRUE(Ledger::open_or_create(settings, ann()));
  EXPECT_EQ(scene.read().size(), 1U);
  const fs::path before = fs::current_path();
  fs::current_path(scene.place());
  settings.folder = "other";
  const auto relative = Ledger::open_or_create(settings, ann());
  EXPECT_TRUE(relative);
  fs::current_path(before);
}

TEST(Opening, RefusesAnOriginThatIsNoPlainName) {
  const Scene scene;
  scene.fill(1);
  ledger::Checkpoint forged = scene.read().checkpoint();
  forged.origin = "../elsewhere";
  const ledger::SignerKey key{forged.origin, std::string(32, 'k')};
  std::ofstream(scene.folder() / "HEAD") << ledger::sign(forged, key);
  EXPECT_EQ(open_reason(scene), "head-damaged");
}

TEST(Opening, WithoutHeadIsDamage) {
  const Scene scene;
  scene.fill(1);
  fs::remove(scene.folder() / "HEAD");
  EXPECT_EQ(open_reason(scene), "ledger-incomplete");
  EXPECT_EQ(append_reason(scene), "ledger-incomplete");
}

TEST(Opening, WithoutTheStoreIsDamage) {
  const Scene scene;
  scene.fill(1);
  fs::remove_all(scene.folder() / "db");
  EXPECT_EQ(open_reason(scene), "ledger-incomplete");
  EXPECT_EQ(append_reason(scene), "ledger-incomplete");
  EXPECT_FALSE(fs::exists(scene.folder() / "db"));
}

TEST(Opening, WithAnEmptyHeadIsDamage) {
  const Scene scene;
  scene.fill(1);
  std::ofstream(scene.folder() / "HEAD", std::ios::trunc).flush();
  EXPECT_EQ(open_reason(scene), "head-damaged");
}

TEST(Opening, WithoutTheWritersKeysIsDamage) {
  const Scene scene;
  scene.fill(1);
  fs::remove_all(scene.folder() / "keys");
  EXPECT_EQ(open_reason(scene), "keys-missing");
}

TEST(Opening, WithHeadOfAnOlderStateIsDamage) {
  const Scene scene;
  scene.fill(1);
  const auto older = scene.place() / "older";
  fs::copy(scene.folder() / "HEAD", older);
  ASSERT_TRUE(scene.append(scene.next("0", "one")));
  ASSERT_TRUE(scene.append(scene.next("0", "two")));
  fs::copy(
      older, scene.folder() / "HEAD", fs::copy_options::overwrite_existing);
  EXPECT_EQ(open_reason(scene), "head-disagrees");
  EXPECT_EQ(append_reason(scene), "head-disagrees");
}

TEST(Opening, WithHeadOfAHistoryThatWentApartIsDamage) {
  const Scene scene;
  scene.fill(2);
  auto elsewhere = scene.settings();
  elsewhere.folder = scene.place() / "elsewhere";
  copy_over(scene.folder(), elsewhere.folder);
  ASSERT_TRUE(
      Ledger::open(elsewhere)->append(scene.next("1", "there")).has_value());
  // As large as this one was before its newest batch, and signed by its key.
  for (const char* reason : {"here", "and here"}) {
    ASSERT_TRUE(scene.append(scene.next("1", reason)));
    fs::copy(elsewhere.folder / "HEAD",
             scene.folder() / "HEAD.there",
             fs::copy_options::overwrite_existing);
    fs::copy(scene.folder() / "HEAD", scene.place() / "HEAD.here");
    fs::rename(scene.folder() / "HEAD.there", scene.folder() / "HEAD");
    EXPECT_EQ(open_reason(scene), "head-disagrees") << reason;
    EXPECT_EQ(append_reason(scene), "head-disagrees") << reason;
    fs::rename(scene.place() / "HEAD.here", scene.folder() / "HEAD");
  }
}

TEST(Opening, WithTheStoreOfAnOlderStateIsDamage) {
  const Scene scene;
  scene.fill(2);
  const auto older = scene.place() / "older";
  copy_over(scene.folder() / "db", older);
  ASSERT_TRUE(scene.append(scene.next("0", "acknowledged")));
  copy_over(older, scene.folder() / "db");
  const auto snapshot = Ledger::open(scene.settings()).value().read();
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().code, ErrorCode::kCorruption);
  EXPECT_EQ(snapshot.error().reason, "records-missing");
  EXPECT_NE(snapshot.error().message.find("3 events"), std::string::npos);
  EXPECT_NE(snapshot.error().message.find("says 4"), std::string::npos);
  EXPECT_EQ(append_reason(scene), "records-missing");
}

TEST(Opening, WithTheStoreOfAnotherLedgerIsDamage) {
  const Scene scene;
  scene.fill(2);
  const Scene other;
  other.fill(2);
  copy_over(other.folder() / "db", scene.folder() / "db");
  EXPECT_EQ(open_reason(scene), "head-disagrees");
}

TEST(Opening, WithAHeadSignedByAStrangerIsDamage) {
  const Scene scene;
  scene.fill(1);
  const ledger::SignerKey stranger{scene.ledger().origin(),
                                   std::string(32, 'x')};
  const std::string note = ledger::sign(scene.read().checkpoint(), stranger);
  std::ofstream(scene.folder() / "HEAD") << note;
  EXPECT_EQ(open_reason(scene), "head-signature");
  EXPECT_EQ(append_reason(scene), "head-signature");
}

TEST(Opening, NoticesThatTheLedgerWasReplacedSinceItWasOpened) {
  const Scene scene;
  scene.fill(1);
  const Ledger opened = scene.ledger();
  const Scene other;
  other.fill(1);
  copy_over(other.folder(), scene.folder());
  EXPECT_EQ(reason_of(opened.read()), "ledger-replaced");
}

TEST(Opening, MakesAPrivateKeyOnlyTheOwnerMayRead) {
  const Scene scene;
  const auto ledger = scene.ledger();
  const auto file = scene.place() / "keys-of-ann" / ledger.origin();
  EXPECT_EQ(fs::status(file).permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(scene.folder()).permissions(), fs::perms::owner_all);
}

TEST(Opening, RefusesAKeyFileThatHoldsSomethingElse) {
  const Scene scene;
  scene.fill(1);
  std::ofstream(scene.place() / "keys-of-ann" / scene.ledger().origin())
      << "what";
  EXPECT_EQ(append_reason(scene), "key-unreadable");
  EXPECT_EQ(open_reason(scene), "") << "readers need no key";
}

TEST(Opening, CanReadAFolderThatMayNotBeWritten) {
  const Scene scene;
  scene.fill(1);
  for (const auto& entry : fs::recursive_directory_iterator(scene.folder())) {
    fs::permissions(
        entry.path(), fs::perms::owner_write, fs::perm_options::remove);
  }
  fs::permissions(
      scene.folder(), fs::perms::owner_write, fs::perm_options::remove);
  EXPECT_EQ(open_reason(scene), "");
  fs::permissions(scene.folder(), fs::perms::owner_all);
  for (const auto& entry : fs::recursive_directory_iterator(scene.folder())) {
    fs::permissions(
        entry.path(), fs::perms::owner_write, fs::perm_options::add);
  }
}

}  // namespace
}  // namespace ledger_tests
