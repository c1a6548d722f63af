// SPDX-License-Identifier: EUPL-1.2
// A fleet for measuring ingest: devices enrolled in a real store, and what their agents would send,
// made by the agent's own encoder. Different devices, weeks and figures from one seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collector/fleet_store.h"
#include "proto/wire.h"

namespace wattlife::bench {

struct Device {
  Credential credential;
  Id128 install_id;
  Id128 store_id;
  std::int64_t sequence = 0;
  std::int64_t row = 0;
};

RandomBytes random_bytes_from(std::uint64_t seed);

// Enrols and confirms `count` devices of one organisation; `from` keeps the names of rounds apart.
Result<std::vector<Device>> enrol_devices(FleetStore& store, std::size_t from, std::size_t count);

// The next weekly report of that device: four rows of energy, now and then an inventory.
Report next_report(Device& device, std::uint64_t seed, UtcDay today);

// The same as an HTTP request of the agent, `close`: on a connection of its own.
std::string request_of(const Device& device, const std::string& body, bool close);
// The same figures as lines for InfluxDB, one request.
std::string influx_request_of(const Device& device, const Report& report);

}  // namespace wattlife::bench
