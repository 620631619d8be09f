// Shell completion, made from the same table of verbs that parses the command
// line, so that it cannot fall behind. Names of releases, validations, metrics
// and roles come from the ledger, by `names`.

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/ranges.h>

#include "commands/metrics/report.h"
#include "commands/nearest.h"
#include "projections/entries.h"
#include "schema/event.h"
#include "schema/release/assess.h"
#include "tools/release_ledger/command_line.h"
#include "tools/release_ledger/verbs.h"

namespace tools {
namespace {

struct VerbWords {
  std::string name;
  std::string description;
  std::vector<std::string> flags;
  std::vector<std::string> kinds;  // of names that it takes: "releases" ...
  std::vector<std::string> words;  // that it takes: its own verbs, its kinds
  std::vector<VerbWords> below;    // "plan show"
};

// What is typed after an option, or as an argument of this name.
std::vector<std::string> known_words(const std::string& name) {
  static const std::vector<std::string> kStepNames = [] {
    std::vector<std::string> names;
    for (const schema::Step step : schema::kSteps) {
      names.emplace_back(schema::word(step));
    }
    return names;
  }();
  static const std::map<std::string, std::vector<std::string>> kWords = {
      {"--step", kStepNames},
      {"step", kStepNames},
      {"--color", {"auto", "always", "never"}},
      {"--state", projections::state_words()},
      {"--agg", {"max", "min", "mean", "p50", "p95", "last"}},
      {"--group-by", {"validation", "release", "month"}},
      {"--type", schema::type_names()},
      {"--format", commands::metrics::report_format_names()},
      {"kind", {"releases", "validations", "metrics", "roles"}},
      {"shell", {"bash", "zsh", "fish"}}};
  const auto it = kWords.find(name);
  return it == kWords.end() ? std::vector<std::string>() : it->second;
}

// Which names an argument of this name is one of, or empty.
std::string kind_of(const std::string& argument) {
  static const std::map<std::string, std::string> kKinds = {
      {"release", "releases"},
      {"from", "releases"},
      {"validation", "validations"},
      {"check", "validations"},
      {"key", "metrics"}};
  const auto it = kKinds.find(argument);
  return it == kKinds.end() ? "" : it->second;
}

std::vector<std::string> kinds_of(const CLI::App& verb) {
  std::vector<std::string> kinds;
  for (const CLI::Option* option : verb.get_options()) {
    const std::string kind =
        option->get_positional() ? kind_of(option->get_name(true)) : "";
    if (!kind.empty()) {
      kinds.push_back(kind);
    }
  }
  return kinds;
}

std::vector<VerbWords> verbs_of(const CLI::App& app) {
  std::vector<VerbWords> verbs;
  for (const CLI::App* sub :
       app.get_subcommands([](const CLI::App*) { return true; })) {
    VerbWords verb{sub->get_name(),
                   sub->get_description(),
                   flags_of(*sub),
                   kinds_of(*sub),
                   {},
                   verbs_of(*sub)};
    for (const CLI::Option* option : sub->get_options()) {
      if (option->get_positional()) {
        std::ranges::copy(known_words(option->get_name(true)),
                          std::back_inserter(verb.words));
      }
    }
    for (const VerbWords& below : verb.below) {
      verb.words.push_back(below.name);
    }
    verbs.push_back(std::move(verb));
  }
  return verbs;
}

// Those of every verb; the others are of the steps and go with no other verb.
std::vector<std::string> shared_flags(const CLI::App& app) {
  CLI::App steps;
  RunOptions unused;
  verbs::add_run_options(steps, unused);
  const std::vector<std::string> others = flags_of(steps);  // --help too
  std::vector<std::string> flags = flags_of(app);
  std::erase_if(flags, [&](const std::string& flag) {
    return std::ranges::find(others, flag) != others.end();
  });
  return flags;
}

// Where the same name is a flag of one verb and takes a value in another, it
// is left alone.
std::map<std::string, std::string> valued_options(const CLI::App& app) {
  std::map<std::string, std::string> types;
  std::set<std::string> flags;
  const auto look = [&](const CLI::App& one) {
    for (const CLI::Option* option : one.get_options()) {
      for (const std::string& name : option->get_lnames()) {
        if (option->get_expected_max() == 0) {
          flags.insert("--" + name);
        } else {
          types.emplace("--" + name, option->get_type_name());
        }
      }
    }
  };
  look(app);
  for (const CLI::App* sub :
       app.get_subcommands([](const CLI::App*) { return true; })) {
    for (auto& [name, type] : valued_options(*sub)) {
      types.emplace(name, type);
    }
    look(*sub);
  }
  std::erase_if(types,
                [&](const auto& entry) { return flags.contains(entry.first); });
  return types;
}

bool is_file(const std::string& type) {
  static const std::set<std::string> kFiles = {
      "FILE", "FOLDER", "DIR", "PLACE", "HEAD-FILE"};
  return kFiles.contains(type);
}

std::string names_of(const std::vector<VerbWords>& verbs) {
  std::vector<std::string> names;
  for (const VerbWords& verb : verbs) {
    names.push_back(verb.name);
  }
  return fmt::format("{}", fmt::join(names, " "));
}

// Only names without a character that a shell would take for its own.
std::string names_command(const std::string& kind) {
  return fmt::format(
      "release-ledger names {} 2>/dev/null | "
      "grep -x \"[0-9A-Za-z_][0-9A-Za-z._+/-]*\"",
      kind);
}

std::string all_names(const VerbWords& verb, std::string_view format) {
  std::string text;
  for (const std::string& kind : verb.kinds) {
    text += fmt::format(fmt::runtime(format), names_command(kind));
  }
  return text;
}

// Options whose value is a name of the ledger.
const std::map<std::string, std::string> kNamedOptions = {
    {"--validation", "validations"},
    {"--role", "roles"},
    {"--releases", "releases"},
    {"--version", "releases"}};

// `text` with each @NAME@ replaced; shell scripts are full of braces.
std::string fill(
    std::string text,
    const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [name, value] : values) {
    for (std::size_t at = 0; (at = text.find(name, at)) != text.npos;
         at += value.size()) {
      text.replace(at, name.size(), value);
    }
  }
  return text;
}

constexpr const char* kBash = R"sh(# bash completion of release-ledger; put the
# output of `release-ledger completion bash` into
# ~/.local/share/bash-completion/completions/release-ledger
_release_ledger() {
  local current="${COMP_WORDS[COMP_CWORD]}" words verb="" below=""
  case "${COMP_WORDS[COMP_CWORD - 1]}" in
@OPTIONS@  esac
  if ((COMP_CWORD > 1)); then verb="${COMP_WORDS[1]}"; fi
  if ((COMP_CWORD > 2)); then below="${COMP_WORDS[2]}"; fi
  case "$verb $below" in
@CASES@    *) words="@VERBS@ @FLAGS@" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _release_ledger release-ledger
)sh";

// What stands after an option, for bash.
std::string bash_option(const std::string& option, const std::string& type) {
  const auto named = kNamedOptions.find(option);
  const auto words = known_words(option);
  if (named == kNamedOptions.end() && words.empty()) {
    return fmt::format("    {}) COMPREPLY=({}); return ;;\n",
                       option,
                       is_file(type) ? "$(compgen -f -- \"$current\")" : "");
  }
  return fmt::format(
      "    {}) words=\"{}\"\n"
      "      COMPREPLY=($(compgen -W \"$words\" -- \"$current\")); return ;;\n",
      option,
      words.empty() ? fmt::format("$({})", names_command(named->second))
                    : fmt::format("{}", fmt::join(words, " ")));
}

// One case each: "plan show" before "plan".
std::string bash_case(const VerbWords& verb,
                      const std::string& pattern,
                      const std::vector<std::string>& shared) {
  return fmt::format("    {}) words=\"{} {} {}{}\" ;;\n",
                     pattern,
                     fmt::join(verb.words, " "),
                     fmt::join(verb.flags, " "),
                     fmt::join(shared, " "),
                     all_names(verb, " $({})"));
}

std::string bash(const CLI::App& app, const std::vector<VerbWords>& verbs) {
  const std::vector<std::string> shared = shared_flags(app);
  std::string cases;
  for (const VerbWords& verb : verbs) {
    for (const VerbWords& below : verb.below) {
      cases += bash_case(
          below, fmt::format("\"{} {}\"", verb.name, below.name), shared);
    }
    cases += bash_case(verb, fmt::format("\"{} \"*", verb.name), shared);
  }
  std::string options;
  for (const auto& [option, type] : valued_options(app)) {
    options += bash_option(option, type);
  }
  return fill(kBash,
              {{"@CASES@", cases},
               {"@OPTIONS@", options},
               {"@VERBS@", names_of(verbs)},
               {"@FLAGS@", fmt::format("{}", fmt::join(flags_of(app), " "))}});
}

constexpr const char* kZsh = R"sh(#compdef release-ledger
# zsh completion of release-ledger: put it as _release_ledger on your fpath.
_release_ledger() {
  local -a verbs names flags shared
  verbs=(
@VERBS@  )
  flags=(@FLAGS@)
  shared=(@SHARED@)
  if ((CURRENT == 2)); then
    _describe 'verb' verbs
    compadd -- $flags
    return
  fi
  case "$words[CURRENT-1]" in
@OPTIONS@  esac
  case "$words[2]" in
@CASES@  esac
  compadd -- $shared
}
_release_ledger "$@"
)sh";

std::string zsh_option(const std::string& option, const std::string& type) {
  const auto named = kNamedOptions.find(option);
  const auto words = known_words(option);
  if (!words.empty()) {
    return fmt::format(
        "    {}) compadd -- {}; return ;;\n", option, fmt::join(words, " "));
  }
  if (named != kNamedOptions.end()) {
    return fmt::format(
        "    {}) names=(${{(f)\"$({})\"}})\n"
        "      compadd -- $names; return ;;\n",
        option,
        names_command(named->second));
  }
  return fmt::format(
      "    {}) {}return ;;\n", option, is_file(type) ? "_files; " : "");
}

std::string zsh(const CLI::App& app, const std::vector<VerbWords>& verbs) {
  std::string described;
  std::string cases;
  for (const VerbWords& verb : verbs) {
    std::string text = verb.description;
    std::erase(text, '\'');
    std::erase(text, ':');
    described += fmt::format("    '{}:{}'\n", verb.name, text);
    cases += fmt::format("    {}) compadd -- {} {}{}\n      ;;\n",
                         verb.name,
                         fmt::join(verb.words, " "),
                         fmt::join(verb.flags, " "),
                         all_names(verb,
                                   "\n      names=(${{(f)\"$({})\"}})"
                                   "; compadd -- $names"));
  }
  std::string options;
  for (const auto& [option, type] : valued_options(app)) {
    options += zsh_option(option, type);
  }
  return fill(
      kZsh,
      {{"@VERBS@", described},
       {"@FLAGS@", fmt::format("{}", fmt::join(flags_of(app), " "))},
       {"@SHARED@", fmt::format("{}", fmt::join(shared_flags(app), " "))},
       {"@OPTIONS@", options},
       {"@CASES@", cases}});
}

// What a value of the option is completed with, or nothing.
std::string fish_value(const std::string& flag) {
  if (const auto words = known_words(flag); !words.empty()) {
    return fmt::format(" -x -a '{}'", fmt::join(words, " "));
  }
  const auto named = kNamedOptions.find(flag);
  return named == kNamedOptions.end()
             ? ""
             : fmt::format(" -x -a '({})'", names_command(named->second));
}

std::string fish(const CLI::App& app, const std::vector<VerbWords>& verbs) {
  std::string text =
      "# fish completion of release-ledger: put it into "
      "~/.config/fish/completions/release-ledger.fish\n"
      "complete -c release-ledger -f\n";
  for (const VerbWords& verb : verbs) {
    std::string description = verb.description;
    std::erase(description, '\'');
    text += fmt::format(
        "complete -c release-ledger -n __fish_use_subcommand -a {} -d '{}'\n",
        verb.name,
        description);
    for (const std::string& flag : verb.flags) {
      text += fmt::format(
          "complete -c release-ledger -n '__fish_seen_subcommand_from {}' -l "
          "{}{}\n",
          verb.name,
          flag.substr(2),
          fish_value(flag));
    }
    if (!verb.words.empty()) {
      text += fmt::format(
          "complete -c release-ledger -n '__fish_seen_subcommand_from {}' -a "
          "'{}'\n",
          verb.name,
          fmt::join(verb.words, " "));
    }
    for (const std::string& kind : verb.kinds) {
      text += fmt::format(
          "complete -c release-ledger -n '__fish_seen_subcommand_from {}' -a "
          "'({})'\n",
          verb.name,
          names_command(kind));
    }
  }
  const auto shared = shared_flags(app);
  for (const std::string& flag : flags_of(app)) {
    const bool is_shared = std::ranges::find(shared, flag) != shared.end();
    text += fmt::format("complete -c release-ledger{} -l {}{}\n",
                        is_shared ? "" : " -n __fish_use_subcommand",
                        flag.substr(2),
                        fish_value(flag));
  }
  return text;
}

}  // namespace

Result<std::string> completion(const CLI::App& app, const std::string& shell) {
  const std::vector<VerbWords> verbs = verbs_of(app);
  if (shell == "bash") {
    return bash(app, verbs);
  }
  if (shell == "zsh") {
    return zsh(app, verbs);
  }
  if (shell == "fish") {
    return fish(app, verbs);
  }
  return ledger::fail(
      ledger::ErrorCode::kUsage,
      "no-such-shell",
      fmt::format("there is no completion for \"{}\"{}",
                  shell,
                  commands::suggestion(shell, {"bash", "zsh", "fish"})),
      "bash, zsh or fish");
}

}  // namespace tools
