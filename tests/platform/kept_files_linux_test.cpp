// SPDX-License-Identifier: EUPL-1.2
#include "platform/kept_files_linux.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class KeptFilesTest : public testing::Test {
 protected:
  void put(const std::string& path, std::string_view text) const {
    fs::create_directories(fs::path(folder / path).parent_path());
    std::ofstream(folder / path, std::ios::binary) << text;
  }
  TemporaryFolder folder;
  Descriptor root{open(folder.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  KeptFiles files{root.number(), 100'000};
};

TEST_F(KeptFilesTest, EachReadIsOfTheMoment) {
  put("a", "1\n");
  EXPECT_EQ(*files.read("a"), "1\n");
  put("a", "22\n");
  EXPECT_EQ(*files.read("a"), "22\n");
  put("a", "");
  EXPECT_EQ(*files.read("a"), "");
  put("a", std::string(50'000, 'x'));
  EXPECT_EQ(files.read("a")->size(), 50'000U);
  EXPECT_EQ(files.count(), 1U);
}

TEST_F(KeptFilesTest, AFileThatWentIsAbsentAndComesBackAsItIsThen) {
  put("device/value", "1");
  EXPECT_EQ(*files.read("device/value"), "1");
  EXPECT_EQ(files.lost(), 0U);
  fs::remove_all(folder / "device");
  EXPECT_EQ(files.read("device/value").error().cause, Cause::absent);
  EXPECT_EQ(files.count(), 0U);
  EXPECT_EQ(files.lost(), 1U);
  EXPECT_EQ(files.read("device/value").error().cause, Cause::absent);
  EXPECT_EQ(files.lost(), 1U) << "it was kept no more";
  put("device/value", "2");
  EXPECT_EQ(*files.read("device/value"), "2");
  put("device/other", "3");
  fs::rename(folder / "device/other", folder / "device/value");
  EXPECT_EQ(*files.read("device/value"), "3") << "another file of the same name";
  EXPECT_EQ(files.lost(), 2U);
}

// A file of the kernel whose subject went: what is open answers with an error (ESRCH here, ENODEV
// for a device), and the path is tried anew.
TEST(KeptFiles, WhatTheKernelTookAwayIsOpenedAnew) {
  const Descriptor root(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  KeptFiles files(root.number(), 100'000);
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    char byte;
    close(ready[1]);
    _exit(static_cast<int>(read(ready[0], &byte, 1)));  // until the parent says so
  }
  const std::string path = "proc/" + std::to_string(child) + "/stat";
  EXPECT_TRUE(files.read(path));
  EXPECT_TRUE(files.read(path));
  EXPECT_EQ(files.count(), 1U);
  close(ready[0]);
  close(ready[1]);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_EQ(files.read(path).error().cause, Cause::absent);
  EXPECT_EQ(files.count(), 0U);
}

TEST(KeptFiles, FilesOfTheKernelAreReadWholeAndGoOn) {
  const Descriptor root(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  KeptFiles files(root.number(), std::size_t{1} << 20);
  const std::string first = *files.read("proc/uptime");
  while (*files.read("proc/uptime") == first) {
  }
  EXPECT_EQ(files.read("proc/interrupts")->back(), '\n');
  std::ifstream unkept("/proc/filesystems");
  const std::string all((std::istreambuf_iterator<char>(unkept)), {});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(*files.read("proc/filesystems"), all);
  const Result<std::string> mtu = files.read("sys/class/net/lo/mtu");
  if (mtu) {
    EXPECT_EQ(*files.read("sys/class/net/lo/mtu"), *mtu);
  }
}

TEST_F(KeptFilesTest, AFolderIsListedAsItIsNow) {
  put("class/b", "");
  EXPECT_EQ(*files.list("class"), (Names{"b"}));
  put("class/a", "");
  EXPECT_EQ(*files.list("class"), (Names{"a", "b"}));
  EXPECT_EQ(files.count(), 1U);
  fs::remove_all(folder / "class");
  EXPECT_EQ(files.list("class").error().cause, Cause::absent);
  fs::create_directories(folder / "class");
  EXPECT_EQ(*files.list("class"), Names{});
  Names many;
  for (int i = 1000; i < 2000; ++i) {
    many.push_back("a-name-of-some-length-" + std::to_string(i));
    put("class/" + many.back(), "");
  }
  EXPECT_EQ(*files.list("class"), many);
}

TEST_F(KeptFilesTest, WhatIsForgottenIsClosed) {
  put("a/x", "1");
  put("a/y", "1");
  put("ab/x", "1");
  for (const char* path : {"a/x", "a/y", "ab/x"}) EXPECT_TRUE(files.read(path));
  files.forget("a/");
  EXPECT_EQ(files.count(), 1U);
  EXPECT_EQ(*files.read("a/x"), "1");
}

TEST_F(KeptFilesTest, NeverMoreThanItsNumberIsOpen) {
  const auto open_now = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = open_now();
  for (std::size_t i = 0; i < 3 * KeptFiles::most; ++i) {
    const std::string path = std::to_string(i);
    put(path, path);
    EXPECT_EQ(*files.read(path), path);
    EXPECT_LE(files.count(), KeptFiles::most);
  }
  EXPECT_EQ(*files.read("0"), "0");
  EXPECT_LE(open_now() - before, static_cast<std::ptrdiff_t>(KeptFiles::most));
}

TEST_F(KeptFilesTest, WhatCannotBeReadIsNotKept) {
  put("large", std::string(100'001, 'x'));
  EXPECT_EQ(files.read("large").error().cause, Cause::io);
  EXPECT_EQ(files.read("none").error().cause, Cause::absent);
  EXPECT_EQ(files.read("").error().cause, Cause::absent);
  EXPECT_EQ(files.list("large").error().cause, Cause::absent);
  EXPECT_EQ(files.count(), 0U);
}

// --- Lists that are held -------------------------------------------------------------------------

class HeldListsTest : public testing::Test {
 protected:
  using Clock = HeldLists::Clock;
  bool holds(const char* folder, Clock::duration after = {}) const {
    return lists.find(folder, start + after) != nullptr;
  }
  const Clock::time_point start = Clock::time_point(std::chrono::hours(1));
  HeldLists lists{std::chrono::minutes(5)};
};

TEST_F(HeldListsTest, AListHoldsForItsTime) {
  EXPECT_FALSE(holds("class/a"));
  lists.hold("class/a", Names{"x"}, start);
  lists.hold("class/b", Error{Cause::absent, "class/b"}, start);
  ASSERT_TRUE(holds("class/a", std::chrono::minutes(5) - Clock::duration(1)));
  EXPECT_EQ(**lists.find("class/a", start), Names{"x"});
  EXPECT_EQ(lists.find("class/b", start)->error().cause, Cause::absent);
  EXPECT_FALSE(holds("class/a", std::chrono::minutes(5)));
}

TEST_F(HeldListsTest, WhatWentIsLookedForAtOnce) {
  lists.hold("class/a", Names{"x"}, start);
  lists.hold("class/b", Names{"x"}, start);
  lists.was_read("class/a/x/value");
  lists.was_not_read("class/a/x/value");
  EXPECT_FALSE(holds("class/a"));
  EXPECT_TRUE(holds("class/b"));
}

// A sensor whose driver answers with an error for ever costs one list, and no list at each tick.
TEST_F(HeldListsTest, WhatCanNeverBeReadIsLookedForOnce) {
  lists.hold("class/a", Names{"x"}, start);
  lists.was_not_read("class/a/x/power");
  ASSERT_FALSE(holds("class/a"));
  for (int tick = 0; tick < 4; ++tick) {
    lists.hold("class/a", Names{"x"}, start);
    lists.was_not_read("class/a/x/power");
    EXPECT_TRUE(holds("class/a")) << tick;
  }
  lists.was_not_read("class/a/y/power");
  EXPECT_FALSE(holds("class/a")) << "another one";
}

TEST_F(HeldListsTest, WhatCouldBeReadAgainIsMissedAgain) {
  lists.was_not_read("class/a/x/power");
  lists.was_read("class/a/x/power");
  lists.hold("class/a", Names{"x"}, start);
  lists.was_not_read("class/a/x/power");
  EXPECT_FALSE(holds("class/a"));
}

TEST_F(HeldListsTest, OfAnotherDeviceNothingIsKnown) {
  lists.was_not_read("class/a/x/power");
  lists.was_not_read("class/ab/x/power");
  lists.forget("class/a/");
  lists.hold("class/a", Names{"x"}, start);
  lists.hold("class/ab", Names{"x"}, start);
  lists.was_not_read("class/a/x/power");
  lists.was_not_read("class/ab/x/power");
  EXPECT_FALSE(holds("class/a"));
  EXPECT_TRUE(holds("class/ab"));
}

}  // namespace
}  // namespace wattlife
