// SPDX-License-Identifier: EUPL-1.2
// What PostgreSQL's errors mean to us and what a person can do about them: for sql_postgres.cpp
// only.
#pragma once

#include <libpq-fe.h>

#include <string>
#include <string_view>

#include "core/result.h"

namespace wattlife {

// A row of SQLSTATE codes: all that begin so. The first that fits counts.
struct Meaning {
  std::string_view state;
  Cause cause;
  std::string_view advice;
};
Meaning meaning_of(std::string_view state);

// Whether the same transaction may well succeed now: serialization, deadlock, or a row that another
// one has just put there or taken away.
bool worth_another_attempt(std::string_view state);
// What comes back when it was tried often enough: later it will work.
Error still_in_the_way(const Error& error);

// The words of the server or of libpq on one line; `text` may be nullptr.
std::string one_line(const char* text);

// Why there is no connection. `name` is what the database is called in texts.
Error error_of_connecting(const std::string& name, PGconn* connection);

}  // namespace wattlife
