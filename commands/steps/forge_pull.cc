#include "commands/steps/forge_pull.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "commands/decide/decide.h"
#include "commands/notes/pull_request.h"
#include "commands/plan/defaults.h"
#include "commands/services/github_api.h"
#include "commands/services/github_reviews.h"
#include "commands/steps/service_access.h"
#include "ledger/digest.h"

namespace commands::steps {
namespace {

using schema::Step;
using services::Acted;
using services::ForgeCheck;
using services::GitHub;
using services::PullRequest;
using services::Review;

const schema::Person* find_person(const schema::Plan& plan,
                                  std::uint64_t github) {
  const auto it =
      std::ranges::find_if(plan.people, [&](const schema::Person& person) {
        return person.github && *person.github == github;
      });
  return it == plan.people.end() ? nullptr : &*it;
}

std::string signature_of(const schema::Person& person) {
  return person.emails.empty()
             ? person.name
             : fmt::format("{} <{}>", person.name, person.emails.front());
}

// --- opening ---

Status observe_pull(StepContext& context,
                    const GitHub& github,
                    const PullRequest& pull) {
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(context.record());
  const auto* intent = candidate.pull_request_prepared.get();
  schema::PullRequestOpened opened;
  opened.commit = pull.head_commit;
  opened.repository = github.repository();
  opened.number = pull.number;
  opened.url = pull.url;
  opened.author = pull.author.login;
  opened.adopted =
      intent == nullptr ||
      intent->body_digest != ledger::to_hex(ledger::sha256({pull.body}));
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::observe_pull_request(record, opened);
  }));
  context.say(Step::kRelease,
              fmt::format("pull request{}: {}",
                          opened.adopted ? " (it was there)" : "",
                          pull.url));
  return {};
}

Status intend_pull(StepContext& context,
                   const GitHub& github,
                   const GitHub::NewPullRequest& wanted) {
  schema::PullRequestPrepared intent;
  intent.repository = github.repository();
  intent.head = wanted.head;
  intent.base = wanted.base;
  intent.commit = head_of(*schema::current_candidate(context.record()));
  intent.title = wanted.title;
  intent.body_digest = ledger::to_hex(ledger::sha256({wanted.body}));
  return context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::prepare_pull_request(record, intent);
  });
}

Status open_new(StepContext& context, GitHub& github, const Names& names) {
  RL_ASSIGN(const auto wanted, wanted_pull_request(context, names));
  RL_TRY(intend_pull(context, github, wanted));
  RL_ASSIGN(const Acted acted, github.act(github.opening(wanted)));
  // Also where GitHub says that there is one, or says nothing.
  RL_ASSIGN(const auto pull, find_pull_request(context, github, names));
  if (pull) {
    return observe_pull(context, github, *pull);
  }
  return acted.kind == Acted::Kind::kRefused
             ? refused_by_github(
                   fmt::format("open a pull request from {} to {}",
                               wanted.head,
                               wanted.base),
                   acted)
             : unknown_at_github("opened the pull request", acted);
}

// Twice is once.
Status update_text(StepContext& context,
                   GitHub& github,
                   const Names& names,
                   const PullRequest& pull) {
  RL_ASSIGN(const auto wanted, newer_text(context, names, pull));
  if (!wanted) {
    return {};
  }
  RL_TRY(intend_pull(context, github, *wanted));
  RL_ASSIGN(
      const Acted acted,
      github.act(github.editing(pull.number, wanted->title, wanted->body)));
  if (acted.kind != Acted::Kind::kDone) {
    context.say(
        Step::kRelease,
        fmt::format(
            "the text of {} could not be renewed: {}", pull.url, acted.words));
  }
  return {};
}

// --- following ---

Status require_mergeable(StepContext& context, const PullRequest& pull) {
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(context.record());
  if (pull.state != "open" && !pull.merged) {
    return fail(ErrorCode::kRejected,
                "pull-request-closed",
                fmt::format("{} was closed without being merged", pull.url),
                "open it again, or make the next candidate");
  }
  if (pull.draft) {
    return fail(ErrorCode::kWaiting,
                "pull-request-draft",
                fmt::format("{} is a draft", pull.url),
                "mark it as ready for review");
  }
  if (pull.head_commit != head_of(candidate)) {
    return fail(
        ErrorCode::kRejected,
        "staging-moved",
        fmt::format("{} is at {}, not at {}",
                    pull.url,
                    pull.head_commit.substr(0, 12),
                    head_of(candidate).substr(0, 12)),
        fmt::format("what is there was not validated: make it a "
                    "candidate: release-ledger --step prepare-branch --rc {}",
                    candidate.number + 1));
  }
  return {};
}

Result<services::ReviewReading> read_all_reviews(GitHub& github,
                                                 const PullRequest& pull) {
  RL_ASSIGN(auto reviews, github.reviews(pull.number));
  const std::vector<Review> opinions =
      services::latest_opinions(std::move(reviews));
  std::map<std::uint64_t, std::string> permissions;
  for (const Review& review : opinions) {
    if (review.state != "DISMISSED") {
      RL_ASSIGN(permissions[review.user->id],
                github.permission(review.user->login));
    }
  }
  return services::read_reviews(pull, opinions, permissions);
}

Status adopt_from(StepContext& context,
                  const services::ReviewReading& reading) {
  decide::AdoptReviews command;
  command.source = "github";
  command.at_ms = context.environment.clock->now_ms();
  for (const Review& review : reading.approvals) {
    const schema::Person* person = find_person(context.plan(), review.user->id);
    if (person == nullptr) {
      context.say(Step::kRelease,
                  fmt::format("the approval of {} does not count: no "
                              "[[person]] has github = {}",
                              review.user->login,
                              review.user->id));
      continue;
    }
    command.approvals.push_back({signature_of(*person),
                                 review.url,
                                 fmt::format("review {} by {} ({}) on {}",
                                             review.id,
                                             review.user->login,
                                             review.user->id,
                                             review.commit)});
  }
  for (const services::Uncounted& uncounted : reading.uncounted) {
    context.say(Step::kRelease,
                fmt::format("the approval of {} does not count: {}",
                            uncounted.review.user->login,
                            uncounted.why));
  }
  return context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::adopt_reviews(record, command);
  });
}

Status require_no_objection(const PullRequest& pull,
                            const services::ReviewReading& reading) {
  if (reading.objections.empty()) {
    return {};
  }
  std::vector<std::string> who;
  for (const Review& review : reading.objections) {
    who.push_back(review.user->login);
  }
  return fail(
      ErrorCode::kWaiting,
      "changes-requested",
      fmt::format("{} asked for changes in {}", fmt::join(who, ", "), pull.url),
      "they approve it, or dismiss their review; what is changed is "
      "the next candidate");
}

Status require_checks(StepContext& context,
                      GitHub& github,
                      const PullRequest& pull) {
  RL_ASSIGN(const auto checks, github.checks(pull.head_commit));
  std::vector<std::string> bad;
  std::vector<std::string> pending;
  const auto& required = context.plan().forge->required_checks;
  for (const std::string& name : required) {
    const auto it = std::ranges::find(checks, name, &ForgeCheck::name);
    if (it == checks.end()) {
      pending.push_back(name + " (not begun)");
    } else if (it->state == ForgeCheck::State::kPending) {
      pending.push_back(fmt::format("{} ({})", name, it->words));
    } else if (it->state == ForgeCheck::State::kBad) {
      bad.push_back(fmt::format("{} ({})", name, it->words));
    }
  }
  for (const ForgeCheck& check : checks) {
    if (check.state != ForgeCheck::State::kGood &&
        std::ranges::find(required, check.name) == required.end()) {
      context.say(Step::kRelease,
                  fmt::format("check {}: {}", check.name, check.words));
    }
  }
  if (!bad.empty()) {
    return fail(
        ErrorCode::kRejected,
        "check-failed",
        fmt::format("{} of {} did not succeed", fmt::join(bad, ", "), pull.url),
        "run it again there, or mend it in the next candidate");
  }
  if (!pending.empty()) {
    return fail(
        ErrorCode::kWaiting,
        "checks-pending",
        fmt::format(
            "{} waits for its checks: {}", pull.url, fmt::join(pending, ", ")),
        "type the command again later, or with --wait");
  }
  return {};
}

}  // namespace

std::unexpected<Error> refused_by_github(const std::string& what,
                                         const Acted& acted) {
  return fail(acted.reason == "not-permitted" ? ErrorCode::kUpstream
                                              : ErrorCode::kRejected,
              "github-" + acted.reason,
              fmt::format("GitHub refused to {}: {}", what, acted.words),
              acted.hint);
}

std::unexpected<Error> unknown_at_github(const std::string& what,
                                         const Acted& acted) {
  return fail(
      ErrorCode::kUpstream,
      "github-unclear",
      fmt::format("it is not known whether GitHub {}: {}", what, acted.words),
      "type the command again: it looks before it asks");
}

Result<GitHub> github_of(StepContext& context) {
  const services::ServiceAccess access =
      service_access(context, Step::kRelease, plan::kServiceTimeoutS);
  // A token goes where that variable says: it is said before it goes.
  if (const auto at = services::github_url(access).told(); !at.empty()) {
    context.say(Step::kRelease, fmt::format("GitHub is asked{}", at));
  }
  GitHub github(access, context.plan().forge->repository);
  RL_TRY(github.require_token());
  return github;
}

Result<std::optional<PullRequest>> find_pull_request(StepContext& context,
                                                     GitHub& github,
                                                     const Names& names) {
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(context.record());
  if (candidate.pull_request) {
    RL_ASSIGN(PullRequest pull,
              github.pull_request(candidate.pull_request->number));
    return std::optional(std::move(pull));
  }
  RL_ASSIGN(auto pulls, github.pull_requests(candidate.branch, names.stable));
  // One from a fork has a branch of that name too, and is not ours.
  std::erase_if(pulls, [&](const PullRequest& pull) {
    return pull.head_commit != head_of(candidate);
  });
  return pulls.empty() ? std::optional<PullRequest>()
                       : std::optional(std::move(pulls.front()));
}

Result<GitHub::NewPullRequest> wanted_pull_request(StepContext& context,
                                                   const Names& names) {
  RL_ASSIGN(const std::string stable,
            context.is_rehearsal()
                ? remote_ref(context, names, names.stable_ref)
                : fetch_stable(context, names));
  notes::Changes changes;
  bool is_here = true;
  if (!stable.empty()) {
    RL_ASSIGN(is_here, context.git().has_object(stable));
  }
  if (is_here) {
    RL_ASSIGN(changes, changes_since_stable(context, names, stable));
  }
  GitHub::NewPullRequest wanted;
  wanted.head = schema::current_candidate(context.record())->branch;
  wanted.base = names.stable;
  wanted.title = notes::pull_request_title(context.record());
  wanted.body =
      notes::pull_request_body(context.record(), changes, context.history);
  return wanted;
}

Result<std::optional<GitHub::NewPullRequest>> newer_text(
    StepContext& context, const Names& names, const PullRequest& pull) {
  using Newer = std::optional<GitHub::NewPullRequest>;
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(context.record());
  const auto* intent = candidate.pull_request_prepared.get();
  if (intent == nullptr || !candidate.pull_request ||
      candidate.pull_request->adopted) {
    return Newer();  // its text is not ours
  }
  const bool is_current = intent->commit == head_of(candidate) &&
                          decide::notes_are_current(context.record());
  const std::string there = ledger::to_hex(ledger::sha256({pull.body}));
  // Somebody may have edited what was opened.
  if (is_current && (there == intent->body_digest || intent->attempt == 1)) {
    return Newer();
  }
  RL_ASSIGN(auto wanted, wanted_pull_request(context, names));
  return Newer(std::move(wanted));
}

Status open_pull_request(StepContext& context,
                         GitHub& github,
                         const Names& names) {
  RL_ASSIGN(const auto pull, find_pull_request(context, github, names));
  if (!pull) {
    return open_new(context, github, names);
  }
  if (!schema::current_candidate(context.record())->pull_request) {
    return observe_pull(context, github, *pull);
  }
  return update_text(context, github, names, *pull);
}

Status follow_pull_request(StepContext& context,
                           GitHub& github,
                           const Names& names) {
  RL_ASSIGN(const auto pull, find_pull_request(context, github, names));
  if (!pull) {
    return require_sign_offs(context);
  }
  RL_TRY(require_mergeable(context, *pull));
  RL_ASSIGN(const auto reading, read_all_reviews(github, *pull));
  RL_TRY(adopt_from(context, reading));
  RL_TRY(require_no_objection(*pull, reading));
  RL_TRY(require_checks(context, github, *pull));
  Status approved = require_sign_offs(context);
  if (!approved) {
    approved.error().hint =
        fmt::format("approve {}, or: {}", pull->url, approved.error().hint);
  }
  return approved;
}

}  // namespace commands::steps
