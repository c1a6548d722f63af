// SPDX-License-Identifier: EUPL-1.2
// The real sampler: what a service manager, an administrator and a power cut see of it.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "agent/sample_store.h"
#include "platform/process.h"
#include "tests/agent/examples.h"
#include "tests/agent/recorded.h"
#include "tests/e2e/programs.h"
#include "tests/places.h"
#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

namespace fs = std::filesystem;

const UtcTime start = utc("2026-11-09T08:00:30Z");

class SamplerProgram : public testing::Test {
 protected:
  std::vector<std::string> command(const std::vector<std::string>& more) const {
    std::vector<std::string> all = {places::programs() + "/wattlife-sampler"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  int run(const std::vector<std::string>& arguments) {
    fs::remove(output());
    return e2e::run(command(arguments), output(), 300);
  }
  int play(const std::string& capture = "") {
    return run({"--capture", capture.empty() ? folder / "a.capture" : capture, "--state", state()});
  }
  void record(int minutes, const std::vector<int>& reboots = {}) {
    e2e::write_text(folder / "a.capture", recorded(start, minutes, {}, reboots));
  }
  std::string state() const { return folder / "state"; }
  std::string samples_path() const { return folder / "state/sampler/samples.db"; }
  std::string output() const { return folder / "output"; }
  std::string text() const { return e2e::text_of(output()); }
  bool says(const std::string& part) const { return text().find(part) != std::string::npos; }

  std::vector<Window> windows(const std::string& path = "") const {
    const auto samples = read_samples(path.empty() ? samples_path() : path,
                                      [](const Id128&) { return std::int64_t{0}; });
    EXPECT_TRUE(samples) << samples.error().text;
    std::vector<Window> all;
    if (!samples) return all;
    for (const StoredWindow& stored : samples->windows) all.push_back(stored.window);
    return all;
  }

  TemporaryFolder folder;
};

struct Sum {
  Duration time{0};
  Duration known{0};
  Energy energy;
};
Sum sum_of(const std::vector<Window>& windows) {
  Sum sum;
  for (const Window& window : windows) {
    sum.time += window.time;
    if (!window.device) continue;
    sum.known += window.time;
    sum.energy += window.device->energy;
  }
  return sum;
}

// --- Playing -------------------------------------------------------------------------------------

TEST_F(SamplerProgram, PlaysARecordingIntoStoreAndView) {
  record(100, {50});
  EXPECT_EQ(play(), 0) << text();
  const Sum sum = sum_of(windows());
  EXPECT_EQ(sum.time, std::chrono::minutes(98))
      << "nothing is known about the minute of the reboot";
  EXPECT_EQ(sum.known, sum.time);
  EXPECT_EQ(sum.energy, joules(6 * 98 * 60));
  const std::string view = e2e::text_of(folder / "state/public/view.json");
  EXPECT_NE(view.find("\"device_mj\":35280000"), std::string::npos) << view;
  EXPECT_EQ(view.find("777"), std::string::npos) << "no serial in public";
  EXPECT_NE(view.find(R"("learned":{"model":"form_factor","doubt":"too_few_windows")"),
            std::string::npos)
      << view;
}

TEST_F(SamplerProgram, TheSameRecordingTwiceCountsOnceAndALongerOneGoesOn) {
  record(40);
  EXPECT_EQ(play(), 0);
  const std::vector<Window> once = windows();
  EXPECT_EQ(play(), 0);
  EXPECT_TRUE(says("nothing is added")) << text();
  EXPECT_EQ(windows(), once);
  record(100);
  EXPECT_EQ(play(), 0);
  const Sum sum = sum_of(windows());
  EXPECT_EQ(sum.time, std::chrono::minutes(99));
  EXPECT_EQ(sum.known, std::chrono::minutes(98))
      << "the minute between the two runs was not watched";
}

TEST_F(SamplerProgram, OnceMeasuresThisMachineAndEnds) {
  EXPECT_EQ(run({"--once", "--state", state(), "--config", folder / "config"}), 0) << text();
  EXPECT_TRUE(fs::exists(folder / "state/public/view.json"));
  EXPECT_TRUE(windows().empty());
}

TEST_F(SamplerProgram, WhatWindowsNotedOfTheBatteryIsTakenOverOnceAndNothingOfItsUse) {
  auto capture = parse_capture(e2e::text_of(places::sources() +
                                            "/tests/captures/windows-dell-latitude-5430-on-battery"
                                            ".capture"));
  ASSERT_TRUE(capture) << capture.error().text;
  std::string report = "<BatteryReport><History>";
  for (int week = 60; week > 0; --week) {
    const UtcDay day = UtcDay{std::chrono::year{2026} / 1 / 5} - std::chrono::days(7 * week);
    report += "<HistoryEntry LocalEndDate=\"" + to_iso8601(day) +
              "T00:00:00\" DesignCapacity=\"58003\" FullChargeCapacity=\"" +
              std::to_string(52'786 + 70 * week) + "\" ActiveDcEnergy=\"987654\"/>";
  }
  capture->ticks[0].changes.emplace_back("powercfg/batteryreport.xml",
                                         report + "</History></BatteryReport>");
  std::sort(capture->ticks[0].changes.begin(), capture->ticks[0].changes.end());
  e2e::write_text(folder / "a.capture", to_text(*capture));
  for (int time = 0; time < 2; ++time) {
    ASSERT_EQ(play(), 0) << text();
    Result<Database> database = Database::open(samples_path(), {OpenMode::read_only, 0});
    ASSERT_RESULT(database);
    EXPECT_EQ(*database->integer("SELECT count(*) FROM capacity WHERE origin = 'os'"), 60);
    EXPECT_EQ(*database->integer("SELECT count(*) FROM capacity WHERE origin = 'own'"), 1);
  }
  EXPECT_EQ(e2e::text_of(samples_path()).find("987654"), std::string::npos);
  const std::string view = e2e::text_of(folder / "state/public/view.json");
  EXPECT_NE(view.find(R"("class":"good","reasons":[],"to_800":"beyond_12_months"})"),
            std::string::npos)
      << view;
}

// --- What people do wrong ------------------------------------------------------------------------

TEST_F(SamplerProgram, BadCommandLinesAndRecordingsAreNamed) {
  EXPECT_EQ(run({"--what"}), 64);
  EXPECT_TRUE(says("--what")) << text();
  EXPECT_EQ(play(folder / "none.capture"), 66);
  EXPECT_TRUE(says("none.capture")) << text();
  record(10);
  std::string cut = e2e::text_of(folder / "a.capture");
  cut.resize(cut.size() - 7);
  e2e::write_text(folder / "cut.capture", cut);
  EXPECT_EQ(play(folder / "cut.capture"), 65);
  EXPECT_TRUE(says("line ")) << text();
  EXPECT_FALSE(fs::exists(samples_path()));
}

TEST_F(SamplerProgram, AFolderThatOthersMayWriteInIsRefusedWithWhatToDo) {
  record(10);
  ASSERT_EQ(play(), 0);
  fs::permissions(folder / "state/sampler", fs::perms(0777));
  EXPECT_EQ(play(), 77);
  EXPECT_TRUE(says("chmod go-w")) << text();
}

TEST_F(SamplerProgram, ALinkInThePlaceOfItsFolderIsRefused) {
  record(10);
  fs::create_directories(folder / "elsewhere");
  fs::create_directories(state());
  fs::create_directory_symlink(folder / "elsewhere", folder / "state/sampler");
  EXPECT_EQ(play(), 77);
  EXPECT_TRUE(says("link")) << text();
  EXPECT_TRUE(fs::is_empty(folder / "elsewhere"));
}

TEST_F(SamplerProgram, AFolderOfSomebodyElseIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can make a folder of somebody else";
  record(10);
  ASSERT_TRUE(ensure_own_folder(folder / "state/sampler", 0750));
  ASSERT_EQ(::chown((folder / "state/sampler").c_str(), 1, 1), 0);
  EXPECT_EQ(play(), 77);
  EXPECT_TRUE(says("belongs to user 1")) << text();
}

TEST_F(SamplerProgram, TwoSamplersInOneFolderAreOneTooMany) {
  e2e::Program first(command({"--state", state(), "--config", folder / "config"}),
                     folder / "first");
  ASSERT_TRUE(e2e::comes_true([&] { return fs::exists(folder / "state/public/view.json"); }, 60));
  record(10);
  EXPECT_EQ(play(), 75);
  EXPECT_TRUE(says("running here")) << text();
  first.terminate();
  EXPECT_EQ(first.wait(60), 0);
}

// --- Stopping and killing ------------------------------------------------------------------------

TEST_F(SamplerProgram, AStopStoresTheOpenQuarterHourAndAStartAccountsForTheTimeBetween) {
  for (int turn = 0; turn < 2; ++turn) {
    fs::remove(folder / "state/public/view.json");
    e2e::Program sampler(command({"--state", state(), "--config", folder / "config"}), output());
    ASSERT_TRUE(e2e::comes_true([&] { return fs::exists(folder / "state/public/view.json"); }, 60));
    sampler.terminate();
    EXPECT_EQ(sampler.wait(60), 0) << text();
  }
  Result<Database> database = Database::open(samples_path(), {OpenMode::read_only, 1000});
  ASSERT_TRUE(database) << database.error().text;
  // Every millisecond from the first tick to the last is in a row.
  const auto total = database->integer("SELECT sum(time_ms) FROM quarter");
  ASSERT_TRUE(total);
  EXPECT_GE(*total, 1);
  const auto unwatched = database->integer(
      "SELECT count(*) FROM quarter WHERE tier = 'unknown'"
      " AND device_energy_mj IS NULL");
  ASSERT_TRUE(unwatched);
  EXPECT_GE(*unwatched, 1);
  const auto ended = database->text("SELECT ended FROM position");
  ASSERT_TRUE(ended);
  EXPECT_EQ(*ended, "stopped") << "nothing says that this machine goes down";
}

// A /run of its own for the program, as it looks while the machine goes down. The machine stays up,
// so the next run is one of the same boot: that takes the end out, and nothing is called off.
TEST_F(SamplerProgram, AStopWhileTheMachineGoesDownIsAShutdownUntilTheNextRun) {
  const std::string going_down = "mount -t tmpfs none /run && touch /run/nologin";
  const std::vector<std::string> apart = {"/usr/bin/unshare", "--mount", "/bin/sh", "-c"};
  std::vector<std::string> trial = apart;
  trial.push_back(going_down);
  if (!fs::exists(apart.front()) || e2e::run(trial, output()) != 0) {
    GTEST_SKIP() << "this system does not let tests have a /run of their own";
  }
  const auto ended = [&]() -> std::string {
    Result<Database> database = Database::open(samples_path(), {OpenMode::read_only, 1000});
    EXPECT_TRUE(database) << database.error().text;
    const auto how = database->text("SELECT coalesce(ended, 'not told') FROM position");
    return how ? *how : how.error().text;
  };
  const auto measures = [&] {
    return e2e::comes_true([&] { return fs::exists(folder / "state/public/view.json"); }, 60);
  };
  std::vector<std::string> first = apart;
  first.push_back(going_down + " && exec " + command({})[0] + " --state " + state() + " --config " +
                  (folder / "config"));
  {
    e2e::Program sampler(first, output());
    ASSERT_TRUE(measures()) << text();
    sampler.terminate();
    EXPECT_EQ(sampler.wait(60), 0) << text();
  }
  EXPECT_EQ(ended(), "shutdown");
  fs::remove(folder / "state/public/view.json");
  {
    e2e::Program sampler(command({"--state", state(), "--config", folder / "config"}), output());
    ASSERT_TRUE(measures()) << text();
    sampler.kill();
  }
  EXPECT_EQ(ended(), "not told");
  for (const Window& window : windows()) EXPECT_NE(window.key.state, UseState::off);
}

TEST_F(SamplerProgram, KilledAtAnyMomentItLosesAnOpenQuarterHourAtMost) {
  record(60 * 24 * 5);
  const std::string undisturbed = folder / "undisturbed";
  ASSERT_EQ(run({"--capture", folder / "a.capture", "--state", undisturbed}), 0) << text();
  const Sum want = sum_of(windows(undisturbed + "/sampler/samples.db"));
  std::mt19937 random(11);
  int kills = 0;
  for (int round = 0; round < 6; ++round) {
    e2e::Program sampler(command({"--capture", folder / "a.capture", "--state", state()}),
                         output());
    // Killed after it stored a few more batches, whenever that is.
    const auto last_batch = [&] {
      Result<Database> database = Database::open(samples_path(), {OpenMode::read_only, 0});
      if (!database) return std::int64_t{-1};
      const auto batch = database->integer("SELECT last_batch FROM position");
      return batch ? *batch : std::int64_t{-1};
    };
    const std::int64_t begin = std::max<std::int64_t>(last_batch(), 0);
    const std::int64_t more = 1 + static_cast<std::int64_t>(random() % 10);
    e2e::comes_true([&] { return !sampler.running() || last_batch() >= begin + more; }, 60);
    if (sampler.running()) ++kills;
    sampler.kill();
  }
  EXPECT_GT(kills, 3);
  ASSERT_EQ(play(), 0) << text();
  const Sum sum = sum_of(windows());
  EXPECT_EQ(sum.time, want.time) << "what nobody watched is a gap, not nothing";
  const Duration lost = want.known - sum.known;
  // A killed sampler loses its open quarter hour and the minute until it is started again.
  EXPECT_LE(lost, kills * (quarter_hour + std::chrono::minutes(2)));
  EXPECT_EQ(sum.energy + joules(6 * lost.count() / 1000), want.energy) << "6 W all the time";
}

// --- A full disk ---------------------------------------------------------------------------------

TEST_F(SamplerProgram, AFullDiskIsSaidAndNothingIsLostWhenThereIsSpaceAgain) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can make a disk of its own";
  fs::create_directory(state());
  if (::mount("tmpfs", state().c_str(), "tmpfs", 0, "size=512k,mode=0755") != 0) {
    GTEST_SKIP() << "this system does not let tests make a disk of their own";
  }
  record(60 * 24 * 10);
  const int full = play();
  const std::string said = text();
  const auto after_full = windows();
  const int remounted = ::mount("tmpfs", state().c_str(), "tmpfs", MS_REMOUNT, "size=8m");
  const int again = play();
  const Sum sum = sum_of(windows());
  ::umount2(state().c_str(), MNT_DETACH);
  EXPECT_EQ(full, 74) << said;
  EXPECT_NE(said.find("free some space"), std::string::npos) << said;
  EXPECT_FALSE(after_full.empty());
  ASSERT_EQ(remounted, 0);
  EXPECT_EQ(again, 0) << text();
  EXPECT_EQ(sum.time, std::chrono::minutes(60 * 24 * 10 - 1));
  EXPECT_LE(sum.time - sum.known, std::chrono::minutes(17));
}

}  // namespace
}  // namespace wattlife
