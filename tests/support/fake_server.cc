#include "tests/support/fake_server.h"

#include <sstream>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/scratch.h"

namespace support {
namespace {

namespace fs = std::filesystem;

Invocation invocation_of(std::string_view name, const fs::path& world) {
  fs::create_directories(world);
  fs::remove(world / "port");  // of one before it
  Invocation invocation;
  invocation.argv = {"python3",
                     std::string(RL_FAKES) + "/" + std::string(name) + ".py",
                     world.string()};
  invocation.directory = world;
  invocation.environment["PATH"] = kSystemPath;
  invocation.environment["PYTHONDONTWRITEBYTECODE"] = "1";
  return invocation;
}

// Whole at once: the fake reads it whenever it is asked something.
void replace_file(const fs::path& file, const std::string& text) {
  fs::path fresh = file;
  fresh += ".fresh";
  write_file(fresh, text);
  fs::rename(fresh, file);
}

}  // namespace

FakeServer::FakeServer(std::string_view name, fs::path world)
    : world_(std::move(world)), program_(invocation_of(name, world_)) {
  const bool up = eventually(
      [&] { return fs::exists(world_ / "port") || program_.has_ended(); });
  const std::string port = read_file(world_ / "port");
  EXPECT_TRUE(up && !port.empty()) << name << " does not come up";
  url_ = "http://127.0.0.1:" + port;
}

void FakeServer::set_rules(const json& rules) const {
  replace_file(world_ / "rules", rules.dump());
}

void FakeServer::set_state(const json& state) const {
  replace_file(world_ / "state", state.dump());
}

json FakeServer::state() const {
  return json::parse(read_file(world_ / "state"), nullptr, false);
}

std::vector<json> FakeServer::journal() const {
  std::vector<json> requests;
  std::istringstream lines(read_file(world_ / "journal"));
  for (std::string line; std::getline(lines, line);) {
    requests.push_back(json::parse(line, nullptr, false));
  }
  return requests;
}

std::vector<json> FakeServer::requests(std::string_view method,
                                       std::string_view path) const {
  std::vector<json> found;
  for (const json& request : journal()) {
    if (request["method"] == method &&
        request["path"].get<std::string>().starts_with(path)) {
      found.push_back(request);
    }
  }
  return found;
}

}  // namespace support
