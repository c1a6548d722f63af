// SPDX-License-Identifier: EUPL-1.2
#include "agent/sampler.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "core/calibration_bytes.h"

namespace wattlife {
namespace {

// Clocks are read one after the other, and the wall clock is corrected a little now and then.
constexpr Duration clock_tolerance = std::chrono::minutes(1);
// A shorter difference between the clocks is not sleep (as in core/energy).
constexpr Duration shortest_sleep = std::chrono::seconds(2);
// A longer gap is told only for its last part: quarter hours are kept no longer.
constexpr Duration longest_gap = std::chrono::hours(24 * 30);

// `at`, less the time that is in `open`: everything before that moment is finished.
Now watched_until(const Now& at, const std::vector<Window>& open) {
  Now until = at;
  for (const Window& window : open) {
    until.boot.since_boot -= window.time;
    until.utc -= window.time;
    if (window.key.state != UseState::sleep) until.awake.since_boot -= window.time;
  }
  return until;
}

// The part of a calibration that is worth writing for: on mains only a mean moves a little with
// each tick, and 20 kB per quarter hour would be more than all measurements.
std::string learned_on_battery(Calibration calibration) {
  calibration.mains_inputs = {};
  calibration.mains_count = 0;
  return to_bytes(calibration);
}

// Makes `finished` a batch, also when it is nothing: a commit moves the position of the store.
void commit(SamplerState& state, std::vector<Window> finished, const Now& at) {
  Batch batch{++state.last_batch, std::move(finished), at, watched_until(at, state.open)};
  std::string learned = learned_on_battery(state.calibration);
  if (learned != state.calibration_kept) {
    // All batches that wait are stored together, or none.
    for (Batch& earlier : state.unwritten) earlier.calibration.clear();
    batch.calibration = to_bytes(state.calibration);
    state.calibration_kept = std::move(learned);
  }
  state.unwritten.push_back(std::move(batch));
  if (state.unwritten.size() > most_unwritten) {
    std::string learned_then = std::move(state.unwritten.front().calibration);
    state.unwritten.erase(state.unwritten.begin());
    if (!learned_then.empty()) state.unwritten.front().calibration = std::move(learned_then);
    ++state.dropped;
  }
}

// Moves `finished` into a batch of its own.
void close(SamplerState& state, std::vector<Window> finished, const Now& at) {
  if (!finished.empty()) commit(state, std::move(finished), at);
}

// What the store says of the time before the first tick of a sampler.
void go_on(SamplerState& state, const Tick& first) {
  const Position& stored = state.resumed;
  if (!stored.last_tick || !stored.watched_until) return;
  if (same_boot(*stored.last_tick, first.now)) {
    accumulate(state.open, gap(*stored.watched_until, first.now));
  }
  if (!stored.ended) return;
  // Committed at once, whatever is in it: the end of the earlier run counts once, also when this
  // run is cut off before its first quarter hour is over.
  commit(state, explain_off(*stored.last_tick, *stored.ended, first, model_of(state.calibration)),
         first.now);
}

// Closes every window that is not in the quarter hour of `at`. After the wall clock was set back
// those may be later ones; they are as finished as earlier ones.
void close_other_quarters(SamplerState& state, const Now& at) {
  const UtcTime current = quarter_start(at.utc);
  const auto finished =
      std::stable_partition(state.open.begin(), state.open.end(),
                            [&](const Window& window) { return window.key.slot == current; });
  std::vector<Window> moved(std::make_move_iterator(finished),
                            std::make_move_iterator(state.open.end()));
  state.open.erase(finished, state.open.end());
  close(state, std::move(moved), at);
}

void close_all(SamplerState& state, const Now& at) {
  close(state, std::exchange(state.open, {}), at);
}

// One stretch of unknown time, cut at quarter hours.
void append_unknown(std::vector<Window>& windows, UtcTime begin, Duration time, UseState use) {
  const UtcTime end = begin + time;
  for (UtcTime at = begin; at < end;) {
    const UtcTime slot = quarter_start(at);
    const UtcTime next = std::min(end, slot + quarter_hour);
    windows.push_back(
        {{slot, use, Supply::unknown, Tier::unknown, ""}, next - at, std::nullopt, std::nullopt});
    at = next;
  }
}

}  // namespace

SamplerState started(const Position& stored) {
  SamplerState state;
  state.resumed = stored;
  state.last_batch = stored.last_batch;
  state.calibration = stored.calibration;
  state.calibration_kept = learned_on_battery(stored.calibration);
  return state;
}

SamplerState advance(SamplerState state, const Tick& tick) {
  if (!state.last) {
    go_on(state, tick);
  } else if (tick.now.boot < state.last->now.boot) {
    state.calibration = interrupted(std::move(state.calibration));
    state.standstill = {};
    close_all(state, state.last->now);
  } else {
    PowerModel model = model_of(state.calibration);
    model.standstill = state.standstill;
    const std::vector<Window> windows = explain(*state.last, tick, model);
    accumulate(state.open, windows);
    state.standstill = standstill_after(*state.last, tick, windows, state.standstill);
    state.calibration = observed(std::move(state.calibration), *state.last, tick);
  }
  state.last = tick;
  close_other_quarters(state, tick.now);
  return state;
}

SamplerState with_inventory(SamplerState state, const Inventory& inventory,
                            const std::vector<ModelPrior>& priors) {
  state.calibration = with_hardware(std::move(state.calibration), inventory, priors);
  return state;
}

SamplerState flushed(SamplerState state) {
  state.calibration = interrupted(std::move(state.calibration));
  if (state.last) close_all(state, state.last->now);
  return state;
}

SamplerState ended(SamplerState state, Ending how) {
  state = flushed(std::move(state));
  if (!state.last) return state;
  const bool holds_the_end =
      !state.unwritten.empty() && state.unwritten.back().last_tick == state.last->now;
  // That it was stopped claims nothing, so it is not worth a commit of its own.
  if (!holds_the_end && how == Ending::stopped) return state;
  if (!holds_the_end) commit(state, {}, state.last->now);
  state.unwritten.back().ended = ended_at(*state.last, how);
  return state;
}

SamplerState written(SamplerState state, std::int64_t number) {
  std::erase_if(state.unwritten, [&](const Batch& batch) { return batch.number <= number; });
  return state;
}

bool same_boot(const Now& earlier, const Now& later) {
  if (restarted_between(earlier, later)) return false;
  const UtcTime first = earlier.utc - earlier.boot.since_boot;
  const UtcTime second = later.utc - later.boot.since_boot;
  return std::chrono::abs(second - first) <= clock_tolerance;
}

std::vector<Window> gap(const Now& from, const Now& to) {
  const Duration all = std::min(to.boot - from.boot, longest_gap);
  if (all <= Duration{0}) return {};
  Duration awake = std::clamp(to.awake - from.awake, Duration{0}, all);
  if (all - awake <= shortest_sleep) awake = all;
  std::vector<Window> windows;
  append_unknown(windows, to.utc - all, awake, UseState::awake);
  append_unknown(windows, to.utc - all + awake, all - awake, UseState::sleep);
  return windows;
}

std::vector<Fault> new_faults(const std::vector<Fault>& before, const std::vector<Fault>& after) {
  std::vector<Fault> fresh;
  std::copy_if(after.begin(), after.end(), std::back_inserter(fresh), [&](const Fault& fault) {
    return std::find(before.begin(), before.end(), fault) == before.end();
  });
  return fresh;
}

}  // namespace wattlife
