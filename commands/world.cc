#include "commands/world.h"

#include <algorithm>

#include "commands/plan/plan.h"
#include "commands/release_stream.h"
#include "commands/services/channel.h"
#include "commands/services/github.h"
#include "commands/services/skypilot.h"
#include "schema/release/next.h"
#include "schema/release/posts.h"

namespace commands {
namespace {

using services::PullRequest;
using Verdict = WorldFinding::State;

constexpr std::string_view kRelease = "release-ledger --step release";
constexpr std::chrono::seconds kQueueTimeout{120};

std::string cut(const std::string& id) {
  return id.empty() ? "nothing" : id.substr(0, 12);
}

class Comparison {
 public:
  Comparison(const Environment& environment,
             const schema::ReleaseRecord& record)
      : environment_(environment),
        record_(record),
        candidate_(*schema::current_candidate(record)) {
    const schema::Project& project = *record.plan->project;
    remote_ = project.remote;
    stable_ref_ = "refs/heads/" + project.stable_branch;
    staging_ref_ = "refs/heads/" + candidate_.branch;
    tag_ = plan::expand_pattern(project.tag, record.name, candidate_.number);
  }

  std::vector<WorldFinding> run() {
    const auto refs = environment_.git->remote_refs(
        remote_, {stable_ref_, staging_ref_, "refs/tags/" + tag_});
    if (refs) {
      refs_ = *refs;
      branch();
      stable();
      tag();
    } else {
      for (const char* what : {"branch", "stable", "tag"}) {
        unanswered(what, "", refs.error());
      }
    }
    if (record_.plan->forge) {
      forge();
    }
    announcements();
    jobs();
    return std::move(findings_);
  }

 private:
  void add(std::string what,
           Verdict state,
           std::string ledger,
           std::string world,
           std::string command = "") {
    findings_.push_back({std::move(what),
                         state,
                         std::move(ledger),
                         std::move(world),
                         std::move(command)});
  }

  void unanswered(std::string what,
                  std::string ledger,
                  const Error& error,
                  Verdict state = Verdict::kFailed) {
    add(std::move(what), state, std::move(ledger), error.message, error.hint);
  }

  std::string ref(const std::string& name) const {
    const auto it = refs_.find(name);
    return it == refs_.end() ? "" : it->second;
  }

  std::string next_candidate() const {
    return fmt::format("release-ledger --step prepare-branch --rc {}",
                       candidate_.number + 1);
  }

  std::string yank() const {
    return fmt::format("release-ledger yank {} --reason \"...\"", record_.name);
  }

  void branch() {
    const std::string tip = ref(staging_ref_);
    const std::string& recorded = head_of(candidate_);
    const std::string ledger =
        fmt::format("{} at {}", candidate_.branch, cut(recorded));
    const bool notes_are_there =
        candidate_.notes_prepared && tip == candidate_.notes_prepared->commit;
    if (tip == recorded) {
      add("branch", Verdict::kAgrees, ledger, cut(tip));
    } else if (tip.empty() && record_.tag_pushed) {
      add("branch", Verdict::kAgrees, ledger, "gone, after the release");
    } else if (notes_are_there) {
      add("branch",
          Verdict::kDiffers,
          ledger,
          "at the notes, which is not recorded",
          std::string(kRelease));
    } else {
      add("branch", Verdict::kDiffers, ledger, cut(tip), next_candidate());
    }
  }

  // Of the merge that is recorded or intended: empty, there is none.
  std::string merge_commit() const {
    if (record_.merged) {
      return record_.merged->commit;
    }
    return candidate_.pull_request_merged
               ? candidate_.pull_request_merged->commit
               : "";
  }

  void stable() {
    const std::string tip = ref(stable_ref_);
    const std::string merge = merge_commit();
    if (merge.empty()) {
      const bool intended =
          record_.publication && record_.publication->merge_commit == tip;
      add("stable",
          intended ? Verdict::kDiffers : Verdict::kAgrees,
          "not merged",
          intended ? "merged, which is not recorded" : cut(tip),
          intended ? std::string(kRelease) : "");
      return;
    }
    const std::string ledger = "merged at " + cut(merge);
    if (tip == merge) {
      add("stable", Verdict::kAgrees, ledger, cut(tip));
      return;
    }
    const auto is_here = environment_.git->has_object(tip);
    if (tip.empty() || !is_here || !*is_here) {
      add("stable",
          tip.empty() ? Verdict::kDiffers : Verdict::kUnasked,
          ledger,
          tip.empty() ? "gone" : fmt::format("at {}, unknown here", cut(tip)),
          tip.empty() ? yank()
                      : fmt::format("git fetch {}, then again", remote_));
      return;
    }
    const auto holds = environment_.git->is_ancestor(merge, tip);
    const bool is_on_it = holds && *holds;
    add("stable",
        is_on_it ? Verdict::kAgrees : Verdict::kDiffers,
        ledger,
        fmt::format("at {}, {} it", cut(tip), is_on_it ? "beyond" : "without"),
        is_on_it ? "" : yank());
  }

  void tag() {
    const std::string there = ref("refs/tags/" + tag_);
    if (record_.tag_pushed) {
      const std::string& object = record_.tag_pushed->object;
      add("tag",
          there == object ? Verdict::kAgrees : Verdict::kDiffers,
          fmt::format("{} at {}", tag_, cut(object)),
          cut(there),
          there == object ? ""
          : there.empty()
              ? fmt::format(
                    "git push {} {}:refs/tags/{}", remote_, object, tag_)
              : yank());
      return;
    }
    const bool ours =
        record_.publication && record_.publication->tag_object == there;
    add("tag",
        there.empty() ? Verdict::kAgrees : Verdict::kDiffers,
        "not tagged",
        there.empty() ? "not there"
        : ours        ? "pushed, which is not recorded"
                      : "another tag of that name",
        there.empty() ? ""
        : ours        ? std::string(kRelease)
                      : fmt::format("release-ledger abandon {} --reason "
                                    "\"...\", and another --version",
                             record_.name));
  }

  // --- the forge ---

  void forge() {
    services::GitHub github({environment_.http, environment_.variable},
                            record_.plan->forge->repository);
    if (const auto token = github.require_token(); !token) {
      unanswered("pull-request", "", token.error(), Verdict::kUnasked);
      return;
    }
    pull_request(github);
    page(github);
  }

  void pull_request(services::GitHub& github) {
    if (!candidate_.pull_request) {
      const auto open = github.pull_requests(
          candidate_.branch, record_.plan->project->stable_branch);
      if (!open) {
        unanswered("pull-request", "none", open.error());
        return;
      }
      add("pull-request",
          open->empty() ? Verdict::kAgrees : Verdict::kDiffers,
          "none",
          open->empty() ? "none" : open->front().url,
          open->empty() ? "" : std::string(kRelease));
      return;
    }
    const auto pull = github.pull_request(candidate_.pull_request->number);
    const std::string& url = candidate_.pull_request->url;
    if (!pull) {
      unanswered("pull-request", url, pull.error());
      return;
    }
    compare_pull(*pull);
  }

  void compare_pull(const PullRequest& pull) {
    const bool recorded = candidate_.pull_request_merged != nullptr;
    const std::string ledger = fmt::format(
        "{} {}", candidate_.pull_request->url, recorded ? "merged" : "open");
    const std::string world = pull.merged ? "merged" : pull.state;
    if (recorded == pull.merged && (pull.merged || pull.state == "open")) {
      const bool same = pull.merged || pull.head_commit == head_of(candidate_);
      add("pull-request",
          same ? Verdict::kAgrees : Verdict::kDiffers,
          ledger,
          same ? world : world + " at " + cut(pull.head_commit),
          same ? "" : next_candidate());
      return;
    }
    add("pull-request",
        Verdict::kDiffers,
        ledger,
        world,
        pull.merged ? std::string(kRelease)
        : recorded  ? yank()
                    : "open it again, or " + next_candidate());
  }

  void page(services::GitHub& github) {
    if (!record_.plan->forge->publish_release) {
      return;
    }
    const auto there = github.release_of_tag(tag_);
    const std::string ledger =
        record_.forge_release ? record_.forge_release->url : "not published";
    if (!there) {
      unanswered("page", ledger, there.error());
      return;
    }
    const bool recorded = record_.forge_release != nullptr;
    const bool same = recorded == there->has_value() &&
                      (!recorded || record_.forge_release->id == (*there)->id);
    add("page",
        same ? Verdict::kAgrees : Verdict::kDiffers,
        ledger,
        *there ? (*there)->url : "not there",
        same       ? ""
        : recorded ? fmt::format("gh release create {} --verify-tag "
                                 "--notes-from-tag, unless it was taken away "
                                 "on purpose",
                                 tag_)
                   : std::string(kRelease));
  }

  // --- channels ---

  void announcements() {
    for (const schema::PostRecord& post : record_.posts) {
      if (post.notice.empty()) {
        announcement(post);
      }
    }
  }

  void announcement(const schema::PostRecord& post) {
    const std::string what = "announcement " + post.channel;
    if (post.doubted) {
      add(what,
          Verdict::kDiffers,
          "in doubt",
          "nobody can ask",
          schema::settle_post_command(record_.name, post.channel));
    } else if (schema::is_open(post)) {
      add(what,
          Verdict::kDiffers,
          "being posted",
          "nobody can ask",
          "release-ledger --step announce");
    } else if (post.posted && !post.posted->message.empty()) {
      message(post, what);
    } else if (post.posted) {
      add(what, Verdict::kUnasked, "posted", "the service cannot be asked");
    }
  }

  // Discord shows a webhook the messages it has posted.
  void message(const schema::PostRecord& post, const std::string& what) {
    const std::string ledger = "message " + post.posted->message;
    const auto channel = std::ranges::find(
        record_.plan->channels, post.channel, &schema::Channel::name);
    if (channel == record_.plan->channels.end() || channel->kind != "discord") {
      add(what, Verdict::kUnasked, ledger, "the service cannot be asked");
      return;
    }
    const std::string variable = services::url_variable(*channel);
    const std::string url = environment_.variable(variable);
    if (url.empty()) {
      add(what, Verdict::kUnasked, ledger, variable + " is not set");
      return;
    }
    const auto answer = environment_.http->send(services::message_request(
        {post.channel, variable, url, ""}, post.posted->message));
    if (!answer || (!answer->is_success() && answer->status != 404)) {
      add(what,
          Verdict::kFailed,
          ledger,
          answer ? fmt::format("HTTP {}", answer->status)
                 : answer.error().message);
      return;
    }
    add(what,
        answer->is_success() ? Verdict::kAgrees : Verdict::kDiffers,
        ledger,
        answer->is_success() ? "there" : "deleted",
        answer->is_success() ? "" : "post it again by hand, if it should be");
  }

  // --- jobs ---

  void jobs() {
    std::vector<const schema::ValidationRecord*> open;
    for (const schema::ValidationRecord& v : candidate_.validations) {
      if (schema::is_open(v) &&
          v.started->location == schema::Location::remote) {
        open.push_back(&v);
      }
    }
    if (open.empty()) {
      return;
    }
    services::ProcessRequest request;
    request.argv = record_.plan->run->remote_queue;
    request.timeout = kQueueTimeout;
    const auto asked = environment_.processes->run(request);
    const auto listing = asked ? services::skypilot::read_queue(
                                     *asked, request.argv, kQueueTimeout)
                               : Result<services::skypilot::Listing>(
                                     std::unexpected(asked.error()));
    for (const schema::ValidationRecord* v : open) {
      job(*v, listing);
    }
  }

  void job(const schema::ValidationRecord& v,
           const Result<services::skypilot::Listing>& listing) {
    const std::string what = "job " + v.name;
    const std::string id = v.submitted ? v.submitted->job_id : "";
    const std::string ledger =
        v.doubt ? "in doubt" : "running" + (id.empty() ? "" : " as job " + id);
    if (!listing) {
      unanswered(what, ledger, listing.error());
      return;
    }
    const auto* found =
        services::skypilot::find_job(*listing, id, v.started->job_name);
    const bool goes_on =
        found != nullptr && !services::skypilot::is_final(found->state);
    const std::string world =
        found == nullptr ? "not listed"
                         : fmt::format("job {} {}", found->id, found->status);
    add(what,
        goes_on && !v.doubt ? Verdict::kAgrees : Verdict::kDiffers,
        ledger,
        world,
        goes_on && !v.doubt ? ""
        : v.doubt           ? schema::settle_job_command(record_.name, v.name)
                            : "release-ledger --step workflow-tests");
  }

  const Environment& environment_;
  const schema::ReleaseRecord& record_;
  const schema::CandidateRecord& candidate_;
  std::string remote_;
  std::string stable_ref_;
  std::string staging_ref_;
  std::string tag_;
  std::map<std::string, std::string> refs_;
  std::vector<WorldFinding> findings_;
};

}  // namespace

std::string_view word(WorldFinding::State state) {
  switch (state) {
    case Verdict::kAgrees:
      return "agrees";
    case Verdict::kDiffers:
      return "differs";
    case Verdict::kUnasked:
      return "unasked";
    case Verdict::kFailed:
      break;
  }
  return "failed";
}

std::vector<WorldFinding> compare_with_world(
    const Environment& environment, const schema::ReleaseRecord& record) {
  if (record.plan == nullptr || schema::current_candidate(record) == nullptr) {
    return {};
  }
  return Comparison(environment, record).run();
}

}  // namespace commands
