// Many processes at once, and processes killed at random. What was
// acknowledged is kept outside the store, in pipes, and compared afterwards.
//
// RL_KILLS and RL_TORTURE_ROUNDS make the short form of CI a long one.

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/ledger/scene.h"

namespace ledger_tests {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// A child process that writes lines to a pipe.
class Child {
 public:
  explicit Child(const std::function<void(int pipe)>& act) {
    int ends[2];
    RL_CHECK(::pipe(ends) == 0, "no pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      act(ends[1]);
      ::_exit(0);
    }
    ::close(ends[1]);
    pipe_ = ends[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { ::close(pipe_); }

  void kill() const { ::kill(pid_, SIGKILL); }

  // Until it wrote so many lines, or ended.
  void wait_for_lines(std::int64_t count) {
    while (std::ranges::count(text_, '\n') < count && read_some()) {
    }
  }

  // What it wrote until its end; its exit status.
  std::pair<std::vector<std::string>, int> finish() {
    while (read_some()) {
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text_.size();) {
      const auto end = text_.find('\n', at);
      if (end == std::string::npos) {
        break;  // a line cut by the kill was not acknowledged
      }
      lines.push_back(text_.substr(at, end - at));
      at = end + 1;
    }
    return {lines, status};
  }

 private:
  bool read_some() {
    char buffer[4096];
    const ssize_t count = ::read(pipe_, buffer, sizeof buffer);
    text_.append(buffer, static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return count > 0;
  }

  pid_t pid_ = 0;
  int pipe_ = -1;
  std::string text_;
};

// Appends facts `from`, `from` + 1, ... to `stream`, each written to the pipe
// once it is acknowledged.
void append_for_ever(const Scene& scene,
                     const std::string& stream,
                     std::uint64_t from,
                     int pipe,
                     std::uint64_t count) {
  for (std::uint64_t i = from; i < from + count; ++i) {
    ledger::AppendRequest request;
    request.stream = ledger::release_stream(stream);
    request.next_version = i;
    request.events = {{fact(static_cast<std::uint32_t>(i) + 1, stream), {}}};
    request.actor = ann();
    const auto receipt = scene.append(request);
    if (!receipt) {
      const std::string line = "error " + receipt.error().message + "\n";
      (void)!::write(pipe, line.data(), line.size());
      return;
    }
    const std::string line =
        fmt::format("{} {}\n", i, receipt->positions.front());
    (void)!::write(pipe, line.data(), line.size());
  }
}

// The number of events, if verify finds no problem. In a process of its own,
// so that this one never starts RocksDB's threads.
std::uint64_t verified_events(const Scene& scene) {
  Child verifier([&](int pipe) {
    const auto verification = scene.verify();
    const std::string line = verification.problems.empty()
                                 ? fmt::format("{}\n", verification.events)
                                 : verification.problems.front().what + "\n";
    (void)!::write(pipe, line.data(), line.size());
  });
  const auto [lines, status] = verifier.finish();
  EXPECT_EQ(status, 0);
  EXPECT_EQ(lines.size(), 1U);
  return lines.empty() ? 0 : std::strtoull(lines[0].c_str(), nullptr, 10);
}

TEST(Kill, AtRandomMomentsLosesAndDoublesNothing) {
  const std::uint64_t kills = number_from("RL_KILLS", 60);
  const std::uint64_t seed =
      number_from("RL_KILL_SEED", std::random_device()());
  std::fprintf(stderr, "seed: RL_KILL_SEED=%lu\n", seed);
  std::mt19937_64 random(seed);
  const Scene scene;
  {
    Child creator([&](int) { (void)scene.ledger(); });
    (void)creator.finish();
  }
  std::uint64_t acknowledged = 0;  // events 0 .. acknowledged - 1
  std::uint64_t unacknowledged = 0;
  for (std::uint64_t round = 0; round < kills; ++round) {
    Child writer([&](int pipe) {
      append_for_ever(scene, "1.4.0", acknowledged, pipe, 1'000'000);
    });
    writer.wait_for_lines(static_cast<std::int64_t>(random() % 4));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    writer.kill();
    const auto [lines, status] = writer.finish();
    ASSERT_TRUE(WIFSIGNALED(status)) << (lines.empty() ? "" : lines.back());
    for (const std::string& line : lines) {
      ASSERT_EQ(line.substr(0, line.find(' ')), std::to_string(acknowledged))
          << line;
      ++acknowledged;
    }
    // A reader in a process of its own, for RocksDB's threads are not ours.
    Child reader([&](int pipe) {
      const auto head =
          scene.read().stream_head(ledger::release_stream("1.4.0"));
      const std::string line =
          fmt::format("{}\n", *head ? (*head)->version + 1 : 0);
      (void)!::write(pipe, line.data(), line.size());
    });
    const auto answer = reader.finish();
    ASSERT_EQ(answer.first.size(), 1U) << "round " << round;
    const std::uint64_t stored = std::stoull(answer.first.front());
    ASSERT_GE(stored, acknowledged) << "lost in round " << round;
    ASSERT_LE(stored, acknowledged + 1);
    unacknowledged += stored - acknowledged;
  }
  EXPECT_GE(verified_events(scene), 1 + acknowledged);
  std::fprintf(stderr,
               "%lu kills, %lu acknowledged, %lu times stored unacknowledged\n",
               kills,
               acknowledged,
               unacknowledged);
}

// Looks at the ledger again and again: dense, growing, views equal to events.
void watch(const Scene& scene, int pipe, std::uint64_t rounds) {
  std::uint64_t size = 0;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    const auto snapshot = scene.ledger().read();
    std::string wrong;
    if (!snapshot) {
      wrong = snapshot.error().message;
    } else if (snapshot->size() < size) {
      wrong = "the ledger became smaller";
    } else {
      size = snapshot->size();
      const auto folded =
          ledger::fold_all(snapshot->store(), scene.view, nullptr);
      const auto rows = snapshot->rows(scene.view);
      if (!folded || !rows || rows->size() != folded->rows.size()) {
        wrong = "the view is not the fold";
      } else if (!std::ranges::equal(
                     *rows,
                     folded->rows,
                     {},
                     &ledger::Row::bytes,
                     [](const auto& pair) { return pair.second.bytes; })) {
        wrong = "a row is not the fold";
      }
    }
    if (!wrong.empty()) {
      wrong += "\n";
      (void)!::write(pipe, wrong.data(), wrong.size());
    }
  }
}

TEST(Torture, OfEightWritersAndEightReadersGivesOneHistory) {
  const std::uint64_t rounds = number_from("RL_TORTURE_ROUNDS", 8);
  constexpr std::size_t kEach = 8;
  Scene scene;
  scene.lock_timeout = std::chrono::milliseconds(60'000);
  {
    Child creator([&](int) { (void)scene.ledger(); });
    (void)creator.finish();
  }
  std::vector<std::unique_ptr<Child>> writers;
  std::vector<std::unique_ptr<Child>> readers;
  for (std::size_t i = 0; i < kEach; ++i) {
    writers.push_back(std::make_unique<Child>([&, i](int pipe) {
      append_for_ever(scene, std::to_string(i), 0, pipe, rounds);
    }));
    readers.push_back(
        std::make_unique<Child>([&](int pipe) { watch(scene, pipe, rounds); }));
  }
  std::set<std::string> positions;
  for (const auto& writer : writers) {
    const auto [lines, status] = writer->finish();
    EXPECT_EQ(status, 0);
    EXPECT_EQ(lines.size(), rounds) << (lines.empty() ? "" : lines.back());
    for (const std::string& line : lines) {
      EXPECT_TRUE(positions.insert(line.substr(line.find(' '))).second)
          << "one position for two events: " << line;
    }
  }
  for (const auto& reader : readers) {
    const auto [lines, status] = reader->finish();
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(lines.empty()) << lines.front();
  }
  EXPECT_EQ(verified_events(scene), 1 + kEach * rounds);
}

// Readers look at the ledger while another process changes it.
void expect_right_answers_beside(const Scene& scene,
                                 const std::function<void(int pipe)>& change) {
  constexpr int kReaders = 4;
  constexpr std::uint64_t kLooks = 40;
  Child changer(change);
  std::vector<std::unique_ptr<Child>> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.push_back(
        std::make_unique<Child>([&](int pipe) { watch(scene, pipe, kLooks); }));
  }
  const auto [changes, status] = changer.finish();
  EXPECT_EQ(status, 0);
  for (const std::string& line : changes) {
    EXPECT_FALSE(line.starts_with("error")) << line;
  }
  for (const auto& reader : readers) {
    const auto [lines, reader_status] = reader->finish();
    EXPECT_EQ(reader_status, 0);
    EXPECT_TRUE(lines.empty()) << lines.front();
  }
}

// A ledger with `count` events, made in a process of its own.
void fill_elsewhere(const Scene& scene, int count) {
  Child filler([&](int) { scene.fill(count); });
  EXPECT_EQ(filler.finish().second, 0);
}

TEST(Torture, OfReadersBesideMaintenanceGivesRightAnswers) {
  constexpr std::uint64_t kAppends = 120;  // more than one maintenance
  Scene scene;
  scene.lock_timeout = std::chrono::milliseconds(60'000);
  fill_elsewhere(scene, 3);
  expect_right_answers_beside(scene, [&](int pipe) {
    append_for_ever(scene, "1.4.0", 0, pipe, kAppends);
  });
  std::size_t tables = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(scene.folder() / "db")) {
    tables += entry.path().extension() == ".sst" ? 1U : 0U;
  }
  EXPECT_GT(tables, 0U) << "there was no maintenance";
}

TEST(Torture, OfReadersBesideRebuildsGivesRightAnswers) {
  constexpr int kRebuilds = 20;
  Scene scene;
  scene.lock_timeout = std::chrono::milliseconds(60'000);
  fill_elsewhere(scene, 30);
  expect_right_answers_beside(scene, [&](int pipe) {
    for (int i = 0; i < kRebuilds; ++i) {
      const auto rebuilt = scene.ledger().rebuild(nullptr);
      const std::string line =
          rebuilt ? "rebuilt\n" : "error " + rebuilt.error().message + "\n";
      (void)!::write(pipe, line.data(), line.size());
    }
  });
}

// Counted, not timed: how many reads pass a writer by. Measured on two cores:
// 60 to 100 for each append, and without the gate 12,000.
TEST(Torture, OfManyReadersLetsAWriterThrough) {
  constexpr int kReaders = 8;
  constexpr std::uint64_t kAppends = 10;
  constexpr std::size_t kReadsPerAppendMax = 1000;
  Scene scene;
  scene.lock_timeout = std::chrono::milliseconds(60'000);
  fill_elsewhere(scene, 3);
  std::vector<std::unique_ptr<Child>> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.push_back(std::make_unique<Child>([&](int pipe) {
      const ledger::Ledger book = scene.ledger();
      while (book.read()) {
        (void)!::write(pipe, "\n", 1);
      }
    }));
    readers.back()->wait_for_lines(1);
  }
  Child writer(
      [&](int pipe) { append_for_ever(scene, "1.4.0", 0, pipe, kAppends); });
  const auto [appends, status] = writer.finish();
  EXPECT_EQ(status, 0);
  EXPECT_EQ(appends.size(), kAppends) << (appends.empty() ? "" : appends[0]);
  std::size_t reads = 0;
  for (const auto& reader : readers) {
    reader->kill();
    reads += reader->finish().first.size();
  }
  std::fprintf(stderr, "%zu reads beside %lu appends\n", reads, kAppends);
  EXPECT_GT(reads, kAppends) << "the readers did not run beside it";
  EXPECT_LT(reads, kAppends * kReadsPerAppendMax);
}

}  // namespace
}  // namespace ledger_tests
