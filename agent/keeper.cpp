// SPDX-License-Identifier: EUPL-1.2
#include "agent/keeper.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "platform/process.h"

namespace wattlife {
namespace {

UtcDay day_of(UtcTime time) { return std::chrono::floor<std::chrono::days>(time); }

UtcDay month_of(UtcDay day) {
  const std::chrono::year_month_day date{day};
  return std::chrono::sys_days{date.year() / date.month() / 1};
}

// `newer`, which begin at `span`, in the place of the rows from there on.
void replace_from(std::vector<DayRow>& rows, const std::string& span, std::vector<DayRow> newer) {
  std::erase_if(rows, [&](const DayRow& row) { return row.span >= span; });
  std::move(newer.begin(), newer.end(), std::back_inserter(rows));
}

}  // namespace

Result<SampleStore*> Keeper::store() {
  if (store_) return &*store_;
  const SampleStore::Options options{options_.most_bytes, options_.quarter_retention};
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (damaged_) {
      if (Done aside = set_damaged_aside(options_.samples_path); !aside) return aside.error();
      log(LogLevel::error, options_.samples_path +
                               ": was damaged; it is kept as samples.db.damaged and measuring "
                               "goes on in a new file");
      damaged_ = false;
    }
    Result<SampleStore> opened = SampleStore::open(options_.samples_path, options);
    if (opened) {
      store_.emplace(*std::move(opened));
      return &*store_;
    }
    if (opened.error().cause != Cause::malformed) return opened.error();
    log(LogLevel::error, opened.error().text);
    damaged_ = true;
  }
  return Error{Cause::io, options_.samples_path + ": cannot be made anew"};
}

Result<Position> Keeper::open() {
  const Result<SampleStore*> opened = store();
  if (!opened) return opened.error();
  return (*opened)->position();
}

void Keeper::note(const Done& result) {
  if (result) {
    if (fault_) log(LogLevel::info, "measurements are stored again");
    fault_.reset();
    return;
  }
  // After any failure the file is opened anew, and may be another one.
  store_.reset();
  rows_read_on_.reset();
  parts_changed_ = true;
  if (result.error().cause == Cause::malformed) damaged_ = true;
  if (!fault_ || fault_->text != result.error().text) {
    log(LogLevel::error,
        "measurements cannot be stored now and are kept in memory: " + result.error().text);
  }
  fault_ = result.error();
}

SamplerState Keeper::keep(SamplerState state, Chance chance) {
  const bool nothing_new = state.last_batch == tried_batch_ && chance != Chance::last_call;
  const bool disk_fails = fault_ && fault_->cause != Cause::busy && !damaged_;
  if (disk_fails && nothing_new) return state;
  tried_batch_ = state.last_batch;
  if (!nothing_waits()) return state;
  if (state.unwritten.empty()) return state;
  const Result<SampleStore*> opened = store();
  if (!opened) {
    note(opened.error());
    return state;
  }
  const Result<std::int64_t> gone = (*opened)->append(state.unwritten);
  note(gone ? done() : Done(gone.error()));
  if (!gone) return state;
  for (const Batch& batch : state.unwritten) {
    for (const Window& window : batch.windows) {
      const UtcDay day = day_of(window.key.slot);
      changed_from_ = std::min(changed_from_.value_or(day), day);
    }
  }
  if (*gone > 0) {
    rows_read_on_.reset();
    log(LogLevel::warning, "samples.db reached the size set by MaxDiskMb: " +
                               std::to_string(*gone) + " quarter-hour rows were removed early");
  }
  if (state.dropped > 0) {
    log(LogLevel::error, std::to_string(state.dropped) +
                             " quarter hours are lost: they could not be stored for too long");
    state.dropped = 0;
  }
  return written(std::move(state), state.last_batch);
}

// Tries to store what had to wait.
bool Keeper::nothing_waits() {
  if (inventory_) {
    const std::pair<UtcDay, Inventory> waiting = *inventory_;
    keep_inventory(waiting.first, waiting.second);
    if (inventory_) return false;
  }
  if (history_) keep_capacity_history(*std::exchange(history_, std::nullopt));
  return !history_;
}

void Keeper::keep_inventory(UtcDay day, const Inventory& inventory) {
  inventory_ = {day, inventory};
  const Result<SampleStore*> opened = store();
  if (!opened) {
    note(opened.error());
    return;
  }
  const Result<bool> added = (*opened)->append_inventory(day, inventory);
  note(added ? done() : Done(added.error()));
  if (added) inventory_.reset();
  parts_changed_ = true;
}

bool Keeper::wants_capacity_history() {
  if (history_) return false;
  const Result<SampleStore*> opened = store();
  if (!opened) return false;
  const Result<bool> wanted = (*opened)->wants_capacity_history();
  return wanted && *wanted;
}

void Keeper::keep_capacity_history(CapacityHistory history) {
  history_ = std::move(history);
  const Result<SampleStore*> opened = store();
  if (!opened) {
    note(opened.error());
    return;
  }
  const Done added = (*opened)->add_capacity_history(*history_);
  note(added);
  if (added) history_.reset();
  parts_changed_ = true;
}

// Of the days and months that are shown, those that can have changed.
Done Keeper::read_day_rows(SampleStore& store, UtcDay today) {
  const UtcDay first_day = today - days_shown + std::chrono::days{1};
  const UtcDay first_month = today - months_shown;
  const bool all = rows_read_on_ != today;
  if (!all && !changed_from_) return done();
  const UtcDay from = all ? first_month : std::max(*changed_from_, first_month);
  Result<std::vector<DayRow>> days = store.days_from(std::max(from, first_day));
  if (!days) return days.error();
  // A month is read whole, as far as it is shown.
  const UtcDay month = std::max(month_of(from), first_month);
  Result<std::vector<DayRow>> months = store.months_from(month);
  if (!months) return months.error();
  replace_from(days_, all ? "" : to_iso8601(from), *std::move(days));
  replace_from(months_, all ? "" : to_iso8601(month).substr(0, 7), *std::move(months));
  rows_read_on_ = today;
  changed_from_.reset();
  return done();
}

Done Keeper::read_parts(SampleStore& store, const ViewFacts& facts) {
  Result<std::vector<GonePart>> gone = store.gone_since(facts.today - days_shown);
  if (!gone) return gone.error();
  std::vector<PackHistory> packs;
  for (const Battery& battery : facts.inventory.value_or(Inventory{}).batteries) {
    if (!battery.present) continue;
    Result<std::vector<CapacityPoint>> points =
        store.capacity_of(pack_identity(battery), facts.today);
    if (!points) return points.error();
    packs.push_back({battery.name, *std::move(points)});
  }
  packs_ = std::move(packs);
  gone_ = *std::move(gone);
  parts_changed_ = false;
  return done();
}

// What the view shows of the store; the last that was read stays when it cannot be.
Done Keeper::read_view_rows(const ViewFacts& facts) {
  const Result<SampleStore*> opened = store();
  if (!opened) return done();
  SampleStore& store = **opened;
  if (parts_changed_ || rows_read_on_ != facts.today) {
    if (Done parts = read_parts(store, facts); !parts) return parts;
  }
  Result<std::vector<SelfDay>> self =
      store.self_from(facts.today - self_days_shown + std::chrono::days{1});
  if (!self) return self.error();
  if (Done rows = read_day_rows(store, facts.today); !rows) return rows;
  self_ = *std::move(self);
  return done();
}

void Keeper::publish(ViewFacts facts) {
  if (Done read = read_view_rows(facts); !read) note(read);
  // A view without its days would look as if nothing had been measured: the last ones stay.
  facts.days = days_;
  facts.months = months_;
  facts.self = self_;
  facts.packs = packs_;
  facts.gone = gone_;
  if (fault_) facts.store_fault = fault_->text;
  // Derived from the store, and written anew each quarter hour: not worth a wait for the disk.
  const Done published = write_derived_file(options_.view_path, view_json(facts), 0644);
  if (!published && !view_failed_) log(LogLevel::error, published.error().text);
  view_failed_ = !published;
}

}  // namespace wattlife
