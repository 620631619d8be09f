// An export imported elsewhere is the same ledger; anything but an export is
// refused with its line, and changes nothing.

#include <array>
#include <fstream>

#include <nlohmann/json.hpp>

#include "ledger/digest.h"
#include "tests/ledger/moving_fixture.h"

namespace ledger_tests {
namespace {

namespace fs = std::filesystem;
using ledger::Ledger;
using nlohmann::ordered_json;
using Lines = std::vector<std::string>;

class Import : public ::testing::Test {
 protected:
  Import() { there_.use_key_folder("keys-of-bo"); }

  Lines exported(int events) {
    here_.fill(events);
    return export_lines(here_.ledger());
  }
  ledger::Result<ledger::Imported> import(const Lines& lines) const {
    return import_lines(there_.settings(), lines);
  }
  // What the import says, and that it left nothing.
  ledger::Error refusal(const Lines& lines) const {
    const auto done = import(lines);
    EXPECT_FALSE(done);
    EXPECT_TRUE(fs::is_empty(there_.place()) || !fs::exists(there_.folder()));
    for (const auto& entry : fs::directory_iterator(there_.place())) {
      EXPECT_FALSE(entry.path().filename().string().starts_with("ledger"))
          << entry.path();
    }
    return done ? ledger::Error{} : done.error();
  }

  Scene here_;
  Scene there_;
};

std::string changed(const std::string& line,
                    const std::function<void(ordered_json&)>& change) {
  ordered_json value = ordered_json::parse(line);
  change(value);
  return value.dump();
}

TEST_F(Import, GivesTheSameHeadTheSameExportAndAWholeLedger) {
  const Lines lines = exported(40);
  const auto done = import(lines);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->events, 41U);
  EXPECT_EQ(done->lines, 41U);
  EXPECT_EQ(done->head, head_of(here_.settings()));
  EXPECT_EQ(head_of(there_.settings()), head_of(here_.settings()));
  EXPECT_EQ(export_lines(there_.ledger()), lines);
  EXPECT_EQ(kinds(there_.verify()), std::vector<std::string>{});
  EXPECT_EQ(there_.row("1"), here_.row("1"));
}

TEST_F(Import, TakesSeveralPortions) {
  Lines lines = exported(3);
  // Many small events by one append each would take long: one large append.
  ledger::AppendRequest request;
  request.stream = ledger::release_stream("many");
  request.actor = ann();
  for (std::uint32_t i = 1; i <= 3 * ledger::kImportPortion / 2; ++i) {
    request.events.push_back({fact(i, fmt::format("reason {}", i)), {}});
  }
  ASSERT_TRUE(here_.append(request));
  lines = export_lines(here_.ledger());
  ASSERT_TRUE(import(lines));
  EXPECT_EQ(head_of(there_.settings()), head_of(here_.settings()));
  EXPECT_EQ(kinds(there_.verify()), std::vector<std::string>{});
  EXPECT_EQ(there_.row("many"), here_.row("many"));
}

TEST_F(Import, TwiceIsOnce) {
  const Lines lines = exported(5);
  ASSERT_TRUE(import(lines));
  const auto again = import(lines);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->events, 0U);
  EXPECT_EQ(again->head, head_of(here_.settings()));
  EXPECT_EQ(export_lines(there_.ledger()), lines);
}

TEST_F(Import, GoesOnWhereTheLedgerIsABeginningOfTheFile) {
  const Lines lines = exported(9);
  ASSERT_TRUE(import(Lines(lines.begin(), lines.begin() + 4)));
  EXPECT_EQ(head_of(there_.settings()).size, 4U);
  const auto rest = import(lines);
  ASSERT_TRUE(rest) << rest.error().message;
  EXPECT_EQ(rest->events, 6U);
  EXPECT_EQ(head_of(there_.settings()), head_of(here_.settings()));
  EXPECT_EQ(kinds(there_.verify()), std::vector<std::string>{});
}

TEST_F(Import, OfABeginningOfTheLedgerAddsNothing) {
  const Lines lines = exported(4);
  ASSERT_TRUE(import(lines));
  const auto done = import(Lines(lines.begin(), lines.begin() + 2));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->events, 0U);
  EXPECT_EQ(done->lines, 2U);
}

TEST_F(Import, TakesThePlaceOfALedgerThatIsEmpty) {
  const Lines lines = exported(4);
  (void)there_.ledger();
  const auto done = import(lines);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(fs::exists(done->replaced / "HEAD"));
  EXPECT_EQ(head_of(there_.settings()), head_of(here_.settings()));
}

TEST_F(Import, RefusesALedgerThatIsAnother) {
  const Lines lines = exported(4);
  there_.fill(2);
  const auto before = export_lines(there_.ledger());
  const auto done = import(lines);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "another-ledger");
  EXPECT_EQ(export_lines(there_.ledger()), before);
}

TEST_F(Import, RefusesALedgerThatWasContinuedApart) {
  Lines lines = exported(4);
  ASSERT_TRUE(import(lines));
  ASSERT_TRUE(there_.append(there_.next("0", "there")));
  ASSERT_TRUE(here_.append(here_.next("0", "here")));
  const auto before = export_lines(there_.ledger());
  const auto done = import(export_lines(here_.ledger()));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "history-differs");
  EXPECT_EQ(done.error().code, ledger::ErrorCode::kCorruption);
  EXPECT_TRUE(done.error().message.starts_with("line 6: "))
      << done.error().message;
  EXPECT_EQ(export_lines(there_.ledger()), before);
}

TEST_F(Import, LeavesTheKeyToBeRecordedByTheNextEvent) {
  ASSERT_TRUE(import(exported(2)));
  ASSERT_TRUE(there_.append(there_.next("0", "the first of bo")));
  const auto events =
      there_.read().stream_events(ledger::ledger_stream(), 0).value();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].envelope.type, "WriterKeyAdded");
  EXPECT_EQ(events[1].position, 3U);
  EXPECT_EQ(kinds(there_.verify()), std::vector<std::string>{});
}

TEST_F(Import, TakesTheEventsOfANewerProgramAsTheyAre) {
  here_.fill(1);
  const Lines lines = export_lines(here_.ledger());
  // The type stands in the envelope; the id of an unknown one cannot be
  // derived, so any will do.
  const auto line = ordered_json::parse(lines[1]);
  auto envelope = schema::decode_envelope(
                      *ledger::from_base64(line["envelope"].get<std::string>()))
                      .value();
  envelope.type = "ReleaseBlessed";
  ordered_json unknown = line;
  unknown["type"] = envelope.type;
  unknown["envelope"] = ledger::to_base64(schema::encode(envelope));
  unknown["data"] = {{"by", "a newer program"}};
  ASSERT_TRUE(import({lines[0], unknown.dump()}));
  EXPECT_EQ(kinds(there_.verify()), std::vector<std::string>{});
  const Lines out = export_lines(there_.ledger());
  EXPECT_EQ(ordered_json::parse(out[1])["envelope"], unknown["envelope"]);
  EXPECT_TRUE(ordered_json::parse(out[1])["data"].is_null());
}

struct Bad {
  const char* name;
  std::function<void(Lines&)> spoil;  // of five lines
  const char* reason;
  const char* line;  // how the message begins
};

class BadImport : public Import, public ::testing::WithParamInterface<Bad> {};

TEST_P(BadImport, IsRefusedWithItsLineAndChangesNothing) {
  Lines lines = exported(4);
  GetParam().spoil(lines);
  const ledger::Error error = refusal(lines);
  EXPECT_EQ(error.reason, GetParam().reason) << error.message;
  EXPECT_TRUE(error.message.starts_with(GetParam().line)) << error.message;
  EXPECT_EQ(error.message.find('\n'), std::string::npos);
  // Neither is there a key for a ledger that is not there.
  EXPECT_FALSE(
      fs::exists(there_.settings().key_folder / here_.read().origin()));
}

// Changes a field of line 3.
std::function<void(Lines&)> with(std::function<void(ordered_json&)> change) {
  return [change](Lines& lines) { lines[2] = changed(lines[2], change); };
}

// Changes the envelope of line 3.
std::function<void(Lines&)> with_envelope(
    std::function<void(schema::Envelope&)> change) {
  return with([change](ordered_json& v) {
    auto envelope = schema::decode_envelope(
        *ledger::from_base64(v["envelope"].get<std::string>()));
    change(*envelope);
    v["envelope"] = ledger::to_base64(schema::encode(*envelope));
    v.erase("id");
  });
}

std::string flipped(const ordered_json& base64, std::size_t byte) {
  std::string bytes = ledger::from_base64(base64.get<std::string>()).value();
  bytes.at(byte) = static_cast<char>(bytes.at(byte) ^ 1);
  return ledger::to_base64(bytes);
}

const Bad kBad[] = {
    {"Empty", [](Lines& l) { l.clear(); }, "import-empty", "there is no"},
    {"NoJson", [](Lines& l) { l[2] = "{"; }, "line-malformed", "line 3: "},
    {"NoObject", [](Lines& l) { l[2] = "[]"; }, "line-malformed", "line 3: "},
    {"EmptyLine", [](Lines& l) { l[2] = ""; }, "line-malformed", "line 3: "},
    {"CutLine",
     [](Lines& l) { l[4].resize(l[4].size() - 1); },
     "line-malformed",
     "line 5: "},
    {"NotFromTheBeginning",
     [](Lines& l) { l.erase(l.begin()); },
     "position-gap",
     "line 1: "},
    {"Gap",
     [](Lines& l) { l.erase(l.begin() + 2); },
     "position-gap",
     "line 3: "},
    {"Twice",
     [](Lines& l) { l.insert(l.begin() + 2, l[2]); },
     "position-gap",
     "line 4: "},
    {"Exchanged",
     [](Lines& l) { std::swap(l[2], l[3]); },
     "position-gap",
     "line 3: "},
    {"NoPosition",
     with([](ordered_json& v) { v.erase("position"); }),
     "line-malformed",
     "line 3: "},
    {"NoEnvelope",
     with([](ordered_json& v) { v.erase("envelope"); }),
     "line-malformed",
     "line 3: "},
    {"NoBase64",
     with([](ordered_json& v) { v["payload"] = "?"; }),
     "line-malformed",
     "line 3: "},
    {"PayloadTakenOut",
     with([](ordered_json& v) { v["payload"] = v["salt"] = nullptr; }),
     "payload-missing",
     "line 3: "},
    {"PayloadChanged",
     with([](ordered_json& v) { v["payload"] = flipped(v["payload"], 9); }),
     "payload-damaged",
     "line 3: "},
    {"SaltChanged",
     with([](ordered_json& v) { v["salt"] = flipped(v["salt"], 0); }),
     "payload-damaged",
     "line 3: "},
    {"SaltAndPayloadCutElsewhere",
     with([](ordered_json& v) {
       const auto bytes = [](const ordered_json& text) {
         return ledger::from_base64(text.get<std::string>()).value();
       };
       const std::string payload = bytes(v["payload"]);
       v["salt"] = ledger::to_base64(bytes(v["salt"]) + payload.substr(0, 1));
       v["payload"] = ledger::to_base64(payload.substr(1));
     }),
     "payload-damaged",
     "line 3: "},
    {"EnvelopeIsNone",
     with([](ordered_json& v) { v["envelope"] = "AAAA"; }),
     "event-damaged",
     "line 3: "},
    {"DataLies",
     with([](ordered_json& v) { v["data"]["reason"] = "nicer"; }),
     "data-disagrees",
     "line 3: "},
    {"DataSaysMore",
     with([](ordered_json& v) { v["data"]["blessed"] = true; }),
     "data-disagrees",
     "line 3: "},
    {"ActorLies",
     with([](ordered_json& v) { v["actor"]["name"] = "Bo"; }),
     "data-disagrees",
     "line 3: "},
    {"TimeLies",
     with([](ordered_json& v) { v["time"] = "2020-01-01T00:00:00.000Z"; }),
     "data-disagrees",
     "line 3: "},
    {"IdForged",
     with_envelope([](schema::Envelope& e) { e.event_id[0] ^= 1U; }),
     "id-wrong",
     "line 3: "},
    {"IdOfAnotherLength",
     with_envelope([](schema::Envelope& e) { e.event_id.resize(15); }),
     "event-damaged",
     "line 3: "},
    {"ReleaseWithoutAName",
     with_envelope([](schema::Envelope& e) { e.stream.clear(); }),
     "event-damaged",
     "line 3: "},
    // The same fact under the next position: the bytes of line 3 in line 4.
    {"IdTwice",
     [](Lines& l) {
       l[3] = changed(l[2], [](ordered_json& v) { v["position"] = 3; });
     },
     "id-twice",
     "line 4: "},
    {"RevisionGap",
     [](Lines& l) {
       // Line 5 is the second event of stream 0, line 2 the first.
       l.erase(l.begin() + 1);
       for (std::size_t i = 1; i < l.size(); ++i) {
         l[i] = changed(l[i], [&](ordered_json& v) { v["position"] = i; });
       }
     },
     "revision-wrong",
     "line 4: "},
};

INSTANTIATE_TEST_SUITE_P(Every,
                         BadImport,
                         ::testing::ValuesIn(kBad),
                         [](const auto& instance) {
                           return std::string(instance.param.name);
                         });

// Line `two`, of a type whose id nobody can check, with the id of line `one`.
std::string with_id_of(const std::string& first, const std::string& second) {
  const auto one = ordered_json::parse(first);
  const auto two = ordered_json::parse(second);
  const auto bytes = [](const ordered_json& v) {
    return ledger::from_base64(v["envelope"].get<std::string>()).value();
  };
  auto forged = schema::decode_envelope(bytes(two)).value();
  forged.type = "ReleaseBlessed";
  forged.event_id = schema::decode_envelope(bytes(one)).value().event_id;
  ordered_json line = two;
  for (const char* word : {"type", "id", "data"}) {
    line.erase(word);
  }
  line["envelope"] = ledger::to_base64(schema::encode(forged));
  return line.dump();
}

TEST_F(Import, RefusesAnIdThatStandsTwice) {
  const Lines lines = exported(2);
  const std::string forged = with_id_of(lines[1], lines[2]);
  const ledger::Error error = refusal({lines[0], lines[1], forged});
  EXPECT_EQ(error.reason, "id-twice") << error.message;
}

TEST_F(Import, RefusesAnIdThatTheLedgerHas) {
  const Lines lines = exported(2);
  ASSERT_TRUE(import({lines[0], lines[1]}));
  const std::string forged = with_id_of(lines[1], lines[2]);
  EXPECT_EQ(reason_of(import({lines[0], lines[1], forged})), "id-twice");
  EXPECT_EQ(head_of(there_.settings()).size, 2U);
}

// While the file is read, another process begins a ledger in the place, or goes
// on with the empty one that is there.
TEST_F(Import, TakesNoLedgersPlaceThatWasBegunMeanwhile) {
  const Lines lines = exported(4);
  for (const std::uint64_t size : {1U, 2U}) {
    std::size_t next = 0;
    const auto done = ledger::import_events(
        there_.settings(),
        [&]() -> ledger::Result<std::optional<std::string>> {
          if (next == lines.size()) {
            return std::nullopt;
          }
          if (++next == lines.size()) {
            (void)there_.ledger();
            if (size == 2) {
              RL_TRY(there_.append(there_.next("0", "meanwhile")));
            }
          }
          return lines[next - 1];
        },
        nullptr);
    EXPECT_EQ(reason_of(done), "ledger-moved");
    EXPECT_EQ(head_of(there_.settings()).size, size);
  }
}

TEST_F(Import, OfABadLineIntoABeginningLeavesTheBeginning) {
  Lines lines = exported(6);
  ASSERT_TRUE(import(Lines(lines.begin(), lines.begin() + 3)));
  const auto before = export_lines(there_.ledger());
  lines[5] = changed(lines[5], [](ordered_json& v) { v["data"] = {}; });
  lines[5] =
      changed(lines[5], [](ordered_json& v) { v["data"]["reason"] = "no"; });
  const auto done = import(lines);
  ASSERT_FALSE(done);
  EXPECT_TRUE(done.error().message.starts_with("line 6: "));
  EXPECT_EQ(export_lines(there_.ledger()), before);
}

TEST_F(Import, KilledWhileItFillsIsDoneByTheNext) {
  const Lines lines = exported(5);
  // Not later: what then happens needs RocksDB's threads, which a child that
  // was forked does not have.
  constexpr std::array kMoments = {ledger::AppendMoment::kBeforeCommit,
                                   ledger::AppendMoment::kCommitted};
  std::array<Scene, kMoments.size()> places;
  for (std::size_t i = 0; i < kMoments.size(); ++i) {
    places[i].use_key_folder("keys-of-bo");
    places[i].kill_at(kMoments[i], [&](const Scene& scene) {
      (void)import_lines(scene.settings(), lines);
    });
  }
  for (const Scene& place : places) {
    const auto done = import_lines(place.settings(), lines);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(head_of(place.settings()), head_of(here_.settings()));
    EXPECT_EQ(kinds(place.verify()), std::vector<std::string>{});
    for (const auto& entry : fs::directory_iterator(place.place())) {
      EXPECT_EQ(entry.path().string().find(".creating-"), std::string::npos);
    }
  }
}

TEST_F(Import, OfMoreIntoABeginningKilledAtAnyMomentIsDoneByTheNext) {
  const Lines lines = exported(5);
  for (const auto moment : {ledger::AppendMoment::kBeforeCommit,
                            ledger::AppendMoment::kCommitted,
                            ledger::AppendMoment::kAcknowledged}) {
    Scene place;
    place.use_key_folder("keys-of-bo");
    ASSERT_TRUE(import_lines(place.settings(),
                             Lines(lines.begin(), lines.begin() + 3)));
    place.kill_at(moment, [&](const Scene& scene) {
      (void)import_lines(scene.settings(), lines);
    });
    const auto done = import_lines(place.settings(), lines);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(head_of(place.settings()), head_of(here_.settings()));
    EXPECT_EQ(kinds(place.verify()), std::vector<std::string>{});
  }
}

}  // namespace
}  // namespace ledger_tests
