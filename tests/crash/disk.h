// A disk that forgets what was not synced: a file system of our own, in
// memory, that repeats the calls of a traced program and tells what may be
// left after a power loss.
//
// It is as unkind as POSIX allows. A write may be lost until its file is
// synced, in any order, torn at any byte; a name, a renaming and a removal
// until its folder is synced, each on its own. What the programs of this
// project do to a file, and no more, is known: any other call fails the test.
// Not thread-safe.

#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/crash/trace.h"

namespace crash_tests {

// How much of what was not synced is left.
enum class Loss {
  kEverything,    // none of it
  kRandomParts,   // some of it
  kTornLastWrite  // all of it but the end of the newest write
};

class Disk {
 public:
  // Begins with what lies below `root`, all of it synced.
  explicit Disk(std::filesystem::path root);

  // The calls to trace.
  static const char* calls();
  // Whether it changed what a power loss could leave.
  bool apply(const Call& call);

  // Makes `root` what a power loss now leaves.
  void lose_power(Loss loss, std::mt19937_64& random) const;

 private:
  struct Node;
  using NodeRef = std::shared_ptr<Node>;
  // A change of a file or a folder that a power loss may undo.
  struct Edit {
    std::string name;  // in a folder
    NodeRef node;      // what it names from then on, or nothing
    std::string from;  // the name it had before, or empty
    std::size_t at = 0;
    std::optional<std::string> data;  // of a file; nothing: cut at `at`
  };
  struct Node {
    bool folder = false;
    std::string content;
    std::map<std::string, NodeRef> names;
    std::string synced_content;
    std::map<std::string, NodeRef> synced_names;
    std::vector<Edit> edits;  // since it was synced
  };

  static void apply_to_content(std::string& content, const Edit& edit);
  static void apply_to_names(std::map<std::string, NodeRef>& names,
                             const Edit& edit);
  static std::vector<Edit> kept(const Node& node,
                                const Edit* torn,
                                Loss loss,
                                std::mt19937_64& random);
  static void load(Node& node, const std::filesystem::path& path);
  void write_out(const Node& node,
                 const std::filesystem::path& path,
                 Loss loss,
                 std::mt19937_64& random) const;

  bool is_below(const std::string& path) const;
  NodeRef find(const std::string& path) const;  // fails the test if not there
  NodeRef parent(const std::string& path) const;
  void edit(const NodeRef& node, Edit edit);
  void name(const std::string& path, NodeRef node, std::string from);
  bool open(const Call& call);
  bool write(const Call& call, std::size_t at);
  void sync(const std::string& path);
  bool rename(const std::string& from, const std::string& to);

  std::filesystem::path root_;
  NodeRef top_ = std::make_shared<Node>();
  std::map<long, std::size_t> offsets_;  // by descriptor
  NodeRef written_;                      // by the newest write
};

}  // namespace crash_tests
