// The release step on a forge: pull request, reviews, merge, page.

#include <gmock/gmock.h>

#include "tests/commands/decide_fixture.h"

namespace commands::decide::forge_test {
namespace {

schema::Plan plan_of_forge() {
  schema::Plan plan = small_plan();
  plan.forge = std::make_unique<schema::Forge>();
  plan.forge->kind = "github";
  plan.forge->repository = "acme/sim";
  return plan;
}

Life with_notes() {
  return Life().started(plan_of_forge()).tested().notes();
}

Life opened(Life life = with_notes()) {
  schema::PullRequestOpened event;
  event.candidate = 1;
  event.number = 412;
  event.url = "https://github.example/412";
  return life.add(event);
}

Decider open(char letter) {
  return [=](const ReleaseRecord& record) {
    schema::PullRequestPrepared intent;
    intent.repository = "acme/sim";
    intent.commit = commit(letter);
    intent.body_digest = "of the text";
    return prepare_pull_request(record, intent);
  };
}

ReviewSeen review(const std::string& by, int id) {
  return {by, "https://github.example/412#" + std::to_string(id), "a review"};
}

Decider adopt(std::vector<ReviewSeen> approvals) {
  return [=](const ReleaseRecord& record) {
    return adopt_reviews(record, {approvals, "github", 5'000});
  };
}

Decider merge() {
  return [](const ReleaseRecord& record) {
    schema::PullRequestMergePrepared intent;
    intent.number = 412;
    intent.commit = commit('7');
    return prepare_merge(record, intent);
  };
}

TEST(DecidePullRequest, IsIntendedOnceForACommit) {
  given(with_notes())
      .when(open('7'))
      .then({{"PullRequestPrepared", {{"candidate", 1}, {"attempt", 1}}}});
  const Life intended = and_then(with_notes(), open('7'));
  given(intended).when(open('7')).then_nothing();
  given(intended).when(open('6')).then(
      {{"PullRequestPrepared", {{"attempt", 2}}}});
  given(Life().started(plan_of_forge()))
      .when(open('7'))
      .then_refused("gate-not-passed");
}

TEST(DecideReviews, BecomeApprovalsBoundToTheEvidence) {
  given(opened())
      .when(adopt({review(kJack, 1)}))
      .then({{"ApprovalGranted",
              {{"by", kJack},
               {"role", "technical-lead"},
               {"commit", commit('a')},
               {"source", "github"},
               {"url", "https://github.example/412#1"}}}});
  given(opened()).when(adopt({})).then_nothing();
}

TEST(DecideReviews, ExpireAsEveryApprovalDoes) {
  schema::Plan plan = plan_of_forge();
  plan.approval->expires_s = 60;
  seal(plan);
  given(opened(Life().started(plan).tested().notes()))
      .when(adopt({review(kJack, 1)}))
      .then({{"ApprovalGranted", {{"expires_at_ms", 65'000}}}});
}

TEST(DecideReviews, OfWhomThePlanGivesNoRoleLeadToNothing) {
  given(opened()).when(adopt({review("Zoe <zoe@x.org>", 1)})).then_nothing();
  given(opened()).when(adopt({review(kAnn, 1)})).then_nothing();
}

TEST(DecideReviews, AreWithdrawnWhenTheyNoLongerStand) {
  const Life approved = and_then(opened(), adopt({review(kJack, 1)}));
  given(approved).when(adopt({})).then(
      {{"ApprovalRevoked",
        {{"by", kJack}, {"role", "technical-lead"}, {"source", "github"}}}});
  // Another review of the same person keeps it.
  given(approved).when(adopt({review(kJack, 2)})).then_nothing();
}

TEST(DecideReviews, SignOnceEach) {
  Life life = and_then(opened(), adopt({review(kJack, 1)}));
  life.revoked(kJack, "technical-lead");
  given(life).when(adopt({review(kJack, 1)})).then_nothing();
  given(life)
      .when(adopt({review(kJack, 2)}))
      .then({{"ApprovalGranted", {{"attempt", 2}}}});
}

TEST(DecideReviews, TakeNothingFromWhoSignedHere) {
  given(opened().approved(kJack, "technical-lead"))
      .when(adopt({}))
      .then_nothing();
}

TEST(DecideMerge, NeedsTheApprovals) {
  given(opened()).when(merge()).then_refused("approvals-missing",
                                             ErrorCode::kWaiting);
  given(opened().signed_off())
      .when(merge())
      .then({{"PullRequestMergePrepared", {{"attempt", 1}}}});
}

TEST(DecideMerge, IsTriedAgainAfterARefusal) {
  const Life merging = and_then(opened().signed_off(), merge());
  const Decider refuse = [](const ReleaseRecord& record) {
    return refuse_merge(record, "base-moved", "Base branch was modified.");
  };
  given(merging).when(merge()).then_nothing();
  given(merging).when(refuse).then(
      {{"PullRequestRefused", {{"attempt", 1}, {"reason", "base-moved"}}}});
  given(and_then(merging, refuse))
      .when(merge())
      .then({{"PullRequestMergePrepared", {{"attempt", 2}}}});
}

TEST(DecideMerge, KeepsTheReleaseFromBeingAbandoned) {
  const Life merging = and_then(opened().signed_off(), merge());
  given(merging)
      .when([](const ReleaseRecord& record) { return abandon(record, "no"); })
      .then_refused("already-published");
}

Decider publish_merged() {
  return [](const ReleaseRecord& record) {
    schema::PublicationPrepared intent;
    intent.stable_branch = "stable";
    intent.merge_commit = commit('8');
    intent.tag = "v1.4.0";
    intent.tag_object = commit('9');
    return prepare_publication(record, intent);
  };
}

TEST(DecideMerge, ByAPersonStillNeedsTheApprovals) {
  const auto merged = [](bool adopted) -> Decider {
    return [=](const ReleaseRecord& record) {
      schema::PullRequestMerged event;
      event.number = 412;
      event.commit = commit('8');
      event.adopted = adopted;
      return observe_merge(record, event);
    };
  };
  given(and_then(opened(), merged(true)))
      .when(publish_merged())
      .then_refused("approvals-missing", ErrorCode::kWaiting);
  given(and_then(opened(), merged(false)))
      .when(publish_merged())
      .then({{"PublicationPrepared", {{"merge_commit", commit('8')}}}});
}

TEST(DecidePage, IsPublishedOnce) {
  const Decider prepare = [](const ReleaseRecord& record) {
    schema::ForgeReleasePrepared intent;
    intent.tag = "v1.4.0";
    intent.body_digest = "of the notes";
    return prepare_forge_release(record, intent);
  };
  const Decider observe = [](const ReleaseRecord& record) {
    schema::ForgeReleasePublished published;
    published.tag = "v1.4.0";
    published.id = "7001";
    return observe_forge_release(record, published);
  };
  const Life tagged = opened().signed_off().published();
  given(tagged).when(prepare).then(
      {{"ForgeReleasePrepared", {{"attempt", 1}}}});
  const Life prepared = and_then(tagged, prepare);
  given(prepared).when(prepare).then_nothing();
  given(prepared).when(observe).then(
      {{"ForgeReleasePublished", {{"id", "7001"}}}});
}

}  // namespace
}  // namespace commands::decide::forge_test
