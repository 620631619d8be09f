// The verbs of the program while they are being told to CLI11: each file of
// verbs/ adds its own, with their options and help, so that a verb is one
// place. Help, completion and suggestions follow from this table.

#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "tools/release_ledger/options.h"
#include "tools/release_ledger/session.h"

namespace tools {

using Verb = std::function<Status(Session&)>;

// What argv asks for: a verb to run, or a text to print.
struct Invocation {
  Options options;
  Verb verb;         // empty: print `text`
  std::string text;  // help, version, a completion script
};

// Refers to both of its arguments, which outlive it.
class VerbTable {
 public:
  VerbTable(CLI::App& app, Invocation& invocation)
      : app_(app), invocation_(invocation) {}

  Options& options() { return invocation_.options; }

  CLI::App& add(const std::string& name,
                const std::string& description,
                Verb verb);
  // A verb that only has verbs, such as `plan`.
  CLI::App& add_group(const std::string& name, const std::string& description);
  CLI::App& add_to(CLI::App& group,
                   const std::string& name,
                   const std::string& description,
                   Verb verb);
  // A question about one release; V may be left out.
  CLI::App& add_question(const std::string& name,
                         const std::string& description,
                         Verb verb);
  // An act on one release, which has to be named.
  CLI::App& add_act(const std::string& name,
                    const std::string& description,
                    Verb verb);
  // --reason of an act, required.
  void add_reason(CLI::App& act, const std::string& description);

 private:
  CLI::App& app_;
  Invocation& invocation_;
};

// A validator: a reason that says nothing is none.
std::string say_something(const std::string& text);

// Validators of numbers, in words for a person.
std::function<std::string(const std::string&)> number_between(double low,
                                                              double high);
std::function<std::string(const std::string&)> whole_number_between(
    std::uint64_t low, std::uint64_t high);

// At the end of each verb's help.
extern const char* const kVerbFooter;

}  // namespace tools
