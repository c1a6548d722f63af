// SPDX-License-Identifier: EUPL-1.2
// A disk that is full, a database that is locked: devices are told to come again, nothing is lost
// or counted twice, and it goes on by itself when the trouble is over.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "collector/rules.h"
#include "collector/site.h"
#include "platform/database.h"
#include "tests/collector/fleet.h"
#include "tests/collector/postgres.h"

namespace wattlife {
namespace {

using testing::first_day;
using testing::Fleet;
using testing::Laptop;

Now at(UtcDay day) { return {BootTime{}, AwakeTime{}, UtcTime{day} + std::chrono::hours(10)}; }

Response post(Site& site, const Laptop& laptop, const std::string& body) {
  const std::string credential =
      hex_from_bytes(laptop.credential.device_id) + "." + hex_from_bytes(laptop.credential.secret);
  return site.handle(
      {"POST",
       "/device/v1/reports",
       "",
       {{"authorization", "Bearer " + credential}, {"content-type", "application/x-protobuf"}},
       body},
      at(first_day));
}

bool says_come_again(const Response& response) {
  if (response.status != 503) return false;
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [](const auto& header) { return header.first == "Retry-After"; });
}

// Sends energy until the store refuses, frees space, sends on; the text says what went wrong.
// `make_room` ends the trouble. Without a `url` it is about a file.
std::string story_of_a_full_disk(const std::function<bool()>& fill_up,
                                 const std::function<bool()>& make_room,
                                 const std::string& url = "") {
  Fleet fleet(1, url);
  Site site(fleet.store(), *built_in_rules());
  Laptop laptop = fleet.member("a", first_day);
  if (!fill_up()) return "could not fill the disk";
  std::int64_t accepted = 0;
  std::string refused;
  // Each in a period of its own, so that each makes rows of its own.
  for (int week = 0; week < 190 && refused.empty(); ++week) {
    const UtcDay day = first_day - std::chrono::days(7 * week);
    const std::string body = to_bytes(laptop.energy(testing::week_of(day)));
    const Response response = post(site, laptop, body);
    if (response.status == 200) {
      ++accepted;
    } else if (says_come_again(response)) {
      refused = body;
    } else {
      return "status " + std::to_string(response.status) + ": " + response.body;
    }
  }
  if (refused.empty()) return "the disk never was full";
  if (!says_come_again(post(site, laptop, refused))) return "a second try was not refused";
  if (site.handle({"GET", "/v1/apparaten", "", {}, ""}, at(first_day)).status != 200) {
    return "reading does not work while the disk is full";
  }
  if (fleet.counted_energy() != joules(360'000 * accepted)) return "what was refused was counted";
  if (!make_room()) return "could not make room";
  for (int i = 0; i < 2; ++i) {
    const Response response = post(site, laptop, refused);
    if (response.status != 200) return "after making room: " + response.body;
  }
  if (fleet.counted_energy() != joules(360'000 * (accepted + 1))) return "not counted once";
  const auto checked = fleet.store().check();
  if (!checked) return "check: " + checked.error().text;
  return checked->different_tables.empty() ? "" : "derived tables differ";
}

// Runs `story` in a process of its own, whose limits and mounts are its own; what it returns is the
// failure. The first byte tells whether it could run at all.
std::string in_a_process(const std::function<std::string()>& story) {
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) return "-no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string text = story();
    (void)!::write(pipe_ends[1], text.data(), text.size());
    ::_exit(0);
  }
  ::close(pipe_ends[1]);
  std::string text;
  char buffer[512];
  for (ssize_t count = 0; (count = ::read(pipe_ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : "-the process ended badly";
}

// Fills the file system of `filler` but for so many bytes, so that it fills up within a report.
bool fill_but(std::uintmax_t left, const std::string& filler) {
  std::ofstream file(filler, std::ios::binary);
  while (file.write(std::string(4096, 'x').data(), 4096).flush()) {
  }
  std::error_code ignored;
  std::filesystem::resize_file(filler, std::filesystem::file_size(filler) - left, ignored);
  return !ignored;
}

TEST(Faults, a_disk_that_takes_no_more_gives_503_and_recovers) {
  const std::string failure = in_a_process([]() -> std::string {
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const auto limit_to = [&](rlim_t bytes) {
      const rlimit limit{bytes, before.rlim_max};
      return ::setrlimit(RLIMIT_FSIZE, &limit) == 0;
    };
    return story_of_a_full_disk([&] { return limit_to(rlim_t{450} * 1024); },
                                [&] { return limit_to(before.rlim_cur); });
  });
  EXPECT_EQ(failure, "");
}

TEST(Faults, a_full_file_system_gives_503_and_recovers) {
  const std::string failure = in_a_process([]() -> std::string {
    // A file system of 2 MiB that only this process sees.
    const bool own = ::unshare(CLONE_NEWNS) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
    if (!own || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", "/tmp", "tmpfs", 0, "size=2m") != 0) {
      return "skip";
    }
    ::setenv("TMPDIR", "/tmp", 1);
    const std::string filler = "/tmp/filler";
    return story_of_a_full_disk([&] { return fill_but(std::uintmax_t{96} * 1024, filler); },
                                [&] { return std::filesystem::remove(filler); });
  });
  if (failure == "skip") GTEST_SKIP() << "no right to mount a file system here";
  EXPECT_EQ(failure, "");
}

// The tables of a server lie on a file system of their own, which only this process and that server
// see.
TEST(Faults, a_full_disk_of_the_server_gives_503_and_recovers) {
  const std::string failure = in_a_process([]() -> std::string {
    if (::geteuid() != 0 || ::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
      return "skip";
    }
    testing::PostgresServer server(false);
    if (!server.missing().empty()) return "skip";
    const std::string small = server.folder() + "/small";
    const std::string tables = small + "/tables";
    std::filesystem::create_directory(small);
    if (::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=32m") != 0) return "skip";
    std::filesystem::create_directory(tables);
    struct stat owner {};
    if (::stat(server.folder().c_str(), &owner) != 0 ||
        ::chown(small.c_str(), owner.st_uid, owner.st_gid) != 0 ||
        ::chown(tables.c_str(), owner.st_uid, owner.st_gid) != 0) {
      return "cannot give the folder away";
    }
    const std::string url = server.new_database();
    auto administrator =
        open_sql(server.as_administrator("postgresql://x@/postgres?"), StoreOpen::make);
    if (!administrator) return administrator.error().text;
    for (const std::string& sql : {"CREATE TABLESPACE small LOCATION '" + tables + "'",
                                   std::string("ALTER DATABASE fleet1 SET TABLESPACE small")}) {
      if (const Done done = (*administrator)->run(sql); !done) return done.error().text;
    }
    const std::string filler = small + "/filler";
    std::string failed =
        story_of_a_full_disk([&] { return fill_but(std::uintmax_t{96} * 1024, filler); },
                             [&] { return std::filesystem::remove(filler); }, url);
    server.stop();
    ::umount(small.c_str());
    return failed;
  });
  if (failure == "skip") GTEST_SKIP() << "no right to mount a file system here, or no PostgreSQL";
  EXPECT_EQ(failure, "");
}

TEST(Faults, a_locked_database_gives_503_and_recovers) {
  Fleet fleet;
  Site site(fleet.store(), *built_in_rules());
  Laptop laptop = fleet.member("a", first_day);
  const std::string body = to_bytes(laptop.energy(testing::week_of(first_day)));
  auto other =
      Database::open(fleet.path(), {.mode = OpenMode::write_ahead_log, .lock_wait_ms = 100});
  ASSERT_TRUE(other);
  const Done held = other->transaction([&]() -> Done {
    EXPECT_TRUE(says_come_again(post(site, laptop, body)));
    EXPECT_EQ(site.handle({"GET", "/v1/apparaten", "", {}, ""}, at(first_day)).status, 200);
    return done();
  });
  EXPECT_TRUE(held);
  EXPECT_EQ(post(site, laptop, body).status, 200);
  EXPECT_EQ(fleet.counted_energy(), joules(360'000));
}

// Killed between any two reports, or in the middle of one: what was acknowledged is there once.
TEST(Faults, killed_at_any_moment_every_acknowledged_report_is_there_once) {
  for (int round = 0; round < 12; ++round) {
    SCOPED_TRACE(round);
    Fleet fleet;
    Laptop laptop = fleet.member("a", first_day);
    int pipe_ends[2];
    ASSERT_EQ(::pipe(pipe_ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto store =
          open_fleet_store(fleet.url(), StoreOpen::existing, testing::repeatable_random(9));
      if (!store) ::_exit(1);
      for (int week = 0; week < 150; ++week) {
        const UtcDay day = first_day - std::chrono::days(7 * week);
        const std::string body = to_bytes(laptop.energy(testing::week_of(day)));
        const auto outcome = (*store)->receive({{laptop.credential, body}}, first_day);
        if (!outcome || !outcome->front().acknowledgement) ::_exit(2);
        if (::write(pipe_ends[1], ".", 1) != 1) ::_exit(3);
      }
      ::_exit(0);
    }
    ::close(pipe_ends[1]);
    int acknowledged = 0;
    char dot = 0;
    while (acknowledged < 3 + round * 2 && ::read(pipe_ends[0], &dot, 1) == 1) ++acknowledged;
    ::kill(child, SIGKILL);
    while (::read(pipe_ends[0], &dot, 1) == 1) ++acknowledged;
    ::close(pipe_ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);

    fleet.reopen();
    const std::int64_t counted = fleet.counted_energy().milli / joules(360'000).milli;
    EXPECT_GE(counted, acknowledged);
    EXPECT_LE(counted, acknowledged + 1);    // stored, and killed before it could say so
    for (int week = 0; week < 30; ++week) {  // the device sends all of them again
      const UtcDay day = first_day - std::chrono::days(7 * week);
      EXPECT_TRUE(
          fleet.send(laptop, laptop.energy(testing::week_of(day)), first_day + std::chrono::days(1))
              .acknowledgement);
    }
    EXPECT_EQ(fleet.counted_energy(), joules(360'000 * std::max<std::int64_t>(30, counted)));
    const auto checked = fleet.store().check();
    ASSERT_TRUE(checked);
    EXPECT_TRUE(checked->different_tables.empty());
  }
}

}  // namespace
}  // namespace wattlife
