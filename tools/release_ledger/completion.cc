// Shell completion, made from the same table of verbs that parses the command
// line, so that it cannot fall behind. Names of releases, validations, metrics
// and roles come from the ledger, by `names`.

#include <array>
#include <map>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/ranges.h>

#include "commands/nearest.h"
#include "tools/release_ledger/command_line.h"

namespace tools {
namespace {

struct VerbWords {
  std::string name;
  std::string description;
  std::vector<std::string> flags;
  std::vector<std::string> kinds;  // of names that it takes: "releases" ...
};

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
    verbs.push_back({sub->get_name(),
                     sub->get_description(),
                     flags_of(*sub),
                     kinds_of(*sub)});
  }
  return verbs;
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
constexpr std::array<std::pair<const char*, const char*>, 3> kNamedOptions = {
    {{"--validation", "validations"},
     {"--role", "roles"},
     {"--releases", "releases"}}};

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
  local current="${COMP_WORDS[COMP_CWORD]}" words verb=""
  case "${COMP_WORDS[COMP_CWORD - 1]}" in
    --step) words="prepare-branch bug-check workflow-tests release announce"
      COMPREPLY=($(compgen -W "$words" -- "$current")); return ;;
    --plan | --ledger)
      COMPREPLY=($(compgen -f -- "$current")); return ;;
@OPTIONS@  esac
  if ((COMP_CWORD > 1)); then verb="${COMP_WORDS[1]}"; fi
  case "$verb" in
@CASES@    *) words="@VERBS@" ;;
  esac
  COMPREPLY=($(compgen -W "$words @FLAGS@" -- "$current"))
}
complete -F _release_ledger release-ledger
)sh";

std::string bash(const CLI::App& app, const std::vector<VerbWords>& verbs) {
  std::string cases;
  for (const VerbWords& verb : verbs) {
    cases += fmt::format("    {}) words=\"{}{}\" ;;\n",
                         verb.name,
                         fmt::join(verb.flags, " "),
                         all_names(verb, " $({})"));
  }
  std::string options;
  for (const auto& [option, kind] : kNamedOptions) {
    options += fmt::format(
        "    {}) words=\"$({})\"\n"
        "      COMPREPLY=($(compgen -W \"$words\" -- \"$current\")); return "
        ";;\n",
        option,
        names_command(kind));
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
  local -a verbs names flags
  verbs=(
@VERBS@  )
  flags=(@FLAGS@)
  if ((CURRENT == 2)); then
    _describe 'verb' verbs
    compadd -- $flags
    return
  fi
  case "$words[CURRENT-1]" in
    --step) compadd prepare-branch bug-check workflow-tests release announce
      return ;;
    --plan|--ledger) _files; return ;;
@OPTIONS@  esac
  case "$words[2]" in
@CASES@  esac
  compadd -- $flags
}
_release_ledger "$@"
)sh";

std::string zsh(const CLI::App& app, const std::vector<VerbWords>& verbs) {
  std::string described;
  std::string cases;
  for (const VerbWords& verb : verbs) {
    std::string text = verb.description;
    std::erase(text, '\'');
    std::erase(text, ':');
    described += fmt::format("    '{}:{}'\n", verb.name, text);
    if (!verb.kinds.empty()) {
      cases += fmt::format("    {}){}\n      ;;\n",
                           verb.name,
                           all_names(verb,
                                     "\n      names=(${{(f)\"$({})\"}})"
                                     "; compadd -- $names"));
    }
  }
  std::string options;
  for (const auto& [option, kind] : kNamedOptions) {
    options += fmt::format(
        "    {}) names=(${{(f)\"$({})\"}})\n"
        "      compadd -- $names; return ;;\n",
        option,
        names_command(kind));
  }
  return fill(kZsh,
              {{"@VERBS@", described},
               {"@FLAGS@", fmt::format("{}", fmt::join(flags_of(app), " "))},
               {"@OPTIONS@", options},
               {"@CASES@", cases}});
}

// What a value of the option is completed with, or nothing.
std::string named_value(const std::string& flag) {
  for (const auto& [option, kind] : kNamedOptions) {
    if (flag == option) {
      return fmt::format(" -x -a '({})'", names_command(kind));
    }
  }
  return "";
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
          named_value(flag));
    }
    for (const std::string& kind : verb.kinds) {
      text += fmt::format(
          "complete -c release-ledger -n '__fish_seen_subcommand_from {}' -a "
          "'({})'\n",
          verb.name,
          names_command(kind));
    }
  }
  for (const std::string& flag : flags_of(app)) {
    text += fmt::format("complete -c release-ledger -l {}{}\n",
                        flag.substr(2),
                        flag == "--step" ? " -x -a 'prepare-branch bug-check "
                                           "workflow-tests release announce'"
                                         : "");
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
