// The pull request of a candidate: found or opened, and followed until it may
// be merged.

#pragma once

#include <optional>
#include <string>

#include "commands/services/github.h"
#include "commands/steps/publication.h"

namespace commands::steps {

// GitHub as the plan and the environment say: GH_TOKEN or GITHUB_TOKEN,
// GITHUB_API_URL. kUsage `no-token`.
Result<services::GitHub> github_of(StepContext& context);

// `what` was asked for, as in "merge URL"; kRejected or kUpstream.
std::unexpected<Error> refused_by_github(const std::string& what,
                                         const services::Acted& acted);
// `what` may have been done, as in "did the merge".
std::unexpected<Error> unknown_at_github(const std::string& what,
                                         const services::Acted& acted);

// The one on record, or an open one from staging to stable.
Result<std::optional<services::PullRequest>> find_pull_request(
    StepContext& context, services::GitHub& github, const Names& names);
Result<services::GitHub::NewPullRequest> wanted_pull_request(
    StepContext& context, const Names& names);

// What the text of one that was opened here has to become, because its notes
// were written anew since; nothing where it stays.
Result<std::optional<services::GitHub::NewPullRequest>> newer_text(
    StepContext& context,
    const Names& names,
    const services::PullRequest& pull);

// It is open, on record, and tells of the newest notes.
Status open_pull_request(StepContext& context,
                         services::GitHub& github,
                         const Names& names);

// Reviews become approvals, checks are looked at. Well: it may be merged.
// kWaiting `approvals-missing`, `changes-requested`, `checks-pending`,
// `pull-request-draft`; kRejected `check-failed`, `pull-request-closed`,
// `staging-moved`.
Status follow_pull_request(StepContext& context,
                           services::GitHub& github,
                           const Names& names);

}  // namespace commands::steps
