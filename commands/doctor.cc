#include "commands/doctor.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "commands/doctor_services.h"
#include "commands/plan/plan.h"
#include "ledger/health.h"
#include "ledger/opening.h"

namespace commands {
namespace {

using State = Finding::State;
using std::chrono::milliseconds;

// What the figures of docs/benchmarks.md were measured with.
constexpr std::uint64_t kEventsMeasured = 1'000'000;
constexpr std::uint64_t kReleasesMeasured = 10'000;
// RocksDB keeps 128 files open.
constexpr std::size_t kTablesMany = 100;
constexpr std::uint64_t kFreeBytesFew = 1ULL << 30U;
constexpr std::chrono::microseconds kSyncSlow{20'000};
// A busy ledger is told, not waited for.
constexpr milliseconds kPatience{1'000};

// What several checks look at.
struct Scene {
  const Environment& environment;
  Result<plan::LoadedPlan> plan;
  std::optional<ledger::Ledger> book;  // nothing: none yet, or unreadable
  std::optional<ledger::Snapshot> snapshot;
  std::optional<Error> trouble;  // why there is no snapshot
};

Finding ok(std::string detail) {
  return {"", State::kOk, std::move(detail), "", ErrorCode::kInternal};
}

Finding warning(std::string detail, std::string hint) {
  return {"",
          State::kWarning,
          std::move(detail),
          std::move(hint),
          ErrorCode::kInternal};
}

Finding broken(const Error& error) {
  return {"", State::kBroken, error.message, error.hint, error.code};
}

std::string megabytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

Finding check_libraries(const Scene&) {
  return ok(ledger::library_build());
}

Finding check_git(const Scene& scene) {
  const auto top = scene.environment.git->top_level();
  if (!top) {
    return warning(top.error().message,
                   "the steps of a release need a git work tree");
  }
  const auto who = scene.environment.git->identity();
  if (!who || who->name.empty() || who->email.empty()) {
    return warning("git does not know who acts",
                   "git config user.name and user.email, or --actor");
  }
  return ok(
      fmt::format("{}, as {} <{}>", top->string(), who->name, who->email));
}

Finding check_plan(const Scene& scene) {
  const std::filesystem::path& file = scene.environment.plan_file;
  if (file.empty()) {
    return warning("there is none: this is no git work tree",
                   "--plan FILE names one");
  }
  const auto& loaded = scene.plan;
  if (!loaded && loaded.error().reason == "plan-not-found") {
    return warning(loaded.error().message, loaded.error().hint);
  }
  if (!loaded) {
    return broken(loaded.error());
  }
  if (!loaded->warnings.empty()) {
    return warning(loaded->warnings.front(),
                   "release-ledger plan check tells all");
  }
  const std::size_t count = loaded->plan.validations.size();
  return ok(fmt::format(
      "{}, {} validation{}", file.string(), count, count == 1 ? "" : "s"));
}

Finding check_book(const Scene& scene) {
  if (scene.snapshot) {
    const std::string detail =
        fmt::format("{} events in {}, root {}",
                    scene.snapshot->size(),
                    scene.environment.ledger.folder.string(),
                    ledger::to_hex(scene.snapshot->checkpoint().root));
    const auto& warnings = scene.snapshot->warnings();
    return warnings.empty() ? ok(detail)
                            : warning(warnings.front(),
                                      "release-ledger verify looks closer");
  }
  if (scene.trouble->code == ErrorCode::kNotFound) {
    return ok("none yet; the first event creates it");
  }
  if (scene.trouble->code == ErrorCode::kBusy) {
    return warning(scene.trouble->message, scene.trouble->hint);
  }
  return broken(*scene.trouble);
}

Finding check_lock(const Scene& scene) {
  const auto writer = ledger::writer_at_work(scene.environment.ledger.folder);
  return ok(writer ? "held by " + *writer : "free");
}

Finding check_size(const Scene& scene) {
  if (!scene.snapshot && scene.trouble->code == ErrorCode::kNotFound) {
    return ok("no ledger yet");
  }
  return judge_size(ledger::usage(scene.environment.ledger.folder));
}

Finding check_limits(const Scene& scene) {
  return scene.snapshot ? judge_limits(scene.snapshot->size(),
                                       scene.snapshot->streams() - 1)
                        : ok("nothing to count");
}

Finding check_disk(const Scene& scene) {
  const auto time = ledger::sync_time(scene.environment.ledger.folder);
  return time ? judge_sync_time(*time)
              : ok("the time of a sync cannot be measured here");
}

Finding check_clock(const Scene& scene) {
  if (!scene.snapshot) {
    return ok("nothing to compare with");
  }
  const milliseconds behind(scene.snapshot->latest_at_ms() -
                            scene.environment.clock->now_ms());
  return behind > ledger::kClockTolerance
             ? warning(fmt::format("{} s behind the newest event",
                                   behind.count() / 1000),
                       "set this machine's clock")
             : ok("not behind the newest event");
}

Finding check_key(const Scene& scene) {
  if (!scene.book) {
    return ok("none is needed yet");
  }
  const ledger::KeyFacts facts =
      ledger::key_facts(scene.environment.ledger, scene.book->origin());
  if (!facts.present) {
    return warning(
        fmt::format("{} is not there", facts.file.string()),
        "the next append makes a new one and records it on the ledger");
  }
  if (facts.public_half.empty()) {
    return {"",
            State::kBroken,
            fmt::format("{} holds no private key of this ledger",
                        facts.file.string()),
            "move it away and a new key is made and recorded",
            ErrorCode::kIo};
  }
  if (!facts.private_to_owner) {
    return warning(fmt::format("{} may be read by others", facts.file.string()),
                   fmt::format("chmod 600 {}", facts.file.string()));
  }
  const auto recorded = scene.snapshot
                            ? ledger::recorded_keys(scene.snapshot->store())
                            : Result<std::vector<std::string>>();
  if (!recorded) {
    return broken(recorded.error());
  }
  const bool known =
      std::ranges::find(*recorded, facts.public_half) != recorded->end();
  return known || !scene.snapshot
             ? ok(facts.file.string())
             : warning(fmt::format("{} is not recorded on the ledger yet",
                                   facts.file.string()),
                       "the next append records it");
}

struct Check {
  std::string_view name;
  Finding (*look)(const Scene& scene);
};
constexpr std::array kChecks = {Check{"libraries", check_libraries},
                                Check{"git", check_git},
                                Check{"plan", check_plan},
                                Check{"lock", check_lock},
                                Check{"ledger", check_book},
                                Check{"size", check_size},
                                Check{"limits", check_limits},
                                Check{"disk", check_disk},
                                Check{"clock", check_clock},
                                Check{"key", check_key}};

}  // namespace

std::string_view word(Finding::State state) {
  switch (state) {
    case State::kOk:
      return "ok";
    case State::kWarning:
      return "warning";
    case State::kBroken:
      break;
  }
  return "broken";
}

Finding judge_size(const ledger::Usage& usage) {
  const std::string detail = fmt::format(
      "store {} in {} tables and {} logs, logs of validations {}, free {}",
      megabytes(usage.store_bytes),
      usage.tables,
      usage.store_logs,
      megabytes(usage.log_bytes),
      megabytes(usage.free_bytes));
  if (usage.free_bytes < kFreeBytesFew) {
    return warning(detail, "free some space; a full disk refuses appends");
  }
  if (usage.tables > kTablesMany) {
    return warning(detail, "many tables make every command slow; rebuild");
  }
  if (usage.kept_bytes != 0) {
    return warning(
        fmt::format("{}, stores as crashes left them {}",
                    detail,
                    megabytes(usage.kept_bytes)),
        "remove db.torn-* in the ledger's folder when you have looked at it");
  }
  return ok(detail);
}

Finding judge_limits(std::uint64_t events, std::uint64_t releases) {
  const std::string detail =
      fmt::format("{} events, {} releases", events, releases);
  const bool near = events > kEventsMeasured / 10 * 8 ||
                    releases > kReleasesMeasured / 10 * 8;
  return near ? warning(detail,
                        fmt::format("measured up to {} events and {} releases; "
                                    "begin a new ledger with --new-ledger "
                                    "before it hurts",
                                    kEventsMeasured,
                                    kReleasesMeasured))
              : ok(detail);
}

Finding judge_sync_time(std::chrono::microseconds time) {
  const std::string detail =
      fmt::format("a synced write takes {} us", time.count());
  return time > kSyncSlow
             ? warning(detail, "every append waits for a few of them")
             : ok(detail);
}

std::vector<Finding> examine(const Environment& environment) {
  Scene scene{environment, plan::read_plan(environment.plan_file), {}, {}, {}};
  ledger::Settings settings = environment.ledger;
  settings.lock_timeout = std::min(settings.lock_timeout, kPatience);
  auto opened = ledger::Ledger::open(std::move(settings));
  if (opened) {
    scene.book = std::move(*opened);
    auto snapshot = scene.book->read();
    if (snapshot) {
      scene.snapshot = std::move(*snapshot);
    } else {
      scene.trouble = std::move(snapshot.error());
    }
  } else {
    scene.trouble = std::move(opened.error());
  }
  std::vector<Finding> findings;
  for (const Check& check : kChecks) {
    findings.push_back(check.look(scene));
    findings.back().check = check.name;
  }
  // What a plan that cannot be read wants to ask is not known.
  if (scene.plan) {
    std::ranges::move(examine_services(environment, scene.plan->plan),
                      std::back_inserter(findings));
  }
  return findings;
}

}  // namespace commands
