// SPDX-License-Identifier: EUPL-1.2
// What the sampler remembers from one tick to the next, and how a tick changes it. Pure: the loop
// in sampler_main.cpp reads, calls advance(), and writes; only advance() decides anything.
//
// advance() also learns: on battery it fits the power model to this laptop (core/calibration), and
// explains the time on mains with it.
//
// Life of a window: explained from two ticks (core/energy) -> open, added up in its quarter hour
// -> finished, when a tick lies in another quarter hour -> in a batch -> stored, once. The open
// quarter hour is in memory only. What a crash takes is accounted for at the next start, when the
// clocks can still tell it: time that nobody watched is a window without energy, never zero energy.
// How a run ended is stored with its last batch; when the machine was shut down, the next run tells
// the time in between (core/energy, explain_off), once: its first batch holds that time, and takes
// the end of the earlier run out of the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/self_cost.h"
#include "core/calibration.h"
#include "core/energy.h"
#include "core/reading.h"
#include "core/time.h"

namespace wattlife {

// Windows that are stored together, in one transaction, once: a batch whose number is already in
// the store was stored before, however the attempt to store it ended.
struct Batch {
  std::int64_t number = 0;
  std::vector<Window> windows;
  Now last_tick;      // the tick that finished it
  Now watched_until;  // all time before this moment is in this batch or an earlier one
  // What was learned up to `last_tick`, as bytes, when that changed; of several batches that wait
  // only the newest holds it. It is stored with them, so no window is ever learned from twice.
  std::string calibration = {};
  std::optional<SelfCost> spent = std::nullopt;  // what measuring it cost, when that was measured
  // How the run ended, in its last batch, when the program knew. The store holds that of its newest
  // batch alone.
  std::optional<Ended> ended = std::nullopt;
  friend bool operator==(const Batch&, const Batch&) = default;
};

// How far the store has come; where a new sampler goes on.
struct Position {
  std::int64_t last_batch = 0;
  std::optional<Now> last_tick;
  std::optional<Now> watched_until;
  Calibration calibration = {};
  std::optional<Ended> ended = std::nullopt;  // at `last_tick`
  friend bool operator==(const Position&, const Position&) = default;
};

struct SamplerState {
  Position resumed;              // what was stored before this sampler started
  std::int64_t last_batch = 0;   // number of the newest batch
  std::optional<Tick> last;      // empty until the first tick
  std::vector<Window> open;      // all in the quarter hour of `last`
  std::vector<Batch> unwritten;  // finished and not yet in the store, oldest first
  std::int64_t dropped = 0;      // batches given up because the store failed for too long
  Calibration calibration;       // what this laptop learned about itself
  Standstill standstill;         // of a counter of the whole laptop, up to `last`
  std::string calibration_kept;  // its bytes as they are in the newest batch that holds any
};

// A store that cannot be written for longer than this loses the oldest batches: memory is bounded.
inline constexpr std::size_t most_unwritten = std::size_t{4} * 96;

// The state of a sampler that has seen nothing yet.
SamplerState started(const Position& stored);

// Takes in one tick. Finished windows are in `unwritten` afterwards. A tick with a smaller boot
// time is after a reboot: nothing is known about the time between. On the first tick, the time
// since `resumed.watched_until` becomes a gap when the machine has not been restarted since, and
// the time since its shutdown is told when it has been.
SamplerState advance(SamplerState state, const Tick& tick);

// Takes in what the machine is, and the priors per model of its administrator. To be called before
// the first tick and whenever it was read anew: other hardware makes what was learned doubtful.
SamplerState with_inventory(SamplerState state, const Inventory& inventory,
                            const std::vector<ModelPrior>& priors = {});

// Finishes the open quarter hour, complete or not: before the program ends.
SamplerState flushed(SamplerState state);

// flushed(), and how it ended goes with the last batch: the last thing before the program ends.
SamplerState ended(SamplerState state, Ending how);

// Forgets the batches up to `number`, which are in the store now.
SamplerState written(SamplerState state, std::int64_t number);

// Whether two moments lie in one run of the machine, the earlier one first: the clocks went
// forward, and the wall clock says the same moment of starting, give or take a minute. Not sure is
// no: then nothing is said about the time between.
bool same_boot(const Now& earlier, const Now& later);

// The time from `from` to `to`, of one run of the machine, as windows without energy.
std::vector<Window> gap(const Now& from, const Now& to);

// Faults of `after` that `before` does not have: with the arguments exchanged, the ones that went.
std::vector<Fault> new_faults(const std::vector<Fault>& before, const std::vector<Fault>& after);

}  // namespace wattlife
