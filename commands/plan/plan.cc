#include "commands/plan/plan.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

#include "commands/plan/check.h"
#include "commands/plan/problems.h"
#include "commands/plan/sections.h"
#include "commands/plan/toml_reader.h"
#include "ledger/allowed_signers.h"

namespace commands::plan {
namespace {

using ledger::ErrorCode;
using ledger::fail;

struct CloseFile {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};

constexpr std::string_view kSignersName = "allowed_signers";

// Nothing where there is no such file; what is beyond the bound is cut off by
// one byte, so that the reader notices.
ledger::Result<std::optional<std::string>> read_text(
    const std::filesystem::path& file) {
  const std::unique_ptr<std::FILE, CloseFile> stream(
      std::fopen(file.c_str(), "rbe"));
  if (stream == nullptr && errno == ENOENT) {
    return std::nullopt;
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
  return text;
}

// Whose keys may sign is policy: it is recorded with the plan, so that a
// signature can be checked later with nothing but the record.
ledger::Status add_signers(const std::filesystem::path& file,
                           schema::Plan& plan) {
  RL_ASSIGN(const auto text, read_text(file));
  if (!text) {
    return {};
  }
  std::istringstream lines(*text);
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (ledger::is_signer_comment(line)) {
      continue;
    }
    if (const auto signer = ledger::parse_signer(line); !signer) {
      return fail(
          ErrorCode::kUsage,
          "plan-invalid",
          fmt::format(
              "{}:{}: {}", file.string(), number, signer.error().message),
          signer.error().hint);
    }
    plan.allowed_signers.push_back(std::move(line));
  }
  return {};
}

// Without digests: the signers, which they cover, are still to come.
ledger::Result<LoadedPlan> parse_plan(std::string_view text,
                                      std::string_view file_name,
                                      Problems& problems) {
  RL_ASSIGN(const toml::table source, parse_toml(text, file_name));
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
  check_tracker(checking);
  check_metrics_out(checking);
  check_channels(checking);
  check_forge(checking);
  RL_TRY(problems.first());
  loaded.warnings = problems.warnings();
  return loaded;
}

}  // namespace

ledger::Result<LoadedPlan> parse_plan(std::string_view text,
                                      std::string_view file_name) {
  Problems problems(file_name);
  RL_ASSIGN(LoadedPlan loaded, parse_plan(text, file_name, problems));
  fill_digests(loaded.plan);
  return loaded;
}

std::vector<std::string> mistakes_of(const std::filesystem::path& file) {
  const auto text = read_text(file);
  Problems problems(file.string());
  if (text && *text) {
    (void)parse_plan(**text, file.string(), problems);
  }
  return problems.refusals();
}

ledger::Result<LoadedPlan> read_plan(const std::filesystem::path& file) {
  RL_ASSIGN(const auto text, read_text(file));
  if (!text) {
    return fail(ErrorCode::kUsage,
                "plan-not-found",
                fmt::format("{}: there is no plan", file.string()),
                "release-ledger init writes one");
  }
  const std::string file_name = file.string();
  Problems problems(file_name);
  RL_ASSIGN(LoadedPlan loaded, parse_plan(*text, file_name, problems));
  RL_TRY(add_signers(file.parent_path() / kSignersName, loaded.plan));
  fill_digests(loaded.plan);
  return loaded;
}

}  // namespace commands::plan
