// SPDX-License-Identifier: EUPL-1.2
#include "agent/keeper.h"

#include <utility>

#include "platform/process.h"

namespace wattlife {

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
  // After any failure the file is opened anew.
  store_.reset();
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
  if (*gone > 0) {
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
}

// What the view shows of the store; the last that was read stays when it cannot be.
Done Keeper::read_view_rows(const ViewFacts& facts) {
  const Result<SampleStore*> opened = store();
  if (!opened) return done();
  SampleStore& store = **opened;
  Result<std::vector<DayRow>> days =
      store.days_from(facts.today - days_shown + std::chrono::days{1});
  if (!days) return days.error();
  Result<std::vector<DayRow>> months = store.months_from(facts.today - months_shown);
  if (!months) return months.error();
  Result<std::vector<SelfDay>> self =
      store.self_from(facts.today - self_days_shown + std::chrono::days{1});
  if (!self) return self.error();
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
  days_ = *std::move(days);
  months_ = *std::move(months);
  self_ = *std::move(self);
  packs_ = std::move(packs);
  gone_ = *std::move(gone);
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
