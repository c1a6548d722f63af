// SPDX-License-Identifier: EUPL-1.2
#include "tests/bench/ingest_reports.h"

#include <algorithm>
#include <memory>
#include <random>

#include "core/text.h"

namespace wattlife::bench {
namespace {

constexpr const char* oin = "00000001003214345000";
constexpr std::size_t pending_at_once = 900;  // an organisation may have 1,000

Id128 id_from(std::mt19937_64& random) {
  Id128 id(id_bytes, '\0');
  for (char& c : id) c = static_cast<char>(random() & 0xFF);
  return id;
}

Inventory inventory_of(std::mt19937_64& random) {
  Inventory inventory;
  inventory.os = Os::windows;
  inventory.identity.manufacturer = "LENOVO";
  inventory.identity.model = "ThinkPad T" + std::to_string(470 + random() % 20);
  inventory.identity.chassis = "Notebook";
  inventory.identity.memory_mib = 16384;
  Battery battery;
  battery.name = "BAT0";
  battery.design = milliwatt_hours(50'000);
  battery.full = milliwatt_hours(30'000 + static_cast<std::int64_t>(random() % 20'000));
  battery.cycles = static_cast<int>(random() % 800);
  battery.manufacturer = "SMP";
  battery.model = "01AV489";
  inventory.batteries.push_back(battery);
  return inventory;
}

EnergyRow row_of(UseState state, Supply supply, std::mt19937_64& random) {
  const auto joule = static_cast<std::int64_t>(10'000 + random() % 300'000);
  const double spread = 0.03 * static_cast<double>(joule);
  return {state,
          supply,
          Tier::measured,
          "battery-rate-1",
          std::chrono::minutes(60 + random() % 600),
          Estimate{joules(joule), spread * spread / 4, spread},
          std::nullopt};
}

}  // namespace

RandomBytes random_bytes_from(std::uint64_t seed) {
  return [engine = std::mt19937_64(seed)](std::size_t count) mutable {
    std::string bytes(count, '\0');
    for (char& c : bytes) c = static_cast<char>(engine() & 0xFF);
    return bytes;
  };
}

Result<std::vector<Device>> enrol_devices(FleetStore& store, std::size_t from, std::size_t count) {
  const UtcDay day = UtcDay{std::chrono::days(20'700)};
  (void)store.add_organisation({oin, "Benchmark"});
  const auto token = store.create_token(oin, "bench", day, day + std::chrono::days(300));
  if (!token) return token.error();
  std::mt19937_64 random(from + 1);
  std::vector<Device> devices;
  while (devices.size() < count) {
    const std::size_t begin = devices.size();
    std::vector<EnrolmentArrival> batch;
    while (batch.size() < pending_at_once && begin + batch.size() < count) {
      Device device;
      device.install_id = id_from(random);
      device.store_id = id_from(random);
      EnrolmentRequest request{device.install_id, "0.1.0", inventory_of(random), {}};
      const std::string name = std::to_string(from + begin + batch.size());
      request.serials.system_serial = "PF" + name + "SYS";
      request.serials.disk_serials = {"DISK" + name};
      batch.push_back({*token, to_bytes(request), true});
      devices.push_back(device);
    }
    const auto outcomes = store.enrol(batch, day);
    if (!outcomes) return outcomes.error();
    for (std::size_t i = 0; i < outcomes->size(); ++i) {
      if (!(*outcomes)[i].answer) return Error{Cause::io, (*outcomes)[i].problem.detail};
      const EnrolmentAnswer& answer = *(*outcomes)[i].answer;
      devices[begin + i].credential = {answer.device_id, answer.secret};
    }
    if (const auto confirmed = store.confirm_all_pending(); !confirmed) return confirmed.error();
  }
  return devices;
}

Report next_report(Device& device, std::uint64_t seed, UtcDay today) {
  std::mt19937_64 random(seed);
  Report report;
  report.install_id = device.install_id;
  report.sequence = ++device.sequence;
  report.agent_version = "0.1.0";
  report.data_list_version = newest_data_list;
  Summary summary;
  const UtcDay day = today - std::chrono::days(7 * device.sequence);
  summary.period = period_of(UtcTime{day}, PeriodLength::week);
  const auto days = (summary.period.end - summary.period.begin).count();
  for (const UseState state : {UseState::active, UseState::awake}) {
    for (const Supply supply : {Supply::battery, Supply::mains}) {
      EnergyRow row = row_of(state, supply, random);
      row.time = row.time * days / 7;
      summary.energy.push_back(row);
    }
  }
  summary.first_window = device.row + 1;
  summary.last_window = device.row += 280;
  report.summary = summary;
  report.store_id = device.store_id;
  // A quarter of all reports, and not of all devices at once.
  const auto turn = static_cast<unsigned char>(device.install_id.front());
  if ((device.sequence + turn) % 4 == 0) report.inventory = inventory_of(random);
  return report;
}

std::string request_of(const Device& device, const std::string& body, bool close) {
  return "POST " + std::string(report_path) +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n"
         "Authorization: Bearer " +
         hex_from_bytes(device.credential.device_id) + "." +
         hex_from_bytes(device.credential.secret) + "\r\n" +
         (close ? "Connection: close\r\n" : "") + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

std::string influx_request_of(const Device& device, const Report& report) {
  std::string lines;
  const std::string id = hex_from_bytes(device.credential.device_id);
  const auto second = UtcTime{report.summary->period.begin}.time_since_epoch().count() / 1000;
  for (const EnergyRow& row : report.summary->energy) {
    lines += "energy,device=" + id + ",state=" + std::to_string(static_cast<int>(row.state)) +
             ",supply=" + std::to_string(static_cast<int>(row.supply)) +
             " ms=" + std::to_string(row.time.count()) +
             "i,mj=" + std::to_string(row.device->energy.milli) +
             "i,own=" + fixed(row.device->variance_own_j2, 1) +
             ",shared=" + fixed(row.device->deviation_shared_j, 1) + " " + std::to_string(second) +
             "\n";
  }
  return "POST /write?db=wattlife&precision=s HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
         std::to_string(lines.size()) + "\r\n\r\n" + lines;
}

}  // namespace wattlife::bench
