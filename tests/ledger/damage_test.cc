// Every file of a ledger is flipped, cut, emptied, deleted, swapped and put
// back from an older copy. Whatever is asked then is either refused as damage
// or answered as before; and a writer never acknowledges on top of a loss.
//
// RL_DAMAGE_SEED chooses other places, RL_DAMAGE_SAMPLES more of them (each
// file, each operation; CI: 6).

#include <cstdlib>
#include <fstream>
#include <map>
#include <random>

#include "tests/ledger/scene.h"

namespace ledger_tests {
namespace {

namespace fs = std::filesystem;
using ledger::ErrorCode;
using ledger::Snapshot;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

template <class T>
std::string refusal(const ledger::Result<T>& result) {
  const ledger::Error& error = result.error();
  EXPECT_EQ(error.code, ErrorCode::kCorruption) << error.message;
  EXPECT_EQ(error.message.find("orruption"), std::string::npos)
      << error.message;
  EXPECT_FALSE(error.hint.empty()) << error.message;
  return "";
}

std::string text_of(const ledger::RecordedEvent& event) {
  return fmt::format("{} {} {} {}\n",
                     event.position,
                     event.envelope.stream,
                     event.envelope.stream_version,
                     ledger::to_hex(*event.payload));
}

// What commands ask, each with its answer; "" is a refusal.
using Answers = std::map<std::string, std::string>;

std::string list(const Snapshot& snapshot, const CountingView& view) {
  const auto rows = snapshot.rows(view);
  if (!rows) {
    return refusal(rows);
  }
  std::string text;
  for (const ledger::Row& row : *rows) {
    text += fmt::format("{} {}\n", row.position, row.bytes);
  }
  return text;
}

std::string status(const Snapshot& snapshot,
                   const CountingView& view,
                   const std::string& stream) {
  const auto row = snapshot.row(view, ledger::release_stream(stream), stream);
  if (!row) {
    return refusal(row);
  }
  return *row ? (*row)->bytes : "none";
}

std::string history(const Snapshot& snapshot, const std::string& stream) {
  const auto events = snapshot.stream_events(ledger::release_stream(stream), 0);
  if (!events) {
    return refusal(events);
  }
  std::string text = "history\n";
  for (const auto& event : *events) {
    text += text_of(event);
  }
  return text;
}

std::string everything(const Snapshot& snapshot) {
  std::string text =
      snapshot.origin() + ledger::to_hex(snapshot.checkpoint().root);
  for (ledger::Position p = 0; p < snapshot.size(); ++p) {
    const auto event = snapshot.event(p);
    if (!event) {
      return refusal(event);
    }
    text += text_of(*event);
  }
  const auto last = snapshot.position_at(SettableClock().at_ms);
  return text + (last ? "known" : refusal(last));
}

Answers ask(const Scene& scene) {
  Answers answers;
  const auto ledger = ledger::Ledger::open(scene.settings());
  if (!ledger) {
    refusal(ledger);
    return answers;
  }
  const auto snapshot = ledger->read();
  if (!snapshot) {
    refusal(snapshot);
    return answers;
  }
  answers["list"] = list(*snapshot, scene.view);
  answers["everything"] = everything(*snapshot);
  for (const char* stream : {"0", "1", "2", "none"}) {
    answers[std::string("status ") + stream] =
        status(*snapshot, scene.view, stream);
    answers[std::string("history ") + stream] = history(*snapshot, stream);
  }
  return answers;
}

std::string content_of(const fs::path& file) {
  return ledger::read_file(file).value().value_or("");
}

void put(const fs::path& file, std::string_view content) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

class Campaign : public testing::TestWithParam<int> {
 protected:
  Campaign()
      : seed_(number_from("RL_DAMAGE_SEED", std::random_device()())),
        samples_(number_from("RL_DAMAGE_SAMPLES", 6)),
        random_(seed_) {
    scene_.fill(GetParam() / 2);
    fs::copy(scene_.folder(), older_, fs::copy_options::recursive);
    const ledger::Ledger book = scene_.ledger();
    for (int i = GetParam() / 2; i < GetParam(); ++i) {
      RL_CHECK(scene_.append(scene_.next(std::to_string(i % 3), "later")),
               "cannot append");
    }
    fs::copy(scene_.folder(), pristine_, fs::copy_options::recursive);
    before_ = ask(scene_);
    for (const auto& entry :
         fs::recursive_directory_iterator(scene_.folder())) {
      const fs::path name = fs::relative(entry.path(), scene_.folder());
      if (entry.is_regular_file() && !name.string().starts_with("lock.")) {
        files_.push_back(name);
      }
    }
    std::ranges::sort(files_);
    std::fprintf(stderr, "seed: RL_DAMAGE_SEED=%lu\n", seed_);
  }

  fs::path at(const fs::path& name) const { return scene_.folder() / name; }

  void restore(const fs::path& name) const {
    fs::remove_all(at(name));
    fs::copy_file(pristine_ / name, at(name));
  }

  // After the damage named by the trace.
  void expect_detected_or_harmless() {
    for (const auto& [question, answer] : ask(scene_)) {
      if (!answer.empty()) {
        EXPECT_EQ(answer, before_[question]) << question;
      }
    }
  }

  void expect_no_acknowledgement_on_a_loss() {
    ledger::AppendRequest request;
    request.stream = ledger::release_stream("new");
    request.events = {{fact(1, "on top"), {}}};
    request.actor = ann();
    const auto ledger = ledger::Ledger::open(scene_.settings());
    if (ledger && ledger->append(request)) {
      // Damage elsewhere, in a table, may still be there to be detected.
      for (const auto& [question, answer] : ask(scene_)) {
        if (question != "list" && question != "everything" && !answer.empty()) {
          EXPECT_EQ(answer, before_[question]) << question;
        }
      }
    }
    fs::remove_all(scene_.folder());
    fs::copy(pristine_, scene_.folder(), fs::copy_options::recursive);
  }

  Scene scene_;
  fs::path older_ = scene_.place() / "older";
  fs::path pristine_ = scene_.place() / "pristine";
  std::uint64_t seed_;
  std::uint64_t samples_;
  std::mt19937_64 random_;
  std::vector<fs::path> files_;
  Answers before_;
};

TEST_P(Campaign, OfFlippedBitsIsDetectedOrHarmless) {
  for (const fs::path& name : files_) {
    const std::string content = content_of(at(name));
    for (std::uint64_t i = 0; i < samples_ && !content.empty(); ++i) {
      const std::size_t place = random_() % content.size();
      std::string changed = content;
      changed[place] =
          static_cast<char>(changed[place] ^ (1 << (random_() % 8)));
      SCOPED_TRACE(fmt::format("{} flipped at {}", name.string(), place));
      put(at(name), changed);
      expect_detected_or_harmless();
      if (i < 2) {
        expect_no_acknowledgement_on_a_loss();
      }
    }
    restore(name);
  }
}

TEST_P(Campaign, OfCutFilesIsDetectedOrHarmless) {
  for (const fs::path& name : files_) {
    const std::string content = content_of(at(name));
    for (std::uint64_t i = 0; i < samples_ && !content.empty(); ++i) {
      const std::size_t length = i == 0 ? 0 : random_() % content.size();
      SCOPED_TRACE(fmt::format("{} cut to {}", name.string(), length));
      put(at(name), content.substr(0, length));
      expect_detected_or_harmless();
      if (i < 3) {
        expect_no_acknowledgement_on_a_loss();
      }
    }
    restore(name);
  }
}

TEST_P(Campaign, OfGarbageAtTheEndIsDetectedOrHarmless) {
  for (const fs::path& name : files_) {
    const std::string content = content_of(at(name));
    for (const char filler : {'\0', 'x'}) {
      SCOPED_TRACE(fmt::format("{} with {} behind it", name.string(), filler));
      put(at(name), content + std::string(4096, filler));
      expect_detected_or_harmless();
      expect_no_acknowledgement_on_a_loss();
    }
    restore(name);
  }
}

TEST_P(Campaign, OfDeletedFilesIsDetectedOrHarmless) {
  for (const fs::path& name : files_) {
    SCOPED_TRACE(fmt::format("{} deleted", name.string()));
    fs::remove(at(name));
    expect_detected_or_harmless();
    expect_no_acknowledgement_on_a_loss();
  }
}

TEST_P(Campaign, OfSwappedFilesIsDetectedOrHarmless) {
  for (std::size_t i = 0; i + 1 < files_.size(); ++i) {
    for (const std::size_t j : {i + 1, random_() % files_.size()}) {
      const fs::path& one = files_[i];
      const fs::path& other = files_[j];
      SCOPED_TRACE(
          fmt::format("{} and {} swapped", one.string(), other.string()));
      put(at(one), content_of(pristine_ / other));
      put(at(other), content_of(pristine_ / one));
      expect_detected_or_harmless();
      expect_no_acknowledgement_on_a_loss();
      put(at(one), content_of(pristine_ / other));
      SCOPED_TRACE("and one of them twice");
      expect_detected_or_harmless();
      restore(one);
      restore(other);
    }
  }
}

TEST_P(Campaign, OfFilesFromAnOlderCopyIsDetectedOrHarmless) {
  for (const auto& entry : fs::recursive_directory_iterator(older_)) {
    const fs::path name = fs::relative(entry.path(), older_);
    if (!entry.is_regular_file() || name.string().starts_with("lock.")) {
      continue;
    }
    SCOPED_TRACE(fmt::format("{} from an older copy", name.string()));
    put(at(name), content_of(entry.path()));
    expect_detected_or_harmless();
    expect_no_acknowledgement_on_a_loss();
  }
}

// A ledger in log files alone, and one that was tidied up on the way.
INSTANTIATE_TEST_SUITE_P(Ledgers, Campaign, testing::Values(14, 70));

}  // namespace
}  // namespace ledger_tests
