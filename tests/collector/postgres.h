// SPDX-License-Identifier: EUPL-1.2
// A PostgreSQL server of the tests themselves, from the packages of the system: a new cluster in a
// folder of its own, reached through a socket in it, gone at the end.
#pragma once

#include <memory>
#include <string>

#include "tests/e2e/programs.h"
#include "tests/temporary_folder.h"

namespace wattlife::testing {

class PostgresServer {
 public:
  // `durable`: writes are flushed to disk, as outside tests.
  explicit PostgresServer(bool durable);
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

  // Stops as after a power cut, without a checkpoint, and starts again.
  void crash();

 private:
  void start();
  std::vector<std::string> command(const std::string& program,
                                   const std::vector<std::string>& arguments) const;
  std::string url_of(const std::string& user, const std::string& database) const;

  TemporaryFolder folder_;
  bool durable_;
  std::string programs_;  // folder of initdb and postgres
  std::string missing_;
  int databases_ = 0;
  std::unique_ptr<e2e::Program> server_;
};

}  // namespace wattlife::testing
