// SPDX-License-Identifier: EUPL-1.2
// The Debian package of the collector: made twice, looked into, and taken through its life
// (install, remove, purge) in a folder that dpkg takes for a machine. This machine stays as it is.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/e2e/programs.h"
#include "tests/places.h"
#include "tests/temporary_folder.h"

namespace wattlife::e2e {
namespace {

namespace fs = std::filesystem;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class DebianPackage : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* tool : {"/usr/bin/dpkg-deb", "/usr/bin/dpkg-shlibdeps", "/usr/bin/strip"}) {
      if (!fs::exists(tool)) GTEST_SKIP() << "there is no " << tool << " (package dpkg-dev)";
    }
    static const TemporaryFolder made;  // packing takes a while: once for all of these
    made_ = made.path();
    if (deb("one").empty()) build("one");
    ASSERT_NE(deb("one"), "");
  }
  void build(const std::string& folder) {
    said({"/usr/bin/env", "SOURCE_DATE_EPOCH=1790000000",
          places::sources() + "/installers/linux/collector/debian/package.sh",
          places::programs() + "/wattlife-collector", "0.1.0", made_ + "/" + folder});
  }
  std::string deb(const std::string& folder) const {
    std::error_code ignored;
    for (const auto& file : fs::directory_iterator(made_ + "/" + folder, ignored)) {
      if (file.path().extension() == ".deb") return file.path().string();
    }
    return "";
  }
  std::string said(const std::vector<std::string>& command) {
    const std::string output = folder_ / ("said-" + std::to_string(++commands_));
    EXPECT_EQ(run(command, output), 0) << text_of(output);
    return text_of(output);
  }
  std::string root(const std::string& path = "") const { return (folder_ / "root") + path; }
  // dpkg over the folder alone: its own list of packages, account files and log.
  std::string dpkg(const std::string& action, const std::string& what) {
    return said({"/usr/bin/dpkg", "--root=" + root(), "--log=" + (folder_ / "dpkg.log"),
                 "--force-depends", "--force-script-chrootless", action, what});
  }
  static std::string mode_of(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return "absent";
    std::string digits;
    for (const int shift : {6, 3, 0}) {
      digits += std::to_string(((status.st_mode & 0777U) >> shift) & 7U);
    }
    return digits;
  }
  // Number of the account in the folder that dpkg takes for a machine, or of its group.
  unsigned number_of_account(const std::string& list) const {
    const std::string text = text_of(root(list));
    const std::string begin = "wattlife-collector:x:";
    const std::size_t at = text.find(begin);
    EXPECT_NE(at, std::string::npos) << text;
    return at == std::string::npos
               ? 0
               : static_cast<unsigned>(std::stoul(text.substr(at + begin.size())));
  }
  // The service, whose account is not root, must be able to write the one and read the other.
  void expect_owners() const {
    struct stat database {};
    struct stat tls {};
    ASSERT_EQ(::stat(root("/var/lib/wattlife-collector").c_str(), &database), 0);
    ASSERT_EQ(::stat(root("/etc/wattlife-collector/tls").c_str(), &tls), 0);
    EXPECT_NE(database.st_uid, 0u);
    EXPECT_EQ(database.st_uid, number_of_account("/etc/passwd"));
    EXPECT_EQ(tls.st_uid, 0u);
    EXPECT_EQ(tls.st_gid, number_of_account("/etc/group"));
  }

  TemporaryFolder folder_;
  std::string made_;
  int commands_ = 0;
};

TEST_F(DebianPackage, is_the_same_bytes_each_time) {
  build("two");
  EXPECT_EQ(fs::path(deb("one")).filename(), fs::path(deb("two")).filename());
  EXPECT_GT(text_of(deb("one")).size(), 100'000u);
  EXPECT_TRUE(text_of(deb("one")) == text_of(deb("two")));
}

TEST_F(DebianPackage, says_what_it_needs_and_holds_what_it_should) {
  EXPECT_TRUE(has(deb("one"), "/wattlife-collector_0.1.0_")) << deb("one");
  const std::string information = said({"/usr/bin/dpkg-deb", "--info", deb("one")});
  for (const char* needed : {"libc6 (>= ", "libssl3", "libpq5", "libsqlite3-0", "libcjose0",
                             "Installed-Size: ", "Section: admin"}) {
    EXPECT_TRUE(has(information, needed)) << needed << "\n" << information;
  }
  const std::string contents = said({"/usr/bin/dpkg-deb", "--contents", deb("one")});
  for (const char* line :
       {"-rwxr-xr-x root/root", "./usr/bin/wattlife-collector\n",
        "./usr/lib/systemd/system/wattlife-collector.service\n",
        "./usr/lib/systemd/system/wattlife-collector.socket\n",
        "./usr/lib/sysusers.d/wattlife-collector.conf\n", "./etc/default/wattlife-collector\n",
        "./etc/wattlife-collector/collector.toml\n",
        "./usr/share/doc/wattlife-collector/copyright\n",
        "./usr/share/doc/wattlife-collector/licences/libboost1.81\n"}) {
    EXPECT_TRUE(has(contents, line)) << line << "\n" << contents;
  }
  EXPECT_FALSE(has(contents, "rws")) << "somebody would run it as somebody else";
  EXPECT_EQ(said({"/usr/bin/dpkg-deb", "--info", deb("one"), "conffiles"}),
            "/etc/default/wattlife-collector\n/etc/wattlife-collector/collector.toml\n");
}

TEST_F(DebianPackage, its_program_runs_and_its_unit_names_it) {
  said({"/usr/bin/dpkg-deb", "--extract", deb("one"), root()});
  EXPECT_TRUE(has(said({root("/usr/bin/wattlife-collector"), "--version"}), "0.1.0"));
  EXPECT_FALSE(has(text_of(root("/usr/bin/wattlife-collector")), places::sources()))
      << "where it was built would make other bytes elsewhere";
  const std::string unit = text_of(root("/usr/lib/systemd/system/wattlife-collector.service"));
  EXPECT_TRUE(has(unit, "ExecStart=/usr/bin/wattlife-collector serve ")) << unit;
  EXPECT_TRUE(has(unit, "EnvironmentFile=/etc/default/wattlife-collector\n")) << unit;
  // The sample of the settings is one that the program takes.
  EXPECT_TRUE(has(said({root("/usr/bin/wattlife-collector"), "sign-in", "check", "--config",
                        root("/etc/wattlife-collector/collector.toml")}),
                  "loopback only"));
}

TEST_F(DebianPackage, installs_removes_and_purges_and_starts_nothing) {
  if (::geteuid() != 0) GTEST_SKIP() << "making an account, also in a folder, needs root";
  for (const char* tool :
       {"/usr/bin/systemd-sysusers", "/usr/bin/systemd-tmpfiles", "/usr/bin/deb-systemd-helper"}) {
    if (!fs::exists(tool)) GTEST_SKIP() << "there is no " << tool << " (package systemd)";
  }
  for (const char* folder : {"/var/lib/dpkg/info", "/var/lib/dpkg/updates", "/etc"}) {
    fs::create_directories(root(folder));
  }
  for (const char* file : {"/var/lib/dpkg/status", "/var/lib/dpkg/available"}) {
    write_text(root(file), "");
  }
  dpkg("--install", deb("one"));
  EXPECT_TRUE(has(text_of(root("/etc/passwd")), "wattlife-collector:x:"));
  EXPECT_TRUE(has(text_of(root("/etc/passwd")), ":/usr/sbin/nologin"));
  EXPECT_EQ(mode_of(root("/var/lib/wattlife-collector")), "700");
  EXPECT_EQ(mode_of(root("/etc/wattlife-collector/tls")), "750");
  expect_owners();
  EXPECT_FALSE(fs::exists(root("/etc/systemd/system/multi-user.target.wants")))
      << "it was enabled, and nobody asked";
  write_text(root("/var/lib/wattlife-collector/fleet.db"), "a fleet");
  write_text(root("/etc/default/wattlife-collector"), "ours");
  dpkg("--install", deb("one"));  // as an upgrade
  EXPECT_EQ(text_of(root("/var/lib/wattlife-collector/fleet.db")), "a fleet");
  EXPECT_EQ(text_of(root("/etc/default/wattlife-collector")), "ours");
  dpkg("--remove", "wattlife-collector");
  EXPECT_FALSE(fs::exists(root("/usr/bin/wattlife-collector")));
  EXPECT_EQ(text_of(root("/var/lib/wattlife-collector/fleet.db")), "a fleet");
  EXPECT_EQ(text_of(root("/etc/default/wattlife-collector")), "ours");
  dpkg("--purge", "wattlife-collector");
  EXPECT_FALSE(fs::exists(root("/var/lib/wattlife-collector")));
  EXPECT_FALSE(fs::exists(root("/etc/wattlife-collector")));
  EXPECT_FALSE(fs::exists(root("/etc/default/wattlife-collector")));
}

TEST_F(DebianPackage, lintian_finds_no_mistake) {
  if (!fs::exists("/usr/bin/lintian")) GTEST_SKIP() << "there is no lintian (./dev setup test)";
  said({"/usr/bin/lintian", "--allow-root", "--fail-on", "error", deb("one")});
}

}  // namespace
}  // namespace wattlife::e2e
