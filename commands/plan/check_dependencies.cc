// depends_on: every name known, no cycle, nothing out of reach.

#include <algorithm>

#include "commands/nearest.h"
#include "commands/plan/check.h"
#include "commands/plan/toml_reader.h"

namespace commands::plan {
namespace {

class DependencyCheck {
 public:
  explicit DependencyCheck(const Checking& checking)
      : checking_(checking), state_(validations().size(), State::kNew) {}

  void run() {
    for (std::size_t i = 0; i < validations().size(); ++i) {
      check_names(i);
    }
    for (std::size_t i = 0; i < validations().size() && !found_; ++i) {
      visit_all_from(i);
    }
  }

 private:
  enum class State { kNew, kOpen, kDone };
  struct Visit {
    std::size_t index;
    std::size_t next_dependency;
  };

  const std::vector<schema::Validation>& validations() const {
    return checking_.plan.validations;
  }
  Place place(std::size_t index) const {
    return place_at(checking_.source,
                    {Step("validation"), Step(index), Step("depends_on")});
  }
  std::size_t index_of(std::string_view name) const {
    const auto found =
        std::ranges::find(validations(), name, &schema::Validation::name);
    return static_cast<std::size_t>(found - validations().begin());
  }

  void check_names(std::size_t index) {
    const schema::Validation& validation = validations()[index];
    for (const std::string& name : validation.depends_on) {
      const std::size_t other = index_of(name);
      if (other == validations().size()) {
        std::vector<std::string> names;
        std::ranges::transform(validations(),
                               std::back_inserter(names),
                               &schema::Validation::name);
        std::erase(names, validation.name);  // itself is no help
        checking_.problems.refuse(
            place(index),
            fmt::format("validation {} depends on {}, which is not in the "
                        "plan{}",
                        validation.name,
                        name,
                        suggestion(name, names)));
        continue;
      }
      for (const std::string& set : validation.sets) {
        const auto& sets = validations()[other].sets;
        if (std::ranges::find(sets, set) == sets.end()) {
          checking_.problems.warn(
              place(index),
              fmt::format("validation {} cannot run in the {} set: {}, which "
                          "it depends on, is not in it",
                          validation.name,
                          set,
                          name));
        }
      }
    }
  }

  // Depth first without recursion; the open visits are the path.
  void visit_all_from(std::size_t start) {
    if (state_[start] != State::kNew) {
      return;
    }
    state_[start] = State::kOpen;
    std::vector<Visit> path = {{start, 0}};
    while (!path.empty() && !found_) {
      Visit& visit = path.back();
      const auto& names = validations()[visit.index].depends_on;
      if (visit.next_dependency == names.size()) {
        state_[visit.index] = State::kDone;
        path.pop_back();
        continue;
      }
      const std::size_t other = index_of(names[visit.next_dependency++]);
      if (other == validations().size() || state_[other] == State::kDone) {
        continue;
      }
      if (state_[other] == State::kOpen) {
        refuse_cycle(path, other);
        return;
      }
      state_[other] = State::kOpen;
      path.push_back({other, 0});
    }
  }

  void refuse_cycle(const std::vector<Visit>& path, std::size_t back_to) {
    found_ = true;
    const auto begin = std::ranges::find(path, back_to, &Visit::index);
    std::string cycle;
    for (auto visit = begin; visit != path.end(); ++visit) {
      cycle += validations()[visit->index].name + " -> ";
    }
    checking_.problems.refuse(place(back_to),
                              fmt::format("depends_on runs in a circle: {}{}",
                                          cycle,
                                          validations()[back_to].name));
  }

  const Checking& checking_;
  std::vector<State> state_;
  bool found_ = false;
};

}  // namespace

void check_dependencies(const Checking& checking) {
  DependencyCheck(checking).run();
}

}  // namespace commands::plan
