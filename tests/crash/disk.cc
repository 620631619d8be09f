#include "tests/crash/disk.h"

#include <algorithm>
#include <system_error>

#include <gtest/gtest.h>

#include "tests/support/scratch.h"

namespace crash_tests {
namespace {

namespace fs = std::filesystem;

// Of "(7<...>, ..., 4096) = 0" the last argument.
std::size_t last_number(const std::string& text) {
  const auto end = text.rfind(") = ");
  const auto begin = text.rfind(' ', end);
  return std::strtoull(text.c_str() + begin + 1, nullptr, 0);
}

long descriptor(const std::string& text) {
  return std::strtol(text.c_str() + 1, nullptr, 10);
}

bool has(const Call& call, std::string_view words) {
  return call.text.find(words) != std::string::npos;
}

}  // namespace

const char* Disk::calls() {
  return "openat,close,write,pwrite64,lseek,ftruncate,fallocate,fsync,"
         "fdatasync,sync_file_range,rename,unlink,rmdir,mkdir,?open,?creat,"
         "?writev,?pwritev,?pwritev2,?truncate,?msync,?renameat,?renameat2,"
         "?unlinkat,?mkdirat,?link,?linkat,?symlink,?symlinkat,?sendfile,"
         "?copy_file_range,?splice";
}

Disk::Disk(fs::path root) : root_(std::move(root)) {
  load(*top_, root_);
}

void Disk::load(Node& node, const fs::path& path) {
  node.folder = fs::is_directory(path);
  if (!node.folder) {
    node.content = node.synced_content = support::read_file(path);
    return;
  }
  for (const auto& entry : fs::directory_iterator(path)) {
    const auto child = std::make_shared<Node>();
    load(*child, entry.path());
    node.names[entry.path().filename()] = child;
  }
  node.synced_names = node.names;
}

bool Disk::is_below(const std::string& path) const {
  return path.starts_with(root_.string() + "/");
}

Disk::NodeRef Disk::find(const std::string& path) const {
  NodeRef node = top_;
  for (const fs::path& name : fs::path(path).lexically_relative(root_)) {
    const auto child = node->names.find(name);
    if (name != "." && child == node->names.end()) {
      return nullptr;
    }
    node = name == "." ? node : child->second;
  }
  return node;
}

Disk::NodeRef Disk::parent(const std::string& path) const {
  return find(fs::path(path).parent_path());
}

void Disk::apply_to_content(std::string& content, const Edit& edit) {
  if (!edit.data) {
    content.resize(edit.at);
    return;
  }
  content.resize(std::max(content.size(), edit.at + edit.data->size()));
  content.replace(edit.at, edit.data->size(), *edit.data);
}

void Disk::apply_to_names(std::map<std::string, NodeRef>& names,
                          const Edit& edit) {
  if (!edit.from.empty()) {
    names.erase(edit.from);
  }
  if (edit.node) {
    names[edit.name] = edit.node;
  } else {
    names.erase(edit.name);
  }
}

void Disk::edit(const NodeRef& node, Edit edit) {
  if (node->folder) {
    apply_to_names(node->names, edit);
  } else {
    apply_to_content(node->content, edit);
    written_ = node;
  }
  node->edits.push_back(std::move(edit));
}

void Disk::name(const std::string& path, NodeRef node, std::string from) {
  const NodeRef folder = parent(path);
  ASSERT_TRUE(folder) << path;
  edit(folder,
       {fs::path(path).filename(), std::move(node), std::move(from), 0, {}});
}

bool Disk::open(const Call& call) {
  // Folder of the process, name, what was opened.
  const std::string path = call.strings.back();
  offsets_[call.result] = 0;
  if (!is_below(path)) {
    return false;
  }
  const NodeRef node = find(path);
  EXPECT_FALSE(has(call, "SYNC")) << call.text;
  if (node && has(call, "O_APPEND")) {
    offsets_[call.result] = node->content.size();
  }
  if (!node) {
    EXPECT_TRUE(has(call, "O_CREAT")) << path;
    name(path, std::make_shared<Node>(), "");
    return true;
  }
  if (has(call, "O_TRUNC") && !node->content.empty()) {
    edit(node, {"", nullptr, "", 0, {}});
    return true;
  }
  return false;
}

bool Disk::write(const Call& call, std::size_t at) {
  const NodeRef node = find(call.strings.front());
  if (!node || call.strings.size() < 2) {
    EXPECT_TRUE(node) << call.strings.front();
    return false;
  }
  edit(node,
       {"",
        nullptr,
        "",
        at,
        call.strings.back().substr(0, static_cast<std::size_t>(call.result))});
  return true;
}

void Disk::sync(const std::string& path) {
  const NodeRef node = path == root_.string() ? top_ : find(path);
  ASSERT_TRUE(node) << path;
  node->synced_content = node->content;
  node->synced_names = node->names;
  node->edits.clear();
}

bool Disk::rename(const std::string& from, const std::string& to) {
  EXPECT_EQ(fs::path(from).parent_path(), fs::path(to).parent_path());
  const NodeRef node = find(from);
  EXPECT_TRUE(node) << from;
  name(to, node, fs::path(from).filename());
  return true;
}

bool Disk::apply(const Call& call) {
  if (call.result < 0 || call.strings.empty()) {
    return false;
  }
  const std::string& path = call.strings.front();
  const long file = descriptor(call.text);
  if (call.name == "openat") {
    return open(call);
  }
  if (call.name == "lseek") {
    offsets_[file] = static_cast<std::size_t>(call.result);
    return false;
  }
  if (path == root_.string() && call.name == "fsync") {
    sync(path);
    return true;
  }
  if (!is_below(path) || call.name == "close" ||
      call.name == "sync_file_range") {
    return false;
  }
  if (call.name == "write") {
    const std::size_t at = offsets_[file];
    offsets_[file] += static_cast<std::size_t>(call.result);
    return write(call, at);
  }
  if (call.name == "pwrite64") {
    return write(call, last_number(call.text));
  }
  if (call.name == "ftruncate") {
    edit(find(path), {"", nullptr, "", last_number(call.text), {}});
    return true;
  }
  if (call.name == "fsync" || call.name == "fdatasync") {
    sync(path);
    return true;
  }
  if (call.name == "rename") {
    return rename(path, call.strings.at(1));
  }
  if (call.name == "mkdir") {
    const auto folder = std::make_shared<Node>();
    folder->folder = true;
    name(path, folder, "");
    return true;
  }
  if (call.name == "unlink" || call.name == "rmdir") {
    name(path, nullptr, "");
    return true;
  }
  const bool reserves = call.name == "fallocate" && has(call, "KEEP_SIZE");
  EXPECT_TRUE(reserves) << "not known here: " << call.name << call.text;
  return false;
}

std::vector<Disk::Edit> Disk::kept(const Node& node,
                                   const Edit* torn,
                                   Loss loss,
                                   std::mt19937_64& random) {
  std::vector<Edit> result;
  for (const Edit& edit : node.edits) {
    if (loss == Loss::kEverything ||
        (loss == Loss::kRandomParts && random() % 2 == 0)) {
      continue;
    }
    result.push_back(edit);
    const bool tears = loss == Loss::kRandomParts || &edit == torn;
    if (tears && edit.data && !edit.data->empty()) {
      result.back().data = edit.data->substr(0, random() % edit.data->size());
    }
  }
  return result;
}

void Disk::write_out(const Node& node,
                     const fs::path& path,
                     Loss loss,
                     std::mt19937_64& random) const {
  const Edit* torn = written_.get() == &node && !node.edits.empty()
                         ? &node.edits.back()
                         : nullptr;
  const std::vector<Edit> edits = kept(node, torn, loss, random);
  if (!node.folder) {
    std::string content = node.synced_content;
    for (const Edit& edit : edits) {
      apply_to_content(content, edit);
    }
    support::write_file(path, content);
    return;
  }
  std::error_code error;
  fs::create_directories(path, error);
  std::map<std::string, NodeRef> names = node.synced_names;
  for (const Edit& edit : edits) {
    apply_to_names(names, edit);
  }
  for (const auto& [child, child_node] : names) {
    write_out(*child_node, path / child, loss, random);
  }
}

void Disk::lose_power(Loss loss, std::mt19937_64& random) const {
  std::error_code error;
  fs::remove_all(root_, error);
  write_out(*top_, root_, loss, random);
}

}  // namespace crash_tests
