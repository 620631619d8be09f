#include "tests/projections/random_history.h"

#include <set>
#include <utility>

#include "schema/identity.h"

namespace projections_tests {
namespace {

using schema::Outcome;
using schema_tests::kAnn;
using schema_tests::kJack;
using schema_tests::kRobb;
using schema_tests::Life;

using Random = std::mt19937;

std::uint32_t below(Random& random, std::uint32_t bound) {
  return static_cast<std::uint32_t>(random() % bound);
}

bool has_result(const Life& life) {
  const auto* smoke = schema::find_validation(life.newest(), "smoke");
  return smoke != nullptr && smoke->result != nullptr;
}

void act_on_evidence(Life& life, Random& random) {
  switch (below(random, 9)) {
    case 0:
      life.bugs_doubted();
      break;
    case 1:
      life.bugs_confirmed();
      break;
    case 2:
      life.bugs_found(below(random, 3));
      break;
    case 3:
      life.running("smoke");
      break;
    case 4:
      life.ended("smoke", static_cast<Outcome>(3 + below(random, 5)), 1);
      break;
    case 5:
      life.skipped("smoke", "no data");
      break;
    case 6:
      if (has_result(life)) {
        life.waived("smoke");
      }
      break;
    default:
      life.measured("smoke", 20'000 + below(random, 30'000));
  }
}

void act_on_signatures(Life& life, Random& random) {
  switch (below(random, 4)) {
    case 0:
      life.approved(kRobb, "release-manager");
      break;
    case 1:
      life.approved(kJack, "technical-lead");
      break;
    case 2:
      life.revoked(kJack, "technical-lead");
      break;
    default:
      life.notes();
  }
}

void act_on_publication(Life& life, Random& random) {
  const schema::ReleaseRecord& record = life.record();
  if (record.completed) {
    life.add(schema::ReleaseYanked());
  } else if (record.announcement) {
    life.completed();
  } else if (record.tag_pushed) {
    life.announced();
  } else if (record.publication) {
    below(random, 2) == 0 ? life.refused() : life.published();
  } else {
    life.publishing();
  }
}

void act(Life& life, Random& random) {
  if (!schema::is_started(life.record())) {
    life.started();
    return;
  }
  if (life.record().candidates.empty()) {
    life.candidate('a');
    return;
  }
  const std::uint32_t kind = below(random, 20);
  if (kind < 11) {
    act_on_evidence(life, random);
  } else if (kind < 15) {
    act_on_signatures(life, random);
  } else if (kind < 17) {
    act_on_publication(life, random);
  } else if (kind == 17) {
    life.candidate(static_cast<char>('a' + below(random, 6)));
  } else if (kind == 18) {
    life.plan_changed(
        schema_tests::plan_with_bound(20'000 + below(random, 20'000)));
  } else {
    life.raised();
  }
}

// Whether each of these facts is a new one: a ledger records none twice.
bool are_new(const std::string& release,
             const std::vector<schema::Event>& events,
             std::set<std::string>& known) {
  for (const schema::Event& event : events) {
    if (!known.insert(schema::identity_text("", release, event)).second) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::vector<HistoryStep> random_history(std::uint32_t seed, std::size_t count) {
  Random random(seed);
  std::vector<std::pair<std::string, Life>> lives;
  for (const char* name : {"1.0", "2.0", "3.0"}) {
    lives.emplace_back(name, Life(name));
  }
  const std::vector<std::string> people = {kAnn, kJack, kRobb};
  std::set<std::string> known;
  std::vector<HistoryStep> steps;
  while (steps.size() < count) {
    auto& [name, life] = lives[below(random, 3)];
    const std::size_t before = life.events().size();
    HistoryStep step{name, people[below(random, 3)], {}};
    Life next = life;
    act(next.by(step.by), random);
    step.events.assign(
        next.events().begin() + static_cast<std::ptrdiff_t>(before),
        next.events().end());
    if (!step.events.empty() && are_new(name, step.events, known)) {
      life = std::move(next);
      steps.push_back(std::move(step));
    }
  }
  return steps;
}

}  // namespace projections_tests
