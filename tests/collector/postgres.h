// SPDX-License-Identifier: EUPL-1.2
// A PostgreSQL server of the tests themselves, from the packages of the system: a new cluster in a
// folder of its own, reached through a socket in it, gone at the end. Or a replica of such a one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/programs.h"
#include "tests/temporary_folder.h"

namespace wattlife::testing {

class PostgresServer {
 public:
  // `durable`: writes are flushed to disk, as outside tests.
  // With a `primary`, which is durable: a copy of it that follows it and answers who only asks.
  explicit PostgresServer(bool durable, const PostgresServer* primary = nullptr);
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  ~PostgresServer();

  // One for all tests of a program that lose nothing when the machine stops.
  static PostgresServer& shared();

  // Why there is none on this machine; empty: it runs.
  const std::string& missing() const { return missing_; }
  // The URL of a new, empty database, owned by a user without any other rights.
  std::string new_database();
  // The same database as an administrator, whom no row-level security holds back.
  std::string as_administrator(const std::string& url) const;

  // Where all of it lies, owned by the account that it runs as.
  std::string folder() const { return folder_.path(); }
  // `url`, which is of another server, with this one for when that one takes no changes.
  std::string or_else(const std::string& url) const;
  // The first number that an administrator is told; below zero: nothing.
  std::int64_t ask(const std::string& sql) const;

  void start();
  void stop();
  // Stops as after a power cut, without a checkpoint, and starts again.
  void crash();
  // Gone for good, as a machine is that burns: every process is killed, nothing is said to anyone.
  void lose();
  // Of a primary: whether a commit waits until a replica has it on disk, from now on.
  void wait_for_replicas(bool wait);
  // A replica becomes one that takes changes.
  void promote();
  // Listens on this port of 127.0.0.1 as well, from the next start on; gives the URL for it.
  std::string by_network(const std::string& url, int port);

 private:
  bool make(const PostgresServer* primary);
  std::vector<std::string> command(const std::string& program,
                                   const std::vector<std::string>& arguments) const;
  std::string url_of(const std::string& user, const std::string& database) const;

  TemporaryFolder folder_;
  bool durable_;
  std::string programs_;  // folder of initdb and postgres
  std::string missing_;
  int databases_ = 0;
  int port_ = 0;  // zero: only the socket
  std::unique_ptr<e2e::Program> server_;
};

}  // namespace wattlife::testing
