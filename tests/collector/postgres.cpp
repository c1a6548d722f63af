// SPDX-License-Identifier: EUPL-1.2
#include "tests/collector/postgres.h"

#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "collector/sql.h"
#include "core/text.h"

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

// The processes whose parent is `pid`: the second number behind the name, which is in brackets.
std::vector<int> children_of(int pid) {
  std::vector<int> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string stat = e2e::text_of(entry.path().string() + "/stat");
    const std::size_t bracket = stat.rfind(')');
    if (bracket == std::string::npos || bracket + 4 > stat.size()) continue;
    const auto columns = split(std::string_view(stat).substr(bracket + 4), ' ');
    if (integer_from(columns.front()) == pid) children.push_back(std::stoi(name));
  }
  return children;
}

}  // namespace

PostgresServer& PostgresServer::shared() {
  static PostgresServer server(false);
  return server;
}

PostgresServer::PostgresServer(bool durable, const PostgresServer* primary)
    : durable_(durable), programs_(folder_of_programs()) {
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
  if (!make(primary)) return;
  start();
  if (primary != nullptr) return;
  auto administrator = open_sql(url_of("administrator", "postgres"), StoreOpen::make);
  if (!administrator) {
    ADD_FAILURE() << administrator.error().text;
    return;
  }
  EXPECT_TRUE((*administrator)->run("CREATE ROLE collector LOGIN"));
}

// The files of a new cluster, or those of `primary`.
bool PostgresServer::make(const PostgresServer* primary) {
  const std::string log = folder_ / "make.log";
  const auto how =
      primary == nullptr
          ? command("initdb", {"--pgdata", folder_ / "data", "--username=administrator",
                               "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"})
          : command(
                "pg_basebackup",
                {"--pgdata", folder_ / "data", "--dbname",
                 "host=" + primary->folder_.path() + " user=administrator application_name=replica",
                 "--checkpoint=fast", "--wal-method=stream", "--write-recovery-conf", "--no-sync"});
  const int made = e2e::run(how, log);
  EXPECT_EQ(made, 0) << e2e::text_of(log);
  return made == 0;
}

PostgresServer::~PostgresServer() {
  if (server_ != nullptr) stop();
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
      "-D", folder_ / "data",         "-k", folder_.path(),
      "-c", "deadlock_timeout=200ms", "-c", "max_connections=40",
      "-c", "shared_buffers=64MB",    "-c", "wal_retrieve_retry_interval=200ms"};
  arguments.insert(arguments.end(),
                   {"-c", port_ == 0 ? "listen_addresses=" : "listen_addresses=127.0.0.1"});
  if (port_ != 0) arguments.insert(arguments.end(), {"-p", std::to_string(port_)});
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

void PostgresServer::stop() {
  EXPECT_EQ(e2e::run(command("pg_ctl", {"stop", "--pgdata", folder_ / "data", "--mode=immediate"}),
                     folder_ / "stop.log"),
            0);
  server_->wait(seconds_to_start);
  server_.reset();
}

void PostgresServer::crash() {
  stop();
  start();
}

void PostgresServer::lose() {
  // Stopped first, so that it starts nobody in the place of those who are gone.
  ::kill(server_->pid(), SIGSTOP);
  for (const int child : children_of(server_->pid())) ::kill(child, SIGKILL);
  server_->kill();
  server_.reset();
}

void PostgresServer::wait_for_replicas(bool wait) {
  auto administrator = open_sql(url_of("administrator", "postgres"), StoreOpen::make);
  ASSERT_TRUE(administrator) << administrator.error().text;
  const Done set = (*administrator)
                       ->run("ALTER SYSTEM SET synchronous_standby_names = '" +
                             std::string(wait ? "ANY 1 (replica)" : "") + "'");
  ASSERT_TRUE(set) << set.error().text;
  EXPECT_EQ(ask("SELECT CASE WHEN pg_reload_conf() THEN 1 ELSE 0 END"), 1);
  // "quorum" when it follows and is waited for.
  const std::string following = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = '" +
                                std::string(wait ? "quorum" : "async") + "'";
  EXPECT_TRUE(e2e::comes_true([&] { return ask(following) == 1; }, seconds_to_start))
      << e2e::text_of(folder_ / "server.log");
}

void PostgresServer::promote() {
  EXPECT_EQ(e2e::run(command("pg_ctl", {"promote", "--pgdata", folder_ / "data", "--wait"}),
                     folder_ / "promote.log"),
            0)
      << e2e::text_of(folder_ / "promote.log");
}

std::int64_t PostgresServer::ask(const std::string& sql) const {
  auto administrator = open_sql(url_of("administrator", "postgres"), StoreOpen::make);
  EXPECT_TRUE(administrator) << administrator.error().text;
  if (!administrator) return -1;
  const auto number = (*administrator)->integer(sql);
  return number ? *number : -1;
}

std::string PostgresServer::or_else(const std::string& url) const {
  return url + "," + folder_.path() + "&target_session_attrs=read-write";
}

std::string PostgresServer::by_network(const std::string& url, int port) {
  port_ = port;
  return url.substr(0, url.find("@/")) + "@127.0.0.1:" + std::to_string(port) +
         url.substr(url.find("@/") + 1, url.find('?') - url.find("@/") - 1);
}

std::string PostgresServer::url_of(const std::string& user, const std::string& database) const {
  return "postgresql://" + user + "@/" + database + "?host=" + folder_.path() +
         (port_ == 0 ? "" : "&port=" + std::to_string(port_));
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
