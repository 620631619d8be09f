// [[channel]]: told apart, configured by names of variables, and a text that
// can be posted.

#include <algorithm>
#include <map>
#include <set>

#include "commands/nearest.h"
#include "commands/notes/announcement.h"
#include "commands/plan/check.h"
#include "commands/plan/placeholders.h"
#include "commands/plan/toml_reader.h"
#include "commands/services/channel.h"

namespace commands::plan {
namespace {

bool is_variable(std::string_view name) {
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  (c >= '0' && c <= '9') || c == '_';
         });
}

class ChannelCheck {
 public:
  ChannelCheck(const Checking& checking, std::size_t index)
      : checking_(checking),
        index_(index),
        channel_(checking.plan.channels[index]),
        kind_(*services::parse_channel_kind(channel_.kind)) {}

  void run(std::set<std::string>& names,
           std::map<std::string, std::string>& variables) {
    if (!names.insert(channel_.name).second) {
      refuse("name",
             fmt::format("a channel {} is there already", channel_.name));
    }
    check_variables(variables);
    check_text();
    check_notices();
  }

 private:
  void refuse(std::string_view key, std::string what) {
    checking_.problems.refuse(
        place_at(checking_.source, {Step("channel"), Step(index_), Step(key)}),
        std::move(what));
  }

  // A URL typed here would be in the repository for all to see and post with;
  // what was typed is not said again.
  void check_variables(std::map<std::string, std::string>& variables) {
    for (const auto& [key, value] : {std::pair<const char*, const std::string&>(
                                         "url_env", channel_.url_env),
                                     std::pair<const char*, const std::string&>(
                                         "secret_env", channel_.secret_env)}) {
      if (!value.empty() && !is_variable(value)) {
        refuse(key,
               fmt::format("{} is the name of an environment variable, such as "
                           "{}; its value does not belong into the plan",
                           key,
                           services::default_url_variable(kind_)));
      }
    }
    if (!channel_.secret_env.empty() &&
        kind_ != services::ChannelKind::kWebhook) {
      refuse("secret_env", "only a channel of kind webhook is signed");
    }
    const std::string variable = services::url_variable(channel_);
    const auto [other, is_new] = variables.emplace(variable, channel_.name);
    if (!is_new) {
      refuse(channel_.url_env.empty() ? "name" : "url_env",
             fmt::format("{} is the URL of {} already: it would be told twice; "
                         "give another url_env",
                         variable,
                         other->second));
    }
  }

  void check_text() {
    for (const std::string& word : placeholders(channel_.text)) {
      const auto& known = notes::announcement_words();
      if (std::ranges::find(known, word) == known.end()) {
        const std::string near = suggestion(word, known);
        refuse("text",
               fmt::format("unknown placeholder {{{0}}} in text{1}",
                           word,
                           near.empty() ? fmt::format("; {{{{{}}}}} is the "
                                                      "text itself",
                                                      word)
                                        : near));
      }
    }
    if (channel_.text.empty()) {
      return;
    }
    const std::string least = notes::shortest_announcement(channel_.text);
    if (placeholders(channel_.text).empty() ||
        least.size() > services::text_length_max(kind_)) {
      if (const auto problem = services::text_problem(kind_, least)) {
        refuse("text", *problem);
      }
    }
  }

  void check_notices() {
    static const std::vector<std::string> kKnown = {"waiting", "failed"};
    for (const std::string& word : channel_.notices) {
      if (std::ranges::find(kKnown, word) == kKnown.end()) {
        refuse("notices",
               fmt::format("unknown notice \"{}\"{}; there are waiting and "
                           "failed",
                           word,
                           suggestion(word, kKnown)));
      }
    }
  }

  const Checking& checking_;
  std::size_t index_;
  const schema::Channel& channel_;
  services::ChannelKind kind_;
};

}  // namespace

void check_channels(const Checking& checking) {
  std::set<std::string> names;
  std::map<std::string, std::string> variables;
  for (std::size_t i = 0; i < checking.plan.channels.size(); ++i) {
    ChannelCheck(checking, i).run(names, variables);
  }
}

}  // namespace commands::plan
