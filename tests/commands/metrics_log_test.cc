// Logs as trainers, launchers and terminals really write them.

#include "commands/metrics/extract.h"
#include "tests/commands/metrics_fixture.h"

namespace commands::metrics {
namespace {

TEST(LogMetrics, ReadsTheTrainersOwnForm) {
  EXPECT_EQ(rates("Epoch 12: 87.75 ksps, train 40%, rollout 58%\n"),
            "87750/87750");
  EXPECT_EQ(rates("[12:00:01] INFO  Epoch 3 - 1.2 Msps - eta 00:12\n"),
            "1200000/1200000");
}

TEST(LogMetrics, ReadsLabelsInManySpellings) {
  for (const char* line :
       {"SPS: 41234",
        "sps=41234",
        "SPS = 41,234",
        "step=100 sps=41234 loss=0.5",
        "overview/sps: 41234.0",
        "{'loss': 0.5, 'sps': 41234.0, 'epoch': 3}",
        "{\"sps\": 41234, \"loss\": 1e-3}",
        "{'sps': np.float64(41234.0)}",
        "{'sps': tensor(41234.)}",
        "| SPS | 41234 |",
        "│ SPS              │ 41.234K │",
        "SPS    41234",
        "SPS (steps/s): 41234",
        "SPS (k): 41.234",
        "SPS: 41.234k",
        "SPS: 41.234 ksps",
        "SPS: 41234 steps/s",
        "sps=4.1234e4",
        "steps/sec: 41234",
        "steps_per_second=41234",
        "[rank 3] SPS: 41234",
        "INFO:root:SPS: 41234",
        "41234 SPS",
        "41.234k SPS",
        "41234 steps/s",
        "rate 41234 steps per second.",
        " 45%|####   | 450/1000 [00:10<00:12, 41234steps/s]",
        "train: 100%|#| 9/9 [00:10<00:00, sps=41234]",
        "2025-10-02 12:00:01,123 - SPS: 41234 (target: 40000)"}) {
    EXPECT_EQ(rates(line), "41234/41234") << line;
  }
}

TEST(LogMetrics, TakesTheMaximumAndTheLastInFileOrderAcrossPatterns) {
  EXPECT_EQ(rates("SPS: 30000\n45.5 ksps\nsps=1.2M\n{'sps': 41000.0}\n"),
            "1200000/41000");
  EXPECT_EQ(rates("45.5 ksps\nSPS: 30000\n"), "45500/30000");
  EXPECT_EQ(rates("SPS: 1 | SPS: 3 | SPS: 2\n"), "3/2");
}

TEST(LogMetrics, DoesNotCountOneNumberTwice) {
  const auto extraction = extracted("SPS: 87.75 ksps\n12 sps, SPS: 15\n");
  EXPECT_EQ(source(extraction, "sps_max").samples, 3U);
  EXPECT_EQ(value(extraction, "sps_max"), 87750);
}

TEST(LogMetrics, RecordsWhereAValueCameFrom) {
  const auto extraction =
      extracted("start\nSPS: 30000\n\x1b[32mSPS\x1b[0m: 41,234.5 ok\nend\n");
  const auto found = source(extraction, "sps_max");
  EXPECT_EQ(found.line, 3U);
  EXPECT_EQ(found.text, "SPS: 41,234.5 ok");
  EXPECT_EQ(found.samples, 2U);
  EXPECT_EQ(found.statistic, "max");
  EXPECT_TRUE(found.file.starts_with("rl-log-"));
  EXPECT_EQ(source(extraction, "sps_last").line, 3U);
}

TEST(LogMetrics, SeesThroughTheTerminal) {
  EXPECT_EQ(rates("\x1b[1mS\x1b[0mPS: \x1b[36m41234\x1b[0m\n"), "41234/41234");
  EXPECT_EQ(rates("sps=10\rsps=30\rsps=20\n"), "30/20");
  EXPECT_EQ(rates("sps=10\r\nsps=30\r\nsps=20\r\n"), "30/20");
  EXPECT_EQ(rates("\x1b[2K\x1b[1Gsps=10\x1b[2K\x1b[1Gsps=30\n"), "30/30");
  EXPECT_EQ(rates("41\b\b42 sps\n"), "42/42");
}

TEST(LogMetrics, CountsLinesByLineFeedsAlone) {
  const auto extraction = extracted("a\rb\r\nc\rd\rsps=7\r\nend\r\n");
  EXPECT_EQ(source(extraction, "sps_last").line, 2U);
}

TEST(LogMetrics, IsUnharmedByBytesThatAreNoText) {
  EXPECT_EQ(rates(std::string("\0\0\0SPS: 41234\0\n\0", 17)), "41234/41234");
  EXPECT_EQ(rates("\xff\xfe SPS: 41234 \xc3\n"), "41234/41234");
  const auto extraction = extracted("\xf0\x28 SPS: 41234\xff done\n");
  EXPECT_EQ(value(extraction, "sps_max"), 41234);
  EXPECT_EQ(source(extraction, "sps_max").text,
            "\xef\xbf\xbd( SPS: 41234\xef\xbf\xbd done");
}

TEST(LogMetrics, JoinsWrappedLines) {
  EXPECT_EQ(rates("Epoch 12: training at 87.75\n    ksps, 40% train\n"),
            "87750/87750");
  EXPECT_EQ(rates("{'epoch': 3, 'sps':\n   41234.5, 'loss': 1}\n"),
            "41234.5/41234.5");
  EXPECT_EQ(rates("{'epoch': 3, 'sps':\r\n   41234.5, 'loss': 1}\r\n"),
            "41234.5/41234.5");
  EXPECT_EQ(rates("SPS:\n 12 workers started\n"), "-/-");
  EXPECT_EQ(rates("SPS:\n2025-10-02 12:00 start\n"), "-/-");
}

// A terminal breaks a full line wherever it is full.
TEST(LogMetrics, ANumberThatALineMayBeBrokenInIsNotRead) {
  const auto line = [](std::size_t columns, std::string_view end) {
    return std::string(columns - end.size(), '.') + std::string(end) + "\n";
  };
  for (const std::size_t columns : {80U, 120U, 132U, 200U}) {
    EXPECT_EQ(rates(line(columns, " SPS: 412") + "34\n"), "-/-") << columns;
    EXPECT_EQ(rates(line(columns, " SPS: 41") + ",234 ok\n"), "-/-") << columns;
    EXPECT_EQ(rates(line(columns, " at 87.7") + "5 ksps\n"), "-/-") << columns;
    EXPECT_EQ(value(extracted(line(columns, " loss=1") + "2\n",
                              {rule("loss", "loss=([0-9.]+)")}),
                    "loss"),
              std::nullopt)
        << columns;
  }
  EXPECT_EQ(rates(line(80, " SPS: 412") + "34:05 next\n"), "412/412");
  EXPECT_EQ(rates(line(80, " SPS: 412") + "2025-10-02 next\n"), "412/412");
  EXPECT_EQ(rates(line(80, " SPS: 412") + "next\n"), "412/412");
  EXPECT_EQ(rates(line(83, " SPS: 412") + "34\n"), "412/412");
  EXPECT_EQ(rates(line(80, " step 7") + "SPS: 5\n"), "5/5");
  EXPECT_EQ(rates("epoch 12\n5 ksps\n"), "5000/5000");
}

TEST(LogMetrics, ReadsRanksAsPrintedWithoutAddingThem) {
  EXPECT_EQ(rates("[rank0] SPS: 4000\n[rank1] SPS: 4100\n[rank0] SPS: 3900\n"),
            "4100/3900");
  EXPECT_EQ(rates("SPS per GPU: 500\nsps/gpu: 600\nenv_sps: 7\n"), "-/-");
}

TEST(LogMetrics, OnlyTheLastAttemptCounts) {
  for (const char* marker : {"Restarting training from checkpoint 12",
                             "=== RESTART ===",
                             "--- attempt 2 ---",
                             "Starting attempt 2 of 3",
                             "[default] Worker group FAILED. 3/3 attempts left;"
                             " will restart worker group",
                             "Resuming from checkpoint /tmp/x",
                             "[SUMMARY] Termination reason: cluster_stop",
                             "The job cluster is preempted or failed.",
                             "Managed job recovered"}) {
    const std::string log =
        fmt::format("SPS: 90000\nloss=9\n{}\nSPS: 40000\nSPS: 30000\n", marker);
    EXPECT_EQ(rates(log), "40000/30000") << marker;
  }
  EXPECT_EQ(rates("SPS: 90000\nRestarting training\nno samples\n"), "-/-");
  const auto extraction = extracted("loss=9\nattempt 2\nloss=1\n",
                                    {rule("loss", "loss=(\\d+)", "max")});
  EXPECT_EQ(value(extraction, "loss"), 1);
}

TEST(LogMetrics, OrdinaryLinesAreNoNewAttempt) {
  for (const char* line : {"attempt 1 of 3",
                           "[SUMMARY] Restart Count: 1",
                           "no restarts needed",
                           "uploading, attempted 5 times",
                           "restart_policy: never",
                           "resume: false"}) {
    const std::string log = fmt::format("SPS: 90000\n{}\nSPS: 40000\n", line);
    EXPECT_EQ(rates(log), "90000/40000") << line;
  }
}

TEST(LogMetrics, NoNumberIsNoValueAndAsTheLastItIsMissing) {
  EXPECT_EQ(rates("SPS: 41234\nSPS: nan\n"), "41234/-");
  EXPECT_EQ(rates("SPS: 41234\nSPS: inf\n"), "41234/-");
  EXPECT_EQ(rates("SPS: 41234\nSPS: -1\n"), "41234/-");
  EXPECT_EQ(rates("SPS: 41234\n-5 sps\n"), "41234/-");
  EXPECT_EQ(rates("SPS: nan\nSPS: 41234\n"), "41234/41234");
  EXPECT_EQ(rates("SPS: nan\n"), "-/-");
  EXPECT_EQ(rates("SPS: None\n"), "-/-");
}

TEST(LogMetrics, WhatCannotBeReadForSureIsMissing) {
  for (const char* line : {"SPS: 1.234,5",
                           "SPS: 1,23",
                           "SPS: 41 234",
                           "41 234 sps",
                           "SPS: 41234%",
                           "SPS: 87.75 k",
                           "87.75 msps",
                           "epoch 5 SPS 41234",
                           "SPS: 12/500",
                           "1.234.567 sps",
                           "SPS: 41\xc2\xa0"
                           "234"}) {
    EXPECT_EQ(rates(line), "-/-") << line;
    EXPECT_EQ(rates(fmt::format("SPS: 10\n{}\nSPS: 20\n", line)), "-/-")
        << line;
    const auto extraction = extracted(line);
    ASSERT_EQ(extraction.unsure.size(), 2U) << line;
    EXPECT_EQ(extraction.unsure[0].key, "sps_last");
    EXPECT_EQ(extraction.unsure[0].line, 1U);
  }
}

TEST(LogMetrics, AnUnfinishedLastLineCountsOnlyWhenTheProcessHasEnded) {
  const std::string log = "SPS: 10\nSPS: 4123";
  EXPECT_EQ(value(extracted(log, {}, true), "sps_last"), 4123);
  EXPECT_EQ(value(extracted(log, {}, false), "sps_last"), 10);
  EXPECT_EQ(value(extracted("SPS: 10\rSPS: 4123\r", {}, false), "sps_last"),
            4123);
}

TEST(LogMetrics, AnEmptyLogHasNone) {
  EXPECT_EQ(rates(""), "-/-");
  EXPECT_EQ(rates("\n\n\n"), "-/-");
  EXPECT_TRUE(extracted("").names_seen.empty());
}

TEST(LogMetrics, AMissingLogIsAnError) {
  const auto result = extract("/nonexistent/log", {}, true);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ledger::ErrorCode::kIo);
  EXPECT_EQ(result.error().reason, "log-unreadable");
  const auto folder = extract("/tmp", {}, true);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().reason, "log-unreadable");
}

std::string success(std::string_view text) {
  const auto number = value(extracted(text), "eval_success_rate");
  return number ? fmt::format("{}", *number) : std::string("-");
}

TEST(LogMetrics, ReadsTheSuccessRateAsAShare) {
  for (const char* line :
       {"eval_success_rate: 0.875",
        "eval/success_rate=0.875",
        "Evaluation success rate: 87.5%",
        "eval success rate = 87.5 %",
        "{'eval_success_rate': 0.875}",
        "success_rate=0.875",
        "INFO success rate: 87.5%",
        "metrics/eval_success_rate: 0.875",
        "eval_success_rate: 0.1\neval_success_rate: 0.875"}) {
    EXPECT_EQ(success(line), "0.875") << line;
  }
  EXPECT_EQ(success("eval_success_rate: 1"), "1");
  EXPECT_EQ(success("eval_success_rate: 0"), "0");
  EXPECT_EQ(success("eval_success_rate: 100%"), "1");
}

TEST(LogMetrics, ASuccessRateThatIsNoShareIsMissing) {
  for (const char* line : {"eval_success_rate: 87.5",
                           "eval_success_rate: 1.01",
                           "eval_success_rate: -0.1",
                           "eval_success_rate: 101%",
                           "eval_success_rate: nan",
                           "eval_success_rate: 9/10",
                           "eval_success_rate: 0,875",
                           "eval_success_rate: 0.5k",
                           "train_success_rate: 0.9",
                           "train/success_rate: 0.9",
                           "upload success rate: 0.99",
                           "target success rate: 0.9",
                           "eval_success_rate >= 0.9",
                           "min eval_success_rate: 0.9",
                           "eval_success_rate: 0.5 < 0.9"}) {
    EXPECT_EQ(success(line), "-") << line;
  }
  EXPECT_EQ(success("eval_success_rate: 0.9\neval_success_rate: 5"), "-");
}

}  // namespace
}  // namespace commands::metrics
