// SPDX-License-Identifier: EUPL-1.2
// wattlife-sampler: reads the machine, decides nothing here, writes samples.db and view.json. Runs
// with rights and without a network. Wiring only: the loop at the end of this file.
#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/arguments.h"
#include "agent/exit.h"
#include "agent/keeper.h"
#include "agent/machine_source.h"
#include "agent/model_priors.h"
#include "agent/sampler.h"
#include "agent/self_cost.h"
#include "agent/sleeping_drives.h"
#include "agent/view.h"
#include "core/certificate_choice.h"
#include "core/schedule.h"
#include "platform/key_access.h"
#include "platform/process.h"
#include "platform/sensors/powercfg.h"
#include "platform/sensors/sensors.h"

namespace wattlife {
namespace {

const std::vector<Option>& options() {
  static const std::vector<Option> rows = {
      {"--state", "DIR", "where measurements are kept (default: the system's own place)"},
      {"--config", "DIR", "where settings are (default: the system's own place)"},
      {"--capture", "FILE", "play a recorded machine to its end, without waiting"},
      {"--once", "", "measure once, store it, and end"},
      {"--help", "", "show this"},
      {"--version", "", "show the version"},
  };
  return rows;
}

Exit fail(const Error& error) {
  log(LogLevel::error, error.text);
  return exit_for(error);
}

// The machine at one moment, and what was read of it rarely.
class Reader {
 public:
  Reader(const MachineSource& source, std::vector<ModelPrior> priors)
      : source_(source), settings_(source.settings()), priors_(std::move(priors)) {
    log_problems();
  }

  Tick tick() {
    const Now at = source_.capture != nullptr ? source_.capture->now() : now();
    Tick tick{at, read_power(*source_.tree)};
    read_time_ = now().awake - at.awake;
    log_changes(power_faults_, tick.reading.faults);
    return tick;
  }

  // The inventory when it is due: these reads cost energy.
  std::optional<Inventory> inventory_if_due(const Now& at) {
    if (read_at_ && at.boot >= *read_at_ && at.boot - *read_at_ < std::chrono::hours(1)) {
      return std::nullopt;
    }
    read_at_ = at.boot;
    settings_ = source_.settings();
    if (source_.capture == nullptr) share_key(now().utc);
    inventory_ = with_sleeping_drives(read_inventory(*source_.tree), inventory_);
    log_changes(inventory_faults_, inventory_->faults);
    return inventory_;
  }

  // What the system noted of the capacity of its one pack before this program came. Of two packs it
  // notes the sum, which is no pack's. Takes seconds: asked for once while this program runs.
  std::optional<CapacityHistory> history_once(UtcDay today) {
    if (history_asked_ || !inventory_ || inventory_->os != Os::windows) return std::nullopt;
    const Battery* pack = nullptr;
    for (const Battery& battery : inventory_->batteries) {
      if (battery.present && pack != nullptr) return std::nullopt;
      if (battery.present) pack = &battery;
    }
    if (pack == nullptr) return std::nullopt;
    history_asked_ = true;
    Result<std::vector<CapacityPoint>> points = read_capacity_history(*source_.tree);
    if (points) return CapacityHistory{today, pack_identity(*pack), *std::move(points)};
    const Cause cause = points.error().cause;
    log(cause == Cause::absent ? LogLevel::info : LogLevel::warning,
        "history of the battery: " + points.error().text);
    // Another start may find it; what is not there, or is no report, will not become one.
    if (cause != Cause::absent && cause != Cause::malformed) return std::nullopt;
    return CapacityHistory{today, pack_identity(*pack), {}};
  }

  const Settings& settings() const { return settings_; }
  const std::vector<ModelPrior>& priors() const { return priors_; }

  // How long the last tick() took on a live machine.
  Duration read_time() const { return read_time_; }

  ViewFacts facts(const Now& at, const Calibration& learned) const {
    ViewFacts facts;
    facts.learned = learned;
    facts.today = std::chrono::floor<std::chrono::days>(at.utc);
    facts.inventory = inventory_;
    facts.faults = power_faults_;
    // A battery that cannot be read is found by both.
    const std::vector<Fault> more = new_faults(power_faults_, inventory_faults_);
    facts.faults.insert(facts.faults.end(), more.begin(), more.end());
    add_settings(facts, settings_);
    facts.version = WATTLIFE_VERSION;
    return facts;
  }

 private:
  void log_problems() const {
    for (const Error& problem : settings_.problems()) log(LogLevel::warning, problem.text);
  }
  // The agent, which has no rights, must be able to use the key of this laptop's certificate, also
  // after it was renewed. Said once, and again when something else is wrong.
  void share_key(UtcTime at) {
    if (settings_.text("EnrollmentMode") != "certificate") return;
    const auto selector = certificate_selector_from(settings_.text("ClientCertificateSelector"));
    const Result<bool> shared =
        selector ? let_agent_use_key(*selector, at) : Result<bool>(selector.error());
    if (shared && *shared) log(LogLevel::info, "the agent may now use the key of the certificate");
    const std::string problem = shared ? "" : shared.error().text;
    if (!problem.empty() && problem != key_problem_) log(LogLevel::error, problem);
    key_problem_ = problem;
  }
  // Each fault once, and once more when it is over.
  static void log_changes(std::vector<Fault>& known, const std::vector<Fault>& found) {
    for (const Fault& fault : new_faults(known, found)) {
      log(LogLevel::warning, fault.path + ": cannot be read: " + name_of(fault.cause));
    }
    for (const Fault& fault : new_faults(found, known)) {
      log(LogLevel::info, fault.path + ": can be read again");
    }
    known = found;
  }

  const MachineSource& source_;
  Settings settings_;
  Duration read_time_{0};
  std::vector<ModelPrior> priors_;
  std::optional<BootTime> read_at_;
  bool history_asked_ = false;
  std::optional<Inventory> inventory_;
  std::vector<Fault> power_faults_;
  std::vector<Fault> inventory_faults_;
  std::string key_problem_;  // as it was told last
};

// The cost of measuring goes with the batch that the last tick finished. A recording has none: what
// it costs to play one is not what it costs to measure.
SamplerState with_cost(SamplerState state, std::int64_t last_batch, SelfMeter* meter) {
  if (meter != nullptr && state.last_batch != last_batch && !state.unwritten.empty()) {
    state.unwritten.back().spent = meter->taken(own_cost(), now().awake);
  }
  return state;
}

// One turn of the loop: read, think, write.
SamplerState turn(SamplerState state, Reader& reader, Keeper& keeper, SelfMeter* meter = nullptr) {
  const Tick tick = reader.tick();
  const auto inventory = reader.inventory_if_due(tick.now);
  if (inventory) {
    const UtcDay today = std::chrono::floor<std::chrono::days>(tick.now.utc);
    keeper.keep_inventory(today, *inventory);
    if (keeper.wants_capacity_history()) {
      if (auto history = reader.history_once(today)) {
        keeper.keep_capacity_history(*std::move(history));
      }
    }
    state = with_inventory(std::move(state), *inventory, reader.priors());
  }
  if (meter != nullptr && state.last) meter->watch(*state.last, tick);
  const std::int64_t last_batch = state.last_batch;
  return keeper.keep(with_cost(advance(std::move(state), tick), last_batch, meter));
}

// Stores what is still open: the last thing a sampler does. The end of a recording is not told: it
// ended when somebody stopped recording.
Exit finish(SamplerState state, Reader& reader, Keeper& keeper, std::optional<Ending> how,
            SelfMeter* meter = nullptr) {
  const std::int64_t last_batch = state.last_batch;
  state = how ? ended(std::move(state), *how) : flushed(std::move(state));
  state = with_cost(std::move(state), last_batch, meter);
  state = keeper.keep(std::move(state), Keeper::Chance::last_call);
  if (state.last) keeper.publish(reader.facts(state.last->now, state.calibration));
  if (keeper.fault()) return fail(*keeper.fault());
  return Exit::fine;
}

Exit run_live(const Position& position, Reader& reader, Keeper& keeper, bool once) {
  SamplerState state = started(position);
  SelfMeter meter(own_cost(), now().awake, processor_count());
  Rhythm rhythm;
  std::optional<std::int64_t> shown;  // the batch that the view knows of
  for (;;) {
    const std::optional<Tick> before = state.last;
    state = turn(std::move(state), reader, keeper, &meter);
    if (once) break;
    if (shown != state.last_batch) keeper.publish(reader.facts(state.last->now, state.calibration));
    shown = state.last_batch;
    // Not before the first figures are there: on a busy machine the lowest priority takes minutes.
    if (!before) give_way();
    rhythm = observed(rhythm, before, *state.last, reader.read_time());
    const Duration setting =
        std::chrono::seconds(reader.settings().integer("SampleIntervalSeconds"));
    const Wake wake = wake_after(rhythm, *state.last, setting);
    if (!wait_until(next_wake(now().boot, wake.interval))) {
      state = turn(std::move(state), reader, keeper, &meter);  // up to the last moment
      break;
    }
  }
  const bool shutdown = stop_requested() && machine_goes_down();
  return finish(std::move(state), reader, keeper, shutdown ? Ending::shutdown : Ending::stopped,
                &meter);
}

// How many ticks of a recording are in the store already: playing it twice must count once.
std::size_t played(const MachineSource& source, const Position& position) {
  if (!position.last_tick) return 0;
  const auto& moments = source.moments;
  const auto last = std::find(moments.rbegin(), moments.rend(), *position.last_tick);
  return static_cast<std::size_t>(moments.rend() - last);
}

Exit run_capture(const Position& position, MachineSource& source, Reader& reader, Keeper& keeper) {
  CaptureTree& capture = *source.capture;
  const std::size_t skipped = played(source, position);
  for (std::size_t i = 0; i < skipped; ++i) capture.advance();
  SamplerState state = started(position);
  if (skipped == source.moments.size()) {
    log(LogLevel::info, "this capture was played to its end before; nothing is added");
    reader.inventory_if_due(capture.now());
    keeper.publish(reader.facts(capture.now(), position.calibration));
    return Exit::fine;
  }
  do {
    state = turn(std::move(state), reader, keeper);
  } while (!stop_requested() && capture.advance());
  return finish(std::move(state), reader, keeper, std::nullopt);
}

// Quarter hours must outlive the period that is reported from them.
std::chrono::days quarter_retention(const Settings& settings) {
  const std::chrono::days wanted(settings.integer("LocalRetentionDays"));
  return std::max(wanted,
                  std::chrono::days(settings.text("UploadPeriod") == "four-weeks" ? 28 : 7));
}

// Priors per model from the folder of the administrator. A recorded machine has none, unless a
// folder was given. A file that is wrong costs its numbers and not the measuring.
std::vector<ModelPrior> priors_in(const Arguments& arguments) {
  if (!arguments.has("--config") && arguments.has("--capture")) return {};
  Result<std::vector<ModelPrior>> priors = read_model_priors(
      arguments.has("--config") ? arguments.text("--config") : default_files_folder());
  if (priors) return *std::move(priors);
  log(LogLevel::error, priors.error().text);
  return {};
}

Exit run(const Arguments& arguments) {
  const std::string state_folder =
      arguments.has("--state") ? arguments.text("--state") : default_state_folder();
  const std::string own = state_folder + "/sampler";
  const std::string shown = state_folder + "/public";
  Result<MachineSource> source =
      open_machine(arguments.text("--capture"), arguments.text("--config"), own);
  if (!source) return fail(source.error());
  if (Done folder = ensure_own_folder(own, 0750); !folder) return fail(folder.error());
  if (Done folder = ensure_own_folder(shown, 0755); !folder) return fail(folder.error());
  const Result<FileLock> lock = lock_file(own + "/lock");
  if (!lock) return fail(lock.error());

  Reader reader(*source, priors_in(arguments));
  const Settings& settings = reader.settings();
  Keeper keeper({own + "/samples.db", shown + "/view.json", settings.integer("MaxDiskMb") << 20,
                 quarter_retention(settings)});
  const Result<Position> position = keeper.open();
  if (!position) return fail(position.error());
  if (source->capture != nullptr) return run_capture(*position, *source, reader, keeper);
  return run_live(*position, reader, keeper, arguments.has("--once"));
}

}  // namespace
}  // namespace wattlife

int main(int argc, char** argv) {
  using namespace wattlife;
  prepare_output();
  watch_for_stop();
  const Result<Arguments> arguments =
      Arguments::from(std::vector<std::string>(argv + std::min(argc, 1), argv + argc), options());
  if (!arguments) {
    log(LogLevel::error, arguments.error().text);
    return static_cast<int>(Exit::usage);
  }
  if (arguments->has("--help")) {
    std::fputs(help_text("wattlife-sampler",
                         "Measures this machine and keeps the result in samples.db. No network.",
                         options())
                   .c_str(),
               stdout);
    return 0;
  }
  if (arguments->has("--version")) {
    std::puts("wattlife-sampler " WATTLIFE_VERSION);
    return 0;
  }
  return static_cast<int>(run(*arguments));
}
