// Makes a ledger of many events: bench_store FOLDER KEYS EVENTS, and says how
// long the signing of its head takes.
//
// Releases of a hundred events, named r0, r1, ..., every other one published;
// 256 of them are under way at a time, each adding a quarter of its life to a
// batch, but the last two, which commands add to. Everything goes the way of
// every append: ids, tree, indexes, views, signed head.

#include <chrono>
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "commands/plan/plan.h"
#include "ledger/opening.h"
#include "projections/releases.h"
#include "projections/timeline.h"

namespace {

using ledger::NewEvent;

constexpr std::size_t kEventsOfARelease = 100;
constexpr std::size_t kParts = 4;
constexpr std::size_t kReleasesOfABatch = 64;
// The last ones are of commands, a few events each: what an open finds in the
// logs is then the same whatever the size of the ledger.
constexpr std::size_t kReleasesByHand = 2;
constexpr std::size_t kEventsOfACommand = 2;
const std::string kCommit(40, 'c');

[[noreturn]] void end(const ledger::Error& error) {
  fmt::print(stderr, "bench_store: {}\n", error.message);
  std::exit(1);
}

template <class T>
T value_of(ledger::Result<T> result) {
  if (!result) {
    end(result.error());
  }
  return std::move(*result);
}

template <class Event>
void add(std::vector<NewEvent>& events, const Event& event) {
  events.push_back({event, {}});
}

// An attempt at one validation of the plan, with what is recorded of it.
void add_attempt(std::vector<NewEvent>& events,
                 const schema::Validation& validation,
                 std::uint32_t attempt) {
  schema::ValidationStarted started;
  started.name = validation.name;
  started.attempt = attempt;
  started.candidate = 1;
  started.commit = kCommit;
  started.location = validation.location;
  started.command = {"uv", "run", "./tools/run.py", validation.module_};
  started.log = fmt::format("logs/{}-1-{}.log", validation.name, attempt);
  started.timeout_s = validation.timeout_s;
  started.run_digest = validation.run_digest;
  started.digest = validation.digest;
  add(events, started);
  schema::ValidationCompleted completed;
  completed.name = validation.name;
  completed.attempt = attempt;
  completed.candidate = 1;
  completed.commit = kCommit;
  completed.outcome = schema::Outcome::passed;
  completed.exit_code = 0;
  completed.duration_s = 600;
  completed.run_digest = validation.run_digest;
  completed.digest = validation.digest;
  for (const schema::Acceptance& acceptance : validation.acceptance) {
    schema::Metric& metric = completed.metrics.emplace_back();
    metric.key = acceptance.key;
    metric.value = 41'000 + attempt;
    schema::Check& check = completed.checks.emplace_back();
    check.key = acceptance.key;
    check.op = acceptance.op;
    check.expected = acceptance.expected;
    check.actual = metric.value;
    check.passed = true;
  }
  add(events, completed);
}

// The last events, up to the hundredth.
void add_end(std::vector<NewEvent>& events,
             const std::string& name,
             bool published) {
  if (!published) {
    schema::ReleaseAbandoned abandoned;
    abandoned.reason = "made to be measured";
    add(events, abandoned);
  } else {
    schema::TagPushed pushed;
    pushed.tag = "v" + name;
    pushed.object = kCommit;
    add(events, pushed);
    schema::ReleaseCompleted completed;
    completed.tag = pushed.tag;
    completed.commit = kCommit;
    add(events, completed);
  }
  for (std::uint32_t i = 1; events.size() < kEventsOfARelease; ++i) {
    schema::StepFailed failed;  // a word more, to fill the hundred
    failed.step = "announce";
    failed.attempt = i;
    add(events, failed);
  }
}

std::vector<NewEvent> life_of(const std::string& name,
                              const schema::Plan& plan) {
  std::vector<NewEvent> events;
  schema::ReleaseStarted started;
  started.version = name;
  started.mode = schema::Mode::quick;
  add(events, started);
  schema::PlanRecorded planned;
  planned.digest = plan.digest;
  planned.attempt = 1;
  planned.plan = std::make_unique<schema::Plan>(plan);
  add(events, planned);
  schema::BranchCreated branch;
  branch.branch = fmt::format("staging/v{}-rc1", name);
  branch.commit = kCommit;
  branch.candidate = 1;
  add(events, branch);
  schema::BugCheckPassed bugs;
  bugs.candidate = 1;
  bugs.commit = kCommit;
  bugs.attempt = 1;
  add(events, bugs);
  for (std::uint32_t attempt = 1; events.size() + 3 < kEventsOfARelease;
       ++attempt) {
    add_attempt(
        events, plan.validations[attempt % plan.validations.size()], attempt);
  }
  add_end(events, name, name.back() % 2 == 0);
  return events;
}

struct Life {
  ledger::StreamId stream;
  std::vector<NewEvent> events;
  std::size_t committed = 0;
};

// Commits the next `size` events of each life; what is complete is taken out.
void commit_part(const ledger::Settings& settings,
                 const ledger::Ledger& book,
                 const schema::Actor& actor,
                 std::size_t size,
                 std::deque<Life>& lives) {
  ledger::Writable open =
      value_of(ledger::open_for_writing(settings, book.origin()));
  ledger::Commit commit(*open.store, open.head, settings, book.origin());
  commit.continue_from(open.anchored);
  const auto must = [](const ledger::Status& status) {
    if (!status) {
      end(status.error());
    }
  };
  must(commit.bring_views_up_to_date());
  const ledger::Uuid run = ledger::random_uuid();
  for (Life& life : lives) {
    const auto from =
        life.events.begin() + static_cast<std::ptrdiff_t>(life.committed);
    const std::vector<NewEvent> part(from,
                                     from + static_cast<std::ptrdiff_t>(size));
    (void)value_of(commit.add(life.stream, part, actor, run));
    life.committed += size;
  }
  std::erase_if(lives, [](const Life& life) {
    return life.committed == life.events.size();
  });
  must(ledger::commit_and_publish(commit, open, settings, 1));
  must(open.store->engine().maintain(ledger::kLogFilesMax));
}

// Milliseconds, the mean of many.
double time_of_signing(const ledger::Settings& settings,
                       const ledger::Ledger& book) {
  constexpr int kTimes = 1'000;
  const ledger::SignerKey key = value_of(ledger::load_or_create_key(
      settings.key_folder / book.origin(), book.origin()));
  const ledger::Checkpoint head = value_of(book.read()).checkpoint();
  std::size_t bytes = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kTimes; ++i) {
    bytes += ledger::sign(head, key).size();
  }
  const std::chrono::duration<double, std::milli> took =
      std::chrono::steady_clock::now() - begin;
  return bytes == 0 ? 0 : took.count() / kTimes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: bench_store FOLDER KEYS EVENTS\n");
    return 2;
  }
  const projections::Releases releases;
  const projections::Timeline timeline;
  const ledger::Projection* projections[] = {&releases, &timeline};
  const ledger::SystemClock clock;
  ledger::Settings settings;
  settings.folder = argv[1];
  settings.key_folder = argv[2];
  settings.projections = projections;
  settings.clock = &clock;
  settings.tool_version = "bench";
  schema::Actor actor;
  actor.name = "Ann";
  actor.email = "ann@example.org";
  const ledger::Ledger book =
      value_of(ledger::Ledger::open_or_create(settings, actor));
  const schema::Plan plan =
      value_of(commands::plan::parse_plan(
                   commands::plan::default_plan("release-notes"), "default"))
          .plan;
  const std::size_t count =
      std::strtoul(argv[3], nullptr, 10) / kEventsOfARelease;
  std::deque<Life> lives;
  const auto begin_life = [&](std::size_t number) {
    const std::string name = fmt::format("r{}", number);
    lives.push_back({ledger::release_stream(name), life_of(name, plan), 0});
  };
  std::size_t i = 0;
  while (i + kReleasesByHand < count || !lives.empty()) {
    for (std::size_t j = 0;
         j < kReleasesOfABatch && i + kReleasesByHand < count;
         ++j) {
      begin_life(i++);
    }
    commit_part(settings, book, actor, kEventsOfARelease / kParts, lives);
  }
  while (i < count || !lives.empty()) {
    if (lives.empty()) {
      begin_life(i++);
    }
    commit_part(settings, book, actor, kEventsOfACommand, lives);
  }
  fmt::print("{} releases, {} events; signing the head takes {:.3f} ms\n",
             count,
             count * kEventsOfARelease,
             time_of_signing(settings, book));
  return 0;
}
