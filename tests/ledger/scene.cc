#include "tests/ledger/scene.h"

#include <csignal>
#include <set>

#include <sys/wait.h>
#include <unistd.h>

namespace ledger_tests {

using ledger::AppendMoment;
using ledger::AppendReceipt;
using ledger::AppendRequest;
using ledger::Ledger;
using ledger::Result;

schema::Actor ann() {
  schema::Actor actor;
  actor.name = "Ann";
  actor.email = "ann@x.org";
  return actor;
}

schema::WaiverGranted fact(std::uint32_t attempt, const std::string& reason) {
  schema::WaiverGranted event;
  event.check = "smoke";
  event.attempt = attempt;
  event.reason = reason;
  return event;
}

std::vector<std::string> kinds(const ledger::Verification& verification) {
  std::set<std::string> result;
  for (const ledger::Problem& problem : verification.problems) {
    result.insert(problem.kind);
  }
  return {result.begin(), result.end()};
}

ledger::Settings Scene::settings() const {
  ledger::Settings settings;
  settings.folder = folder();
  settings.key_folder = place() / key_folder_;
  settings.lock_timeout = lock_timeout;
  settings.projections = projections;
  settings.clock = &clock;
  settings.tool_version = "0.1.0";
  settings.observer = observer;
  settings.rebuild_batch = rebuild_batch;
  settings.rebuild_batches = rebuild_batches;
  return settings;
}

Ledger Scene::ledger() const {
  auto ledger = Ledger::open_or_create(settings(), ann());
  RL_CHECK(ledger.has_value(), ledger.error().message.c_str());
  return std::move(*ledger);
}

ledger::Snapshot Scene::read() const {
  auto snapshot = ledger().read();
  RL_CHECK(snapshot.has_value(), snapshot.error().message.c_str());
  return std::move(*snapshot);
}

ledger::Verification Scene::verify(const ledger::EventVisitor& visit) const {
  auto verification = ledger().verify(nullptr, visit);
  RL_CHECK(verification.has_value(), verification.error().message.c_str());
  return std::move(*verification);
}

std::string Scene::row(const std::string& stream) const {
  const auto row = read().row(view, ledger::release_stream(stream), stream);
  RL_CHECK(row.has_value(), row.error().message.c_str());
  return *row ? (*row)->bytes : "";
}

AppendRequest Scene::next(const std::string& stream,
                          const std::string& reason) const {
  AppendRequest request;
  request.stream = ledger::release_stream(stream);
  const auto head = read().stream_head(request.stream);
  RL_CHECK(head.has_value(), head.error().message.c_str());
  request.next_version = *head ? (*head)->version + 1 : 0;
  request.events.push_back(
      {fact(static_cast<std::uint32_t>(request.next_version) + 1, reason), {}});
  request.actor = ann();
  return request;
}

Result<AppendReceipt> Scene::append(const AppendRequest& request) const {
  return ledger().append(request);
}

void Scene::fill(int count) const {
  constexpr int kStreams = 3;
  const Ledger book = ledger();
  for (int i = 0; i < count; ++i) {
    AppendRequest request;
    request.stream = ledger::release_stream(std::to_string(i % kStreams));
    request.next_version = static_cast<std::uint64_t>(i / kStreams);
    request.events.push_back(
        {fact(static_cast<std::uint32_t>(request.next_version) + 1,
              fmt::format("reason {}", i)),
         {}});
    request.actor = ann();
    const auto receipt = book.append(request);
    RL_CHECK(receipt.has_value(), receipt.error().message.c_str());
  }
}

void Scene::kill_at(AppendMoment moment,
                    const std::function<void(const Scene&)>& act) const {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto& inside = const_cast<Scene&>(*this);
    inside.observer = [moment](AppendMoment reached, std::size_t) {
      if (reached == moment) {
        (void)::raise(SIGKILL);
      }
    };
    act(inside);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the moment did not come";
}

}  // namespace ledger_tests
