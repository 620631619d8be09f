// A fake of a service: tests/support/fakes/NAME.py, serving on a free port of
// loopback for as long as this lives. fakes.py says what is in its world.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/json.h"
#include "tests/support/program.h"

namespace support {

class FakeServer {
 public:
  // `world`: a folder of its own. A server that does not come up fails the
  // test.
  FakeServer(std::string_view name, std::filesystem::path world);

  const std::string& url() const { return url_; }  // http://127.0.0.1:PORT
  const std::filesystem::path& world() const { return world_; }

  // What goes wrong from now on, and what the service knows.
  void set_rules(const json& rules) const;
  void set_state(const json& state) const;
  json state() const;

  // Every request so far, oldest first; those of `method` whose path begins
  // with `path`.
  std::vector<json> journal() const;
  std::vector<json> requests(std::string_view method,
                             std::string_view path = "/") const;

 private:
  std::filesystem::path world_;
  Running program_;
  std::string url_;
};

}  // namespace support
