// The release step by a pull request on GitHub. What GitHub does by itself is
// asked for once and then looked at: a killed run finds the pull request, the
// merge and the page by what they are, and adopts them.

#include "commands/decide/decide.h"
#include "commands/notes/pull_request.h"
#include "commands/services/github.h"
#include "commands/steps/forge_pull.h"
#include "commands/steps/publication.h"
#include "ledger/digest.h"

namespace commands::steps {
namespace {

using services::Acted;
using services::GitHub;
using services::PullRequest;

// Each time the base moves between GitHub's look and its merge, or it has not
// computed yet whether it can merge.
constexpr int kMergeTriesMax = 5;
constexpr std::chrono::milliseconds kMergePause{1'000};
constexpr std::size_t kMergesLookedAtMax = 1'000;

std::unexpected<Error> interrupted() {
  return fail(ErrorCode::kInterrupted,
              "interrupted",
              "stopped waiting",
              "type the command again to go on");
}

// What GitHub says may be about people or checks that are still to come.
std::unexpected<Error> refused_for_now(const std::string& what,
                                       const Acted& acted) {
  auto refused = refused_by_github(what, acted);
  if (acted.reason == "review-required" || acted.reason == "check-required") {
    refused.error().code = ErrorCode::kWaiting;
  }
  return refused;
}

// --- the merge ---

// The commit on the stable branch that merged `head`; empty: there is none,
// so it came there otherwise.
Result<std::string> find_merge(StepContext& context,
                               const Names& names,
                               const std::string& head) {
  RL_ASSIGN(std::string at, fetch_stable(context, names));
  for (std::size_t i = 0; i < kMergesLookedAtMax && !at.empty(); ++i) {
    RL_ASSIGN(const auto second, context.git().resolve(at + "^2"));
    if (second && *second == head) {
      return at;
    }
    RL_ASSIGN(const auto first, context.git().resolve(at + "^1"));
    at = first.value_or("");
  }
  return std::string();
}

Status observe_merge(StepContext& context,
                     const Names& names,
                     const PullRequest& pull) {
  RL_ASSIGN(const std::string commit,
            find_merge(context, names, pull.head_commit));
  if (commit.empty()) {
    return refuse(
        context,
        {ErrorCode::kRejected,
         "merged-otherwise",
         fmt::format("{} was merged, but not by a merge commit: {} does not "
                     "hold what was validated",
                     pull.url,
                     names.stable),
         fmt::format("take it back on {}, then make the next candidate; the "
                     "method is merge, neither squash nor rebase",
                     names.stable)});
  }
  RL_ASSIGN(const std::string tree, context.git().tree_of(commit));
  RL_TRY(require_validated_tree(context, names, tree));
  schema::PullRequestMerged merged;
  merged.number = pull.number;
  merged.commit = commit;
  merged.base = names.stable;
  merged.adopted =
      schema::current_candidate(context.record())->merging == nullptr;
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::observe_merge(record, merged);
  }));
  context.say(schema::Step::kRelease,
              fmt::format("{} is merged into {} at {}",
                          pull.url,
                          names.stable,
                          commit.substr(0, 12)));
  return {};
}

GitHub::Merge merge_of(const StepContext& context,
                       const Names& names,
                       std::uint64_t number,
                       const std::string& head) {
  const std::string text = merge_message(context, names);
  const auto line = text.find('\n');
  GitHub::Merge merge;
  merge.number = number;
  merge.head_commit = head;
  merge.title = text.substr(0, line);
  merge.message = text.substr(text.find_first_not_of('\n', line));
  return merge;
}

Status intend_merge(StepContext& context,
                    const Names& names,
                    const PullRequest& pull) {
  RL_ASSIGN(const std::string stable, fetch_stable(context, names));
  RL_TRY(merged_tree(context, names, stable, pull.head_commit));
  schema::PullRequestMergePrepared intent;
  intent.number = pull.number;
  intent.commit = pull.head_commit;
  intent.base = names.stable;
  return context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::prepare_merge(record, intent);
  });
}

Status give_up_merge(StepContext& context, const Acted& acted) {
  return context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::refuse_merge(record, acted.reason, acted.words);
  });
}

// One try: true when it is merged, false when to try again after a pause.
Result<bool> merge_once(StepContext& context,
                        GitHub& github,
                        const Names& names,
                        PullRequest pull) {
  if (pull.merged) {
    RL_TRY(observe_merge(context, names, pull));
    return true;
  }
  RL_TRY(intend_merge(context, names, pull));
  const schema::PullRequestMergePrepared& intent =
      *schema::current_candidate(context.record())->merging;
  RL_ASSIGN(const Acted acted,
            github.act(github.merging(
                merge_of(context, names, intent.number, intent.commit))));
  RL_ASSIGN(pull, github.pull_request(pull.number));
  if (pull.merged) {
    RL_TRY(observe_merge(context, names, pull));
    return true;
  }
  if (acted.kind != Acted::Kind::kRefused) {
    return unknown_at_github("did the merge", acted);
  }
  RL_TRY(give_up_merge(context, acted));
  const bool again = acted.reason == "base-moved" ||
                     (acted.reason == "not-mergeable" && pull.state == "open" &&
                      !pull.draft && pull.mergeable.value_or(true));
  if (again) {
    return false;
  }
  return refused_for_now("merge " + pull.url, acted);
}

// A run died between asking for the merge and seeing it. What is not merged
// now is asked for anew, on the approvals as they are.
Status close_open_merge(StepContext& context,
                        GitHub& github,
                        const Names& names) {
  const auto* intent =
      schema::current_candidate(context.record())->merging.get();
  if (intent == nullptr) {
    return {};
  }
  RL_ASSIGN(const PullRequest pull, github.pull_request(intent->number));
  if (pull.merged) {
    return observe_merge(context, names, pull);
  }
  Acted acted;
  acted.reason = "not-merged";
  acted.words = "the run that asked for it died, and it is not merged";
  return give_up_merge(context, acted);
}

// Somebody merged it by hand, which is on record before it is judged.
Status adopt_merge(StepContext& context, GitHub& github, const Names& names) {
  RL_ASSIGN(const auto pull, find_pull_request(context, github, names));
  return pull && pull->merged ? observe_merge(context, names, *pull) : Status();
}

Status merge(StepContext& context, GitHub& github, const Names& names) {
  const std::uint64_t number =
      schema::current_candidate(context.record())->pull_request->number;
  for (int attempt = 0; attempt < kMergeTriesMax; ++attempt) {
    RL_ASSIGN(const PullRequest pull, github.pull_request(number));
    RL_ASSIGN(const bool done, merge_once(context, github, names, pull));
    if (done) {
      return {};
    }
    if (!context.environment.pace->pause(kMergePause)) {
      return interrupted();
    }
  }
  return fail(
      ErrorCode::kUpstream,
      "github-not-mergeable",
      fmt::format("GitHub does not get to merge pull request {}", number),
      "look at it, and type the command again");
}

// --- the page ---

Result<GitHub::NewRelease> page_of(StepContext& context, const Names& names) {
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(context.record());
  GitHub::NewRelease page;
  page.tag = names.tag;
  page.name = fmt::format("v{}", context.record().name);
  if (candidate.notes) {
    RL_ASSIGN(const auto text,
              context.git().file_at(candidate.notes->commit, names.notes_path));
    page.body =
        notes::shortened(text.value_or(""), notes::kForgeReleaseBytesMax);
  }
  return page;
}

Status observe_page(StepContext& context,
                    const GitHub& github,
                    const services::ForgeRelease& seen,
                    const std::string& body) {
  schema::ForgeReleasePublished published;
  published.repository = github.repository();
  published.tag = seen.tag;
  published.id = seen.id;
  published.url = seen.url;
  published.adopted = seen.body != body;
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::observe_forge_release(record, published);
  }));
  context.say(schema::Step::kRelease, "published: " + seen.url);
  return {};
}

// A release that GitHub has for the tag is this one: the tag is ours.
Status publish_page(StepContext& context, GitHub& github, const Names& names) {
  RL_ASSIGN(const GitHub::NewRelease page, page_of(context, names));
  RL_ASSIGN(auto there, github.release_of_tag(names.tag));
  if (there) {
    return observe_page(context, github, *there, page.body);
  }
  schema::ForgeReleasePrepared intent;
  intent.repository = github.repository();
  intent.tag = names.tag;
  intent.body_digest = ledger::to_hex(ledger::sha256({page.body}));
  RL_TRY(context.release.execute([&](const schema::ReleaseRecord& record) {
    return decide::prepare_forge_release(record, intent);
  }));
  RL_ASSIGN(const Acted acted, github.act(github.publishing(page)));
  RL_ASSIGN(there, github.release_of_tag(names.tag));
  if (there) {
    return observe_page(context, github, *there, page.body);
  }
  return acted.kind == Acted::Kind::kRefused
             ? Status(refused_for_now("publish the release", acted))
             : Status(unknown_at_github("did publish the release", acted));
}

bool wants_page(const StepContext& context) {
  return context.plan().forge->publish_release &&
         !context.record().forge_release;
}

}  // namespace

Status release_on_forge(StepContext& context, const Names& names) {
  RL_ASSIGN(GitHub github, github_of(context));
  const auto candidate = [&] {
    return schema::current_candidate(context.record());
  };
  RL_TRY(close_open_merge(context, github, names));
  const bool is_published =
      context.record().publication || context.record().tag_pushed;
  if (!candidate()->pull_request_merged && !is_published) {
    RL_TRY(open_pull_request(context, github, names));
    RL_TRY(adopt_merge(context, github, names));
  }
  if (!candidate()->pull_request_merged && !is_published) {
    RL_TRY(follow_pull_request(context, github, names));
    RL_TRY(merge(context, github, names));
  } else if (!is_published && candidate()->pull_request_merged->adopted) {
    // What holds for every merge holds for that by hand.
    RL_TRY(follow_pull_request(context, github, names));
  }
  if (!context.record().tag_pushed) {
    RL_TRY(publish(context, names));
  }
  return wants_page(context) ? publish_page(context, github, names) : Status();
}

Status rehearse_on_forge(StepContext& context, const Names& names) {
  RL_ASSIGN(GitHub github, github_of(context));
  const auto show = [&](const services::HttpRequest& request) {
    context.say(schema::Step::kRelease,
                "would send:\n" + services::rehearsed(request));
  };
  const schema::CandidateRecord& candidate =
      *schema::current_candidate(context.record());
  RL_ASSIGN(const auto pull, find_pull_request(context, github, names));
  Status followed;
  if (pull) {
    context.say(schema::Step::kRelease, "pull request: " + pull->url);
    RL_ASSIGN(const auto newer, newer_text(context, names, *pull));
    if (newer) {
      show(github.editing(pull->number, newer->title, newer->body));
    }
    if (!candidate.pull_request_merged) {
      followed = follow_pull_request(context, github, names);
    }
  } else {
    RL_ASSIGN(const auto wanted, wanted_pull_request(context, names));
    show(github.opening(wanted));
    followed = require_sign_offs(context);
  }
  if (!candidate.pull_request_merged) {
    show(github.merging(
        merge_of(context, names, pull ? pull->number : 0, head_of(candidate))));
  }
  context.say(
      schema::Step::kRelease,
      fmt::format("would push the tag {} to {}", names.tag, names.remote));
  if (wants_page(context)) {
    RL_ASSIGN(const auto page, page_of(context, names));
    RL_ASSIGN(const auto there, github.release_of_tag(names.tag));
    if (there) {
      context.say(schema::Step::kRelease, "published already: " + there->url);
    } else {
      show(github.publishing(page));
    }
  }
  return followed;
}

}  // namespace commands::steps
