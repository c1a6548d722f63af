// SPDX-License-Identifier: EUPL-1.2
#include "collector/sql_postgres_errors.h"

#include <algorithm>

#include "core/text.h"

namespace wattlife {
namespace {

constexpr std::string_view others_wrote = "; others wrote at the same time: try again later";

constexpr Meaning meanings[] = {
    {"08", Cause::busy, "; the connection was lost and is made again at the next use"},
    {"25006", Cause::denied, "; this server only reads: give the URL of the primary"},
    {"28", Cause::denied, "; check user, password and pg_hba.conf"},
    {"3D", Cause::absent, "; make it with `createdb`, owned by the user of the collector"},
    {"3F", Cause::absent, "; make the schema, or leave search_path out of the URL"},
    {"40", Cause::busy, others_wrote},
    {"42501", Cause::denied, "; the user of the URL must own the tables"},
    {"42P01", Cause::malformed, "; run `wattlife-collector migrate`"},
    {"42", Cause::malformed, ""},
    {"22", Cause::malformed, ""},
    {"23", Cause::malformed, ""},
    {"53100", Cause::io, "; the disk of the server is full: free some space"},
    {"53300", Cause::busy, "; raise max_connections of the server, or end other programs"},
    {"53", Cause::io, "; the server is short of resources"},
    {"55P03", Cause::busy, "; another program holds it for long: try again later"},
    {"57", Cause::busy, "; the server stops or starts: try again later"},
    {"58030", Cause::io, "; the disk of the server fails"},
    {"XX001", Cause::malformed, "; the server finds its files damaged: restore a backup"},
    {"XX002", Cause::malformed, "; the server finds an index damaged: REINDEX"},
};

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

Meaning meaning_of(std::string_view state) {
  for (const Meaning& meaning : meanings) {
    if (state.starts_with(meaning.state)) return meaning;
  }
  return {"", Cause::io, ""};
}

bool worth_another_attempt(std::string_view state) {
  return state == "40001" || state == "40P01" || state == "23505" || state == "23503";
}

Error still_in_the_way(const Error& error) {
  if (error.cause == Cause::busy) return error;
  return {Cause::busy, error.text + std::string(others_wrote)};
}

std::string one_line(const char* text) {
  std::string line = text != nullptr ? text : "";
  std::replace(line.begin(), line.end(), '\n', ' ');
  line.erase(std::remove(line.begin(), line.end(), '\t'), line.end());
  return std::string(trimmed(line));
}

// libpq gives no code for a connection that was refused, only the words of the server.
Error error_of_connecting(const std::string& name, PGconn* connection) {
  const std::string text = one_line(PQerrorMessage(connection));
  if (PQconnectionNeedsPassword(connection) != 0 || PQconnectionUsedPassword(connection) != 0 ||
      holds(text, "authentication failed") || holds(text, "pg_hba.conf") ||
      holds(text, "role \"")) {
    return {Cause::denied, name + ": " + text +
                               "; check user and pg_hba.conf; a password belongs in "
                               "PGPASSFILE, not in the URL"};
  }
  if (holds(text, "database \"") && holds(text, "does not exist")) {
    return {Cause::absent, name + ": " + text + std::string(meaning_of("3D").advice)};
  }
  return {Cause::busy, name + ": " + text + "; is the server running, and is the URL right?"};
}

}  // namespace wattlife
