// SPDX-License-Identifier: EUPL-1.2
// What a tick and a commit of the sampler cost when the processor has forgotten them: in minutes,
// where tools/sampler_cost.sh needs half an hour, so that two versions can be compared.
//
//   tick STATE_DIR [ROUNDS] [DAYS]
//
// Between two measurements other memory is written until nothing of this program is left in the
// caches, and its addresses are forgotten; that is what a minute of other programs does. Each round
// measures, one after the other: the floor (a wait, and one read of each file that a tick reads),
// a tick (a wait, the reading, and what is made of it), and at each fifteenth the commit and the
// view. The store begins with DAYS days in it, 0 when nothing is said.
// The machine is that of this system: tools/sampler_cost.sh cold shows it a mocked laptop.
// CPU is that of this process; wakes are its voluntary context switches.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include "agent/keeper.h"
#include "agent/sampler.h"
#include "core/schedule.h"
#include "core/text.h"
#include "platform/machine_tree.h"
#include "platform/process.h"
#include "platform/sensors/sensors.h"

namespace wattlife {
namespace {

constexpr long wait_ms = 2;

struct Cost {
  double cpu_us = 0;
  std::int64_t wakes = 0;
};

Cost spent() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto in_us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return {in_us(usage.ru_utime) + in_us(usage.ru_stime), usage.ru_nvcsw};
}

// Pushes everything out of the caches: memory that is larger than what one core has of the last of
// them is written, and given back, so that the processor forgets addresses too.
void forget() {
  constexpr std::size_t bytes = std::size_t{48} << 20;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  auto* written = static_cast<volatile char*>(memory);
  for (std::size_t at = 0; at < bytes; at += 64) written[at] = static_cast<char>(at >> 6);
  munmap(memory, bytes);
}

class Costs {
 public:
  // Cold: what `work` costs after everything was forgotten.
  template <class Work>
  void add(Work work) {
    forget();
    const Cost before = spent();
    work();
    const Cost after = spent();
    cpu_us_.push_back(after.cpu_us - before.cpu_us);
    wakes_ += after.wakes - before.wakes;
  }
  double median() const {
    std::vector<double> sorted = cpu_us_;
    std::sort(sorted.begin(), sorted.end());
    return sorted.empty() ? 0 : sorted[sorted.size() / 2];
  }
  std::string text(const char* what) const {
    const double count = static_cast<double>(std::max<std::size_t>(cpu_us_.size(), 1));
    const double mean = std::accumulate(cpu_us_.begin(), cpu_us_.end(), 0.0) / count;
    return std::string(what) + ": " + std::to_string(cpu_us_.size()) + " times, median " +
           fixed(median(), 1) + " us, mean " + fixed(mean, 1) + " us, wakes " +
           fixed(static_cast<double>(wakes_) / count, 2) + "\n";
  }

 private:
  std::vector<double> cpu_us_;
  std::int64_t wakes_ = 0;
};

std::vector<int> files_of_a_tick() {
  std::vector<std::string> paths = {"/proc/stat"};
  const auto add = [&](const char* folder, std::initializer_list<const char*> names) {
    std::error_code why;
    for (const auto& entry : std::filesystem::directory_iterator(folder, why)) {
      for (const char* name : names) paths.push_back(entry.path().string() + "/" + name);
    }
  };
  add("/sys/class/power_supply", {"uevent"});
  add("/sys/class/powercap", {"energy_uj"});
  add("/sys/class/backlight", {"bl_power", "actual_brightness"});
  add("/sys/class/net", {"statistics/rx_bytes", "statistics/tx_bytes"});
  std::vector<int> files;
  for (const std::string& path : paths) {
    const bool part = path.find("intel-rapl:0:") != std::string::npos;
    const bool no_device = path.starts_with("/sys/class/net/lo/");
    const int file = part || no_device ? -1 : open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file >= 0) files.push_back(file);
  }
  return files;
}

void floor_turn(const std::vector<int>& files) {
  static char buffer[16 * 1024];
  const timespec wait = {0, wait_ms * 1'000'000};
  nanosleep(&wait, nullptr);
  for (const int file : files) {
    if (pread(file, buffer, sizeof buffer, 0) < 0) std::abort();
  }
}

// Eight keys a day, in the quarter hours of its morning.
std::vector<Batch> old_days(std::int64_t days, UtcTime until) {
  constexpr UseState states[] = {UseState::active, UseState::idle, UseState::panel_off,
                                 UseState::sleep};
  std::vector<Batch> batches;
  for (std::int64_t day = days; day > 0; --day) {
    Batch batch;
    batch.number = days - day + 1;
    for (int i = 0; i < 8; ++i) {
      const UtcTime slot = quarter_start(until - std::chrono::days(day) + i * quarter_hour);
      const Supply supply = i % 2 == 0 ? Supply::battery : Supply::mains;
      const Estimate estimate{Energy{7'200'000 + i}, 1000.0 + i, 200.0};
      batch.windows.push_back({{slot, states[i / 2], supply, Tier::measured, "battery-rate-1"},
                               quarter_hour,
                               estimate,
                               estimate});
    }
    batches.push_back(std::move(batch));
  }
  return batches;
}

int measure(const std::string& folder, std::int64_t rounds, std::int64_t days) {
  std::filesystem::remove_all(folder);
  if (Done made = ensure_own_folder(folder, 0700); !made) {
    std::fputs((made.error().text + "\n").c_str(), stderr);
    return 73;
  }
  Keeper keeper({folder + "/samples.db", folder + "/view.json", std::int64_t{64} << 20});
  Result<Position> position = keeper.open();
  if (!position) return 74;
  const auto tree = live_machine_tree({folder + "/config"});
  const std::vector<int> files = files_of_a_tick();
  Tick tick{now(), {}};
  if (days > 0) {
    SamplerState old = started(*position);
    old.unwritten = old_days(days, tick.now.utc);
    old.last_batch = days;
    keeper.keep(std::move(old));
    position = keeper.open();
    if (!position) return 74;
  }
  SamplerState state = started(*position);
  ViewFacts facts;
  facts.version = WATTLIFE_VERSION;
  facts.inventory = read_inventory(*tree);
  keeper.keep_inventory(std::chrono::floor<std::chrono::days>(tick.now.utc), *facts.inventory);
  state = with_inventory(std::move(state), *facts.inventory);

  Costs floor, ticks, commits, views, written;
  Rhythm rhythm;
  for (std::int64_t round = 0; round < rounds; ++round) {
    const std::optional<Tick> before = state.last;
    floor.add([&] { floor_turn(files); });
    ticks.add([&] {
      wait_until(BootTime{now().boot.since_boot + Duration{wait_ms}});
      tick.reading = read_power(*tree);
      state = advance(std::move(state), tick);
      rhythm = observed(rhythm, before, *state.last, Duration{1});
      wake_after(rhythm, *state.last, std::chrono::minutes(1));
    });
    tick.now.boot.since_boot += std::chrono::minutes(1);
    tick.now.awake.since_boot += std::chrono::minutes(1);
    tick.now.utc += std::chrono::minutes(1);
    if (state.unwritten.empty()) continue;
    commits.add([&] { state = keeper.keep(std::move(state)); });
    facts.today = std::chrono::floor<std::chrono::days>(state.last->now.utc);
    facts.learned = state.calibration;
    views.add([&] { keeper.publish(facts); });
    // Of that, what the file system asks for.
    const Result<std::string> view = read_file(folder + "/view.json", std::size_t{1} << 20);
    const std::string text = view ? *view : "";
    written.add([&] { (void)write_derived_file(folder + "/other.json", text, 0644); });
  }
  if (keeper.fault()) {
    std::fputs((keeper.fault()->text + "\n").c_str(), stderr);
    return 74;
  }
  const double hour_us = 60 * ticks.median() + 4 * (commits.median() + views.median());
  const std::string text = std::to_string(files.size()) + " files, " + std::to_string(days) +
                           " days in the store\n" + floor.text("floor") + ticks.text("tick") +
                           commits.text("commit") + views.text("view") + written.text("its file") +
                           "an hour of 60 ticks and 4 commits: " + fixed(hour_us / 1000, 2) +
                           " ms, floor " + fixed(60 * floor.median() / 1000, 2) + " ms\n";
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace
}  // namespace wattlife

int main(int argc, char** argv) {
  using wattlife::integer_from;
  const auto rounds = argc > 2 ? integer_from(argv[2]) : std::int64_t{300};
  const auto days = argc > 3 ? integer_from(argv[3]) : std::int64_t{0};
  if (argc < 2 || !rounds || !days || *rounds < 1 || *days < 0 || *days > 3650) {
    std::fputs("usage: tick STATE_DIR [ROUNDS] [DAYS]\n", stderr);
    return 64;
  }
  wattlife::watch_for_stop();
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);  // here nobody waits for a wake that comes later
  return wattlife::measure(argv[1], *rounds, *days);
}
