// SPDX-License-Identifier: EUPL-1.2
#include "tests/collector/postgres.h"

#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "collector/sql.h"

namespace wattlife::testing {
namespace {

constexpr int seconds_to_start = 60;
// PostgreSQL refuses to run as root; any other account will do.
constexpr const char* accounts[] = {"postgres", "nobody"};

std::string folder_of_programs() {
  std::vector<std::string> found;
  std::error_code ignored;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
    const std::string bin = version.path().string() + "/bin";
    if (std::filesystem::exists(bin + "/initdb", ignored)) found.push_back(bin);
  }
  if (std::filesystem::exists("/usr/bin/initdb", ignored)) found.emplace_back("/usr/bin");
  return found.empty() ? "" : *std::max_element(found.begin(), found.end());
}

const passwd* account() {
  for (const char* name : accounts) {
    if (const passwd* entry = ::getpwnam(name)) return entry;
  }
  return nullptr;
}

}  // namespace

PostgresServer& PostgresServer::shared() {
  static PostgresServer server(false);
  return server;
}

PostgresServer::PostgresServer(bool durable) : durable_(durable), programs_(folder_of_programs()) {
  if (programs_.empty()) {
    missing_ = "there is no PostgreSQL on this machine (package postgresql)";
    return;
  }
  if (::geteuid() == 0) {
    const passwd* entry = account();
    if (entry == nullptr || ::chown(folder_.path().c_str(), entry->pw_uid, entry->pw_gid) != 0) {
      missing_ = "this runs as root, and there is no other account for PostgreSQL";
      return;
    }
  }
  const int made = e2e::run(
      command("initdb", {"--pgdata", folder_ / "data", "--username=administrator", "--auth=trust",
                         "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"}),
      folder_ / "initdb.log");
  EXPECT_EQ(made, 0) << e2e::text_of(folder_ / "initdb.log");
  start();
  auto administrator = open_sql(url_of("administrator", "postgres"), StoreOpen::make);
  if (!administrator) {
    ADD_FAILURE() << administrator.error().text;
    return;
  }
  EXPECT_TRUE((*administrator)->run("CREATE ROLE collector LOGIN"));
}

PostgresServer::~PostgresServer() {
  if (server_ == nullptr) return;
  e2e::run(command("pg_ctl", {"stop", "--pgdata", folder_ / "data", "--mode=immediate"}),
           folder_ / "stop.log");
}

std::vector<std::string> PostgresServer::command(const std::string& program,
                                                 const std::vector<std::string>& arguments) const {
  // When the test is killed, the server ends too.
  std::vector<std::string> all = {"/usr/bin/setpriv", "--pdeathsig", "INT"};
  if (::geteuid() == 0) {
    const passwd* entry = account();
    all.push_back("--reuid=" + std::to_string(entry->pw_uid));
    all.push_back("--regid=" + std::to_string(entry->pw_gid));
    all.emplace_back("--clear-groups");
  }
  all.push_back(programs_ + "/" + program);
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

void PostgresServer::start() {
  std::vector<std::string> arguments = {
      "-D", folder_ / "data",     "-k", folder_.path(),        "-c", "listen_addresses=",
      "-c", "max_connections=40", "-c", "shared_buffers=64MB", "-c", "deadlock_timeout=200ms"};
  if (!durable_) {
    for (const char* fast : {"fsync=off", "full_page_writes=off", "wal_level=minimal",
                             "max_wal_senders=0", "autovacuum=off"}) {
      arguments.insert(arguments.end(), {"-c", fast});
    }
  }
  server_ = std::make_unique<e2e::Program>(command("postgres", arguments), folder_ / "server.log");
  const bool ready = e2e::comes_true(
      [&] {
        const auto opened = open_sql(url_of("administrator", "postgres"), StoreOpen::make);
        return bool(opened) || !server_->running();
      },
      seconds_to_start);
  EXPECT_TRUE(ready && server_->running()) << e2e::text_of(folder_ / "server.log");
}

void PostgresServer::crash() {
  EXPECT_EQ(e2e::run(command("pg_ctl", {"stop", "--pgdata", folder_ / "data", "--mode=immediate"}),
                     folder_ / "stop.log"),
            0);
  server_->wait(seconds_to_start);
  start();
}

std::string PostgresServer::url_of(const std::string& user, const std::string& database) const {
  return "postgresql://" + user + "@/" + database + "?host=" + folder_.path();
}

std::string PostgresServer::as_administrator(const std::string& url) const {
  const std::size_t begin = url.find("@/") + 2;
  return url_of("administrator", url.substr(begin, url.find('?') - begin));
}

std::string PostgresServer::new_database() {
  const std::string name = "fleet" + std::to_string(++databases_);
  auto administrator = open_sql(url_of("administrator", "postgres"), StoreOpen::make);
  EXPECT_TRUE(administrator) << administrator.error().text;
  const Done made = (*administrator)->run("CREATE DATABASE " + name + " OWNER collector");
  EXPECT_TRUE(made) << made.error().text;
  return url_of("collector", name);
}

}  // namespace wattlife::testing
