// SPDX-License-Identifier: EUPL-1.2
#include "agent/capacity_rows.h"

#include <algorithm>

namespace wattlife {

const std::string_view capacity_layout = R"(
CREATE TABLE capacity(
  pack TEXT NOT NULL,
  day TEXT NOT NULL,
  origin TEXT NOT NULL CHECK(origin IN ('os', 'own')),
  full_mj INTEGER NOT NULL, design_mj INTEGER NOT NULL, cycles INTEGER,
  PRIMARY KEY(pack, day, origin)) STRICT, WITHOUT ROWID;
)";

namespace {

constexpr std::string_view history_key = "capacity_history";

std::string_view word_for(CapacityOrigin origin) {
  return origin == CapacityOrigin::os_history ? "os" : "own";
}

// What is there already of one pack wins.
Done insert(Database& database, const std::string& pack, const CapacityPoint& point) {
  const std::string day = to_iso8601(point.day);
  return database.run("INSERT OR IGNORE INTO capacity VALUES(?, ?, ?, ?, ?, ?)",
                      {pack, day, word_for(point.origin), point.full.milli, point.design.milli,
                       bound(point.cycles)});
}

struct Note {
  std::string day;
  std::int64_t full_mj = 0;
  std::int64_t design_mj = 0;
};

// The newest own note of a pack from `first` to `last`.
Result<std::optional<Note>> own_note(Database& database, const std::string& pack,
                                     const std::string& first, const std::string& last) {
  std::optional<Note> note;
  const Done asked = database.query(
      "SELECT day, full_mj, design_mj FROM capacity"
      " WHERE pack = ? AND origin = 'own' AND day BETWEEN ? AND ? ORDER BY day",
      {pack, first, last}, [&](const Row& row) {
        note = Note{row.text(0), row.integer(1), row.integer(2)};
        return done();
      });
  if (!asked) return asked.error();
  return note;
}

Done note_pack(Database& database, const std::string& pack, const CapacityPoint& point) {
  const std::chrono::weekday weekday{point.day};
  const UtcDay monday = point.day - std::chrono::days(weekday.iso_encoding() - 1);
  const std::string first = to_iso8601(monday);
  const std::string last = to_iso8601(monday + std::chrono::days(6));
  const Result<std::optional<Note>> found = own_note(database, pack, first, last);
  if (!found) return found.error();
  if (const std::optional<Note>& before = *found) {
    const bool same =
        before->full_mj == point.full.milli && before->design_mj == point.design.milli;
    // A gauge that wanders costs a write a day at most; a clock that was set back writes nothing.
    if (same || before->day >= to_iso8601(point.day)) return done();
    const Done gone = database.run(
        "DELETE FROM capacity WHERE pack = ? AND origin = 'own' AND day BETWEEN ? AND ?",
        {pack, first, last});
    if (!gone) return gone;
  }
  return insert(database, pack, point);
}

}  // namespace

std::string pack_identity(const Battery& battery) {
  std::string identity = battery.manufacturer.value_or("") + "/" + battery.model.value_or("") + "/";
  return identity + (battery.serial ? *battery.serial : "in " + battery.name);
}

Done note_own_capacity(Database& database, UtcDay day, const std::vector<Battery>& batteries) {
  for (const Battery& battery : batteries) {
    const std::optional<CapacityPoint> point = capacity_note(battery, day, battery.serial);
    if (!point) continue;
    if (Done noted = note_pack(database, pack_identity(battery), *point); !noted) return noted;
  }
  return done();
}

Result<bool> wants_capacity_history(Database& database) {
  const Result<std::string> asked =
      database.text("SELECT value FROM meta WHERE key = ?", {history_key});
  if (asked) return false;
  if (asked.error().cause == Cause::absent) return true;
  return asked.error();
}

Done add_capacity_history(Database& database, const CapacityHistory& history) {
  const Result<bool> wanted = wants_capacity_history(database);
  if (!wanted) return wanted.error();
  if (!*wanted) return done();
  const std::string read_on = to_iso8601(history.read_on);
  const Done told = database.run("INSERT INTO meta VALUES(?, ?)", {history_key, Bytes{read_on}});
  if (!told) return told;
  const auto& points = history.points;
  std::ptrdiff_t earlier = std::count_if(points.begin(), points.end(),
                                         [](const CapacityPoint& p) { return p.new_pack; });
  for (const CapacityPoint& point : points) {
    if (point.new_pack) --earlier;
    if (point.full <= Energy{} || point.design <= Energy{}) continue;
    const std::string pack =
        earlier > 0 ? "before/" + std::to_string(earlier) + "/" + history.pack : history.pack;
    if (Done added = insert(database, pack, point); !added) return added;
  }
  return done();
}

Result<std::vector<CapacityPoint>> capacity_of(Database& database, const std::string& pack,
                                               UtcDay last_day) {
  std::vector<CapacityPoint> points;
  const std::string last = to_iso8601(last_day);
  const Done asked = database.query(
      "SELECT day, origin, full_mj, design_mj, cycles FROM capacity WHERE pack = ? AND day <= ?"
      " ORDER BY day, origin",
      {pack, last}, [&](const Row& row) -> Done {
        const std::optional<UtcDay> day = day_from_iso8601(row.text(0));
        if (!day) return Error{Cause::malformed, "samples.db: a note of capacity without a day"};
        const CapacityOrigin origin =
            row.text(1) == "os" ? CapacityOrigin::os_history : CapacityOrigin::own_reading;
        points.push_back({*day, Energy{row.integer(2)}, Energy{row.integer(3)},
                          row.optional_integer(4), origin, false});
        return done();
      });
  if (!asked) return asked.error();
  return points;
}

Done remove_gone_packs(Database& database, const std::string& first_day) {
  return database.run(
      "DELETE FROM capacity WHERE pack IN"
      " (SELECT pack FROM capacity GROUP BY pack HAVING max(day) < ?)",
      {first_day});
}

}  // namespace wattlife
