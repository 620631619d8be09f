#include "commands/services/github_reviews.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace commands::services {
namespace {

bool is_opinion(const Review& review) {
  return review.user &&
         (review.state == "APPROVED" || review.state == "CHANGES_REQUESTED" ||
          review.state == "DISMISSED");
}

// Why an approval does not count; empty: it does.
std::string why_not(const PullRequest& pull,
                    const Review& review,
                    const std::string& permission) {
  if (review.user->id == pull.author.id) {
    return "the author of a pull request cannot approve it";
  }
  if (review.user->type != "User") {
    return "only people approve";
  }
  if (permission != "write" && permission != "admin") {
    return fmt::format("{} may not write to the repository",
                       review.user->login);
  }
  if (review.commit != pull.head_commit) {
    return review.commit.empty()
               ? "the commit it was given on is gone"
               : fmt::format(
                     "it was given on {}, and the pull request is at "
                     "{}",
                     review.commit.substr(0, 12),
                     pull.head_commit.substr(0, 12));
  }
  return {};
}

}  // namespace

std::vector<Review> latest_opinions(std::vector<Review> reviews) {
  std::erase_if(reviews, [](const Review& r) { return !is_opinion(r); });
  std::ranges::sort(reviews, [](const Review& a, const Review& b) {
    return std::tie(a.at, a.id) < std::tie(b.at, b.id);
  });
  std::map<std::uint64_t, Review> newest;
  for (Review& review : reviews) {
    newest.insert_or_assign(review.user->id, std::move(review));
  }
  std::vector<Review> result;
  for (auto& [user, review] : newest) {
    result.push_back(std::move(review));
  }
  std::ranges::sort(result, {}, &Review::id);
  return result;
}

ReviewReading read_reviews(
    const PullRequest& pull,
    const std::vector<Review>& opinions,
    const std::map<std::uint64_t, std::string>& permissions) {
  ReviewReading reading;
  for (const Review& review : opinions) {
    const auto known = permissions.find(review.user->id);
    const std::string permission =
        known == permissions.end() ? "none" : known->second;
    if (review.state == "APPROVED") {
      const std::string why = why_not(pull, review, permission);
      if (why.empty()) {
        reading.approvals.push_back(review);
      } else {
        reading.uncounted.push_back({review, why});
      }
    } else if (review.state == "CHANGES_REQUESTED" &&
               (permission == "write" || permission == "admin")) {
      reading.objections.push_back(review);
    }
  }
  return reading;
}

}  // namespace commands::services
