// SPDX-License-Identifier: EUPL-1.2
#include "platform/process.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "tests/temporary_folder.h"

namespace wattlife {
namespace {

namespace fs = std::filesystem;

TEST(Process, ClocksGoForwardAndSleepIsNeverNegative) {
  const Now first = now();
  const Now later = now();
  EXPECT_GE(later.boot, first.boot);
  EXPECT_GE(later.awake, first.awake);
  // Awake time is part of boot time; the clocks are read one after the other.
  EXPECT_LE(first.awake.since_boot, first.boot.since_boot + Duration{1});
  EXPECT_GT(first.utc, UtcTime{std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}});
}

TEST(Process, RandomBytesDiffer) {
  std::array<std::uint8_t, 16> one{};
  std::array<std::uint8_t, 16> two{};
  fill_random(one);
  fill_random(two);
  EXPECT_NE(one, two);
  EXPECT_NE(random_number(), random_number());
}

TEST(Process, WaitsUntilAMomentThatHasComeAndNoLonger) {
  const Now before = now();
  EXPECT_TRUE(wait_until(before.boot));
  EXPECT_TRUE(wait_until(BootTime{before.boot.since_boot + Duration{20}}));
  EXPECT_GE(now().boot - before.boot, Duration{20});
}

TEST(Process, OwnFolderIsMadeWithWhatIsAboveIt) {
  const TemporaryFolder folder;
  const std::string deep = folder / "a/b/c";
  ASSERT_TRUE(ensure_own_folder(deep, 0750));
  ASSERT_TRUE(ensure_own_folder(deep, 0750));
  EXPECT_TRUE(check_folder(deep));
  EXPECT_EQ(check_folder(folder / "none").error().cause, Cause::absent);
}

TEST(Process, AFolderTellsWhoseItIs) {
  const TemporaryFolder folder;
  ASSERT_TRUE(ensure_own_folder(folder / "own", 0750));
  const Result<FolderRights> rights = folder_rights(folder / "own");
  ASSERT_TRUE(rights) << rights.error().text;
  EXPECT_TRUE(rights->ours);
  EXPECT_FALSE(rights->owner.empty());
  EXPECT_EQ(rights->writer, "");
  EXPECT_EQ(rights->replacer, "");
  EXPECT_EQ(folder_rights(folder / "none").error().cause, Cause::absent);
  std::ofstream(folder / "file") << "x";
  EXPECT_FALSE(folder_rights(folder / "file"));
}

TEST(Process, AFileInThePlaceOfAFolderIsRefused) {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  const Done own = ensure_own_folder(folder / "file", 0750);
  ASSERT_FALSE(own);
  EXPECT_EQ(own.error().cause, Cause::denied) << own.error().text;
  EXPECT_FALSE(check_folder(folder / "file"));
  EXPECT_FALSE(ensure_own_folder(folder / "file/below", 0750));
}

using Write = Done (*)(const std::string&, std::string_view, unsigned);

TEST(Process, AFileIsReplacedAsAWhole) {
  for (const Write write : {write_file_atomically, write_derived_file}) {
    const TemporaryFolder folder;
    ASSERT_TRUE(write(folder / "f", "one", 0644));
    ASSERT_TRUE(write(folder / "f", "two", 0644));
    EXPECT_EQ(*read_file(folder / "f", 100), "two");
    std::ofstream(folder / "f.new") << "left over by a crash";
    ASSERT_TRUE(write(folder / "f", "", 0644));
    EXPECT_EQ(*read_file(folder / "f", 100), "");
    EXPECT_FALSE(fs::exists(folder / "f.new"));
    EXPECT_FALSE(write(folder / "none/f", "x", 0644));
  }
}

#if !defined(_WIN32)
TEST(Process, ALinkInThePlaceOfAFileIsReplacedAndNotFollowed) {
  for (const Write write : {write_file_atomically, write_derived_file}) {
    const TemporaryFolder folder;
    std::ofstream(folder / "of somebody else") << "kept";
    fs::create_symlink("of somebody else", folder / "f");
    ASSERT_TRUE(write(folder / "f", "new", 0644));
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(folder / "f")));
    EXPECT_EQ(*read_file(folder / "f", 100), "new");
    EXPECT_EQ(*read_file(folder / "of somebody else", 100), "kept");
    EXPECT_FALSE(fs::exists(folder / "f.new"));
  }
}

// Whoever reads while it is written again and again sees one whole text, and always one.
TEST(Process, AReaderNeverMissesAFileThatIsReplaced) {
  const TemporaryFolder folder;
  const std::string path = folder / "f";
  ASSERT_TRUE(write_derived_file(path, std::string(3000, 'a'), 0644));
  std::atomic<bool> ended = false;
  std::thread writer([&] {
    for (int i = 0; i < 500; ++i) {
      const std::string text(static_cast<std::size_t>(3000 + i), static_cast<char>('a' + i % 26));
      EXPECT_TRUE(write_derived_file(path, text, 0644));
    }
    ended = true;
  });
  while (!ended) {
    const Result<std::string> text = read_file(path, 10'000);
    if (!text) ADD_FAILURE() << text.error().text;
    if (!text) break;
    EXPECT_GE(text->size(), 3000U);
    EXPECT_EQ(text->find_first_not_of(text->front()), std::string::npos);
  }
  writer.join();
}
#endif

TEST(Process, AFailedReplacementLeavesTheOldTextAndNoRubbish) {
  for (const Write write : {write_file_atomically, write_derived_file}) {
    const TemporaryFolder folder;
    fs::create_directory(folder / "f");
    std::ofstream(folder / "f/inside") << "x";
    EXPECT_FALSE(write(folder / "f", "x", 0644));
    EXPECT_TRUE(fs::exists(folder / "f/inside"));
    EXPECT_FALSE(fs::exists(folder / "f.new"));
  }
}

TEST(Process, ReadingHasALimitAndSaysWhy) {
  const TemporaryFolder folder;
  std::ofstream(folder / "f", std::ios::binary) << std::string(100'000, 'x');
  EXPECT_EQ(read_file(folder / "f", 100'000)->size(), 100'000U);
  EXPECT_EQ(read_file(folder / "f", 99'999).error().cause, Cause::malformed);
  EXPECT_EQ(read_file(folder / "none", 10).error().cause, Cause::absent);
  EXPECT_FALSE(read_file(folder.path(), 10));
}

TEST(Process, ALockIsHeldOnceAndGoesWithItsHolder) {
  const TemporaryFolder folder;
  {
    const Result<FileLock> held = lock_file(folder / "lock");
    ASSERT_TRUE(held);
    const Result<FileLock> second = lock_file(folder / "lock");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().cause, Cause::busy);
  }
  EXPECT_TRUE(lock_file(folder / "lock"));
  EXPECT_FALSE(lock_file(folder / "none/lock"));
}

TEST(Process, WhatThisProcessTakesIsCounted) {
  const TemporaryFolder folder;
  const OwnCost before = own_cost();
  ASSERT_TRUE(write_file_atomically(folder / "f", std::string(64 * 1024, 'x'), 0644));
  std::uint64_t sum = 0;
  do {
    sum += random_number();
  } while (own_cost().cpu - before.cpu < std::chrono::milliseconds(5));
  EXPECT_NE(sum, 0U);
  const OwnCost after = own_cost();
  ASSERT_TRUE(after.resident_bytes);
  EXPECT_GT(*after.resident_bytes, 200'000);
  EXPECT_LT(*after.resident_bytes, std::int64_t{4} << 30);
  // Neither goes back; a memory file system counts no bytes.
  EXPECT_GE(after.wakes.value_or(0), before.wakes.value_or(0));
  EXPECT_GE(after.written_bytes.value_or(0), before.written_bytes.value_or(0));
  EXPECT_GE(processor_count(), 1);
}

TEST(Process, GivingWayDoesNotStopIt) {
  give_way();
  EXPECT_TRUE(wait_until(BootTime{now().boot.since_boot + Duration{5}}));
}

TEST(Process, AFileSaysWhenItWasWritten) {
  const TemporaryFolder folder;
  EXPECT_FALSE(written_at(folder / "none"));
  ASSERT_TRUE(write_file_atomically(folder / "f", "x", 0644));
  const auto written = written_at(folder / "f");
  ASSERT_TRUE(written);
  // File systems keep coarser times than clocks.
  EXPECT_LT(std::chrono::abs(*written - now().utc), std::chrono::seconds(30));
}

#if !defined(_WIN32)  // modes, links and locales of POSIX
TEST(Process, TheLocaleIsThatOfTheFirstVariableThatIsSet) {
  struct Case {
    const char* all;
    const char* lang;
    const char* want;
    bool utf8;
  };
  const Case cases[] = {{"", "nl_NL.UTF-8", "nl_NL.UTF-8", true},
                        {"C", "nl_NL.UTF-8", "C", false},
                        {"en_US.utf8", "", "en_US.utf8", true},
                        {"", "", "", false}};
  ::unsetenv("LC_MESSAGES");
  ::unsetenv("LC_CTYPE");
  for (const Case& c : cases) {
    ::setenv("LC_ALL", c.all, 1);
    ::setenv("LANG", c.lang, 1);
    EXPECT_EQ(user_locale(), c.want);
    EXPECT_EQ(output_is_utf8(), c.utf8) << c.want;
  }
}

TEST(Process, AFolderOthersMayWriteInOrALinkIsRefusedWithWhatToDo) {
  const TemporaryFolder folder;
  ASSERT_TRUE(ensure_own_folder(folder / "own", 0750));
  EXPECT_EQ(static_cast<unsigned>(fs::status(folder / "own").permissions()), 0750U);
  for (const unsigned mode : {0770U, 0757U}) {
    fs::permissions(folder / "own", static_cast<fs::perms>(mode));
    const Done refused = ensure_own_folder(folder / "own", 0750);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().cause, Cause::denied);
    EXPECT_NE(refused.error().text.find("chmod"), std::string::npos);
  }
  EXPECT_EQ(folder_rights(folder / "own")->writer, "everybody");
  EXPECT_EQ(folder_rights(folder / "own")->replacer, "everybody");
  fs::permissions(folder / "own", static_cast<fs::perms>(01777));
  EXPECT_EQ(folder_rights(folder / "own")->replacer, "") << "as in /tmp";
  fs::permissions(folder / "own", static_cast<fs::perms>(0750));
  fs::create_directory_symlink(folder / "own", folder / "link");
  EXPECT_EQ(ensure_own_folder(folder / "link", 0750).error().cause, Cause::denied);
  EXPECT_EQ(check_folder(folder / "link").error().cause, Cause::denied);
  std::ofstream(folder / "own/f") << "x";
  fs::create_symlink(folder / "own/f", folder / "file-link");
  EXPECT_EQ(read_file(folder / "file-link", 10).error().cause, Cause::denied);
  EXPECT_EQ(lock_file(folder / "file-link").error().cause, Cause::denied);
}
#endif

}  // namespace
}  // namespace wattlife
