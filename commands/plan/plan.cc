#include "commands/plan/plan.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "commands/plan/check.h"
#include "commands/plan/problems.h"
#include "commands/plan/sections.h"
#include "commands/plan/toml_reader.h"

namespace commands::plan {
namespace {

using ledger::ErrorCode;
using ledger::fail;

struct CloseFile {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};

}  // namespace

ledger::Result<LoadedPlan> parse_plan(std::string_view text,
                                      std::string_view file_name) {
  RL_ASSIGN(const toml::table source, parse_toml(text, file_name));
  Problems problems(file_name);
  LoadedPlan loaded{read_sections(source, problems), {}};
  // The checks rely on every value having its type.
  RL_TRY(problems.first());
  const Checking checking{loaded.plan, source, problems};
  check_project(checking);
  check_remote_settings(checking);
  check_validations(checking);
  check_acceptance(checking);
  check_dependencies(checking);
  check_metrics(checking);
  check_approval(checking);
  RL_TRY(problems.first());
  loaded.warnings = problems.warnings();
  fill_digests(loaded.plan);
  return loaded;
}

ledger::Result<LoadedPlan> read_plan(const std::filesystem::path& file) {
  const std::unique_ptr<std::FILE, CloseFile> stream(
      std::fopen(file.c_str(), "rbe"));
  if (stream == nullptr && errno == ENOENT) {
    return fail(ErrorCode::kUsage,
                "plan-not-found",
                fmt::format("{}: there is no plan", file.string()),
                "release-ledger init writes one");
  }
  std::string text(kPlanBytesMax + 1, '\0');
  const std::size_t size =
      stream == nullptr ? 0
                        : std::fread(text.data(), 1, text.size(), stream.get());
  if (stream == nullptr || std::ferror(stream.get()) != 0) {
    return fail(ErrorCode::kIo,
                "plan-unreadable",
                fmt::format("{}: {}", file.string(), std::strerror(errno)));
  }
  text.resize(size);
  return parse_plan(text, file.string());
}

}  // namespace commands::plan
