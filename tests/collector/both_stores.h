// SPDX-License-Identifier: EUPL-1.2
// Tests that run over both databases: a file, and a database on a PostgreSQL server of the tests.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "tests/collector/postgres.h"

namespace wattlife::testing {

enum class Kind { sqlite, postgres };
inline void PrintTo(Kind kind, std::ostream* stream) {
  *stream << (kind == Kind::sqlite ? "sqlite" : "postgres");
}
inline std::string name_of_kind(const ::testing::TestParamInfo<Kind>& kind) {
  return kind.param == Kind::sqlite ? "sqlite" : "postgres";
}
inline const auto both = ::testing::Values(Kind::sqlite, Kind::postgres);

inline void skip_without(Kind kind) {
  if (kind == Kind::sqlite) return;
  const std::string missing = PostgresServer::shared().missing();
  if (!missing.empty()) GTEST_SKIP() << missing;
}
// For Fleet: a new database each time; empty: a file.
inline std::string url_of(Kind kind) {
  return kind == Kind::sqlite ? "" : PostgresServer::shared().new_database();
}

class BothStores : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { skip_without(GetParam()); }
  static std::string url() { return url_of(GetParam()); }
};

}  // namespace wattlife::testing
