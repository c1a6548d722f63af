// SPDX-License-Identifier: EUPL-1.2
// Keeps what the sampler finished, whatever happens to the disk: a store that cannot be written is
// tried again at the next tick, a damaged one is set aside, and what everybody may know is
// published after each commit. The thin layer between advance() and samples.db.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/sample_store.h"
#include "agent/sampler.h"
#include "agent/view.h"
#include "core/result.h"

namespace wattlife {

class Keeper {
 public:
  struct Options {
    std::string samples_path;
    std::string view_path;
    std::int64_t most_bytes = 0;
    std::chrono::days quarter_retention{30};
  };
  explicit Keeper(Options options) : options_(std::move(options)) {}

  // Opens or makes the store; a damaged one is set aside first, and the log says so.
  // What comes back: where a sampler goes on.
  Result<Position> open();

  // Stores what is unwritten and says so in the state that comes back. When that fails, the state
  // keeps it, and the log says why, once, and also when it works again. A store that is locked or
  // damaged is tried again at the next call, a disk that fails or is full when there is something
  // new, or at the `last_call`.
  enum class Chance { more_to_come, last_call };
  SamplerState keep(SamplerState state, Chance chance = Chance::more_to_come);

  // Stores the inventory when it changed; remembers it for the next call when that fails.
  void keep_inventory(UtcDay day, const Inventory& inventory);

  // Whether the system's own history of capacity is still to be asked for; false as long as the
  // store cannot tell.
  bool wants_capacity_history();
  // Stores it; remembers it for the next call when that fails.
  void keep_capacity_history(CapacityHistory history);

  // Writes the view from the store. `facts` need not hold days, months, self, packs, gone
  // and store_fault.
  void publish(ViewFacts facts);

  // Why the last attempt to store failed; empty when it did not.
  const std::optional<Error>& fault() const { return fault_; }

 private:
  Result<SampleStore*> store();
  bool nothing_waits();
  Done read_view_rows(const ViewFacts& facts);
  Done read_day_rows(SampleStore& store, UtcDay today);
  Done read_parts(SampleStore& store, const ViewFacts& facts);
  void note(const Done& result);

  Options options_;
  std::optional<SampleStore> store_;
  std::optional<std::pair<UtcDay, Inventory>> inventory_;  // not stored yet
  std::optional<CapacityHistory> history_;                 // the same
  std::vector<DayRow> days_;                               // as last read, for the view
  std::vector<DayRow> months_;                             // the same
  std::vector<SelfDay> self_;                              // the same
  std::vector<PackHistory> packs_;                         // the same
  std::vector<GonePart> gone_;                             // the same
  // Of which day days_ and months_ are, and the first day of which the store has other rows since.
  // Nobody else writes in it. Days that are over are not read at each quarter hour: in a year
  // they are thousands of rows.
  std::optional<UtcDay> rows_read_on_;
  std::optional<UtcDay> changed_from_;
  bool parts_changed_ = true;  // since packs_ and gone_ were read
  std::optional<Error> fault_;
  std::int64_t tried_batch_ = 0;  // the newest one of the last attempt
  bool damaged_ = false;
  bool view_failed_ = false;
};

}  // namespace wattlife
