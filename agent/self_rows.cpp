// SPDX-License-Identifier: EUPL-1.2
#include "agent/self_rows.h"

namespace wattlife {

const std::string_view self_layout = R"(
CREATE TABLE self(
  day TEXT PRIMARY KEY,
  time_ms INTEGER NOT NULL, cpu_us INTEGER NOT NULL,
  wakes INTEGER, written_bytes INTEGER, resident_bytes INTEGER,
  energy_mj INTEGER, variance_own_j2 REAL, deviation_shared_j REAL) STRICT, WITHOUT ROWID;
)";

namespace {

SelfDay day_from(const Row& row) {
  SelfDay day;
  day.day = row.text(0);
  day.cost.time = Duration{row.integer(1)};
  day.cost.cpu = std::chrono::microseconds{row.integer(2)};
  day.cost.wakes = row.optional_integer(3);
  day.cost.written_bytes = row.optional_integer(4);
  day.cost.resident_bytes = row.optional_integer(5);
  if (const auto energy_mj = row.optional_integer(6)) {
    day.cost.energy = Estimate{Energy{*energy_mj}, row.real(7), row.real(8)};
  }
  return day;
}

}  // namespace

Done add_self_cost(Database& database, const std::string& day, const SelfCost& cost) {
  SelfCost total = cost;
  const Done found =
      database.query("SELECT * FROM self WHERE day = ?", {day}, [&](const Row& row) -> Done {
        total = day_from(row).cost + cost;
        return done();
      });
  if (!found) return found;
  Bound energy_mj = nullptr;
  Bound variance_own_j2 = nullptr;
  Bound deviation_shared_j = nullptr;
  if (total.energy) {
    energy_mj = total.energy->energy.milli;
    variance_own_j2 = total.energy->variance_own_j2;
    deviation_shared_j = total.energy->deviation_shared_j;
  }
  const std::int64_t time_ms = total.time.count();
  const std::int64_t cpu_us = total.cpu.count();
  return database.run(
      "INSERT OR REPLACE INTO self VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {day, time_ms, cpu_us, bound(total.wakes), bound(total.written_bytes),
       bound(total.resident_bytes), energy_mj, variance_own_j2, deviation_shared_j});
}

Result<std::vector<SelfDay>> self_days(Database& database, const std::string& first_day) {
  std::vector<SelfDay> days;
  const Done read = database.query("SELECT * FROM self WHERE day >= ? ORDER BY day", {first_day},
                                   [&](const Row& row) -> Done {
                                     days.push_back(day_from(row));
                                     return done();
                                   });
  if (!read) return read.error();
  return days;
}

Done remove_old_self_rows(Database& database, const std::string& first_day) {
  return database.run("DELETE FROM self WHERE day < ?", {first_day});
}

}  // namespace wattlife
