// metrics_file of one validation: where it is, and that it is its own.

#include <algorithm>
#include <filesystem>

#include "commands/plan/check.h"
#include "commands/plan/placeholders.h"
#include "commands/plan/plan.h"
#include "commands/plan/toml_reader.h"

namespace commands::plan {
namespace {

class MetricsFileCheck {
 public:
  MetricsFileCheck(const Checking& checking, std::size_t index)
      : checking_(checking),
        validation_(checking.plan.validations[index]),
        index_(index) {}

  void run() {
    if (validation_.metrics_file.empty()) {
      check_unused();
      return;
    }
    check_path();
    check_words();
    check_place();
  }

 private:
  void refuse(std::string_view key, std::string what) {
    checking_.problems.refuse(
        place_at(checking_.source,
                 {Step("validation"), Step(index_), Step(key)}),
        std::move(what));
  }

  void check_unused() {
    if (names(command_template(checking_.plan, validation_), "metrics_file") ||
        names(validation_.args, "metrics_file") ||
        names(validation_.launcher_args, "metrics_file")) {
      refuse("args",
             fmt::format("{{metrics_file}} is used, but validation {} names "
                         "no metrics_file",
                         validation_.name));
    }
  }

  void check_path() {
    const std::filesystem::path path(validation_.metrics_file);
    const bool leaves = std::ranges::find(path, "..") != path.end();
    if (path.is_absolute() || leaves || !path.has_filename() ||
        path.filename() == ".") {
      refuse("metrics_file",
             fmt::format("metrics_file must be a file below the work tree, "
                         "not \"{}\"",
                         validation_.metrics_file));
    }
  }

  void check_words() {
    for (const std::string& word : placeholders(validation_.metrics_file)) {
      if (word != "run" && word != "name" && word != "version" &&
          word != "candidate") {
        refuse("metrics_file",
               fmt::format("unknown placeholder {{{}}} in metrics_file; known "
                           "are run, name, version, candidate",
                           word));
      }
    }
  }

  void check_place() {
    if (validation_.location == schema::Location::remote) {
      refuse("metrics_file",
             fmt::format("validation {} is remote: a file it writes on the "
                         "cluster cannot be read; let it print its metrics",
                         validation_.name));
    } else if (shares_its_file()) {
      refuse("metrics_file",
             fmt::format("validation {} can run beside another that writes "
                         "the same metrics_file \"{}\"; put {{name}} in it",
                         validation_.name,
                         validation_.metrics_file));
    }
  }

  // One beside it would read, or take away, what the other has written.
  bool shares_its_file() const {
    const schema::RunSettings& run = *checking_.plan.run;
    const std::string& file = validation_.metrics_file;
    const auto words = placeholders(file);
    const bool is_own = std::ranges::count(words, "run") > 0 ||
                        std::ranges::count(words, "name") > 0;
    return run.max_local > 1 && run.checkout != schema::Checkout::isolated &&
           !is_own &&
           std::ranges::count(checking_.plan.validations,
                              file,
                              &schema::Validation::metrics_file) > 1;
  }

  const Checking& checking_;
  const schema::Validation& validation_;
  std::size_t index_;
};

}  // namespace

void check_metrics_file(const Checking& checking, std::size_t index) {
  MetricsFileCheck(checking, index).run();
}

}  // namespace commands::plan
