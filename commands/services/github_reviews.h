// Which reviews of a pull request count, as GitHub itself reckons and an
// auditor would: the latest opinion of each user, given on the commit that
// would be merged, by somebody who may write, who is not its author. Pure.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "commands/services/github_answers.h"

namespace commands::services {

// The newest review of each user that says yes, no, or that an earlier one no
// longer stands. A comment is no opinion and leaves the one before.
std::vector<Review> latest_opinions(std::vector<Review> reviews);

struct Uncounted {
  Review review;
  std::string why;
};

struct ReviewReading {
  std::vector<Review> approvals;   // that count
  std::vector<Review> objections;  // changes requested, and not lifted
  std::vector<Uncounted> uncounted;
};

// `permissions`: of each user with an opinion, by id, as GitHub words it:
// admin, write, read, none.
ReviewReading read_reviews(
    const PullRequest& pull,
    const std::vector<Review>& opinions,
    const std::map<std::uint64_t, std::string>& permissions);

}  // namespace commands::services
