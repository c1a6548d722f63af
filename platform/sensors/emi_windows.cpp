// SPDX-License-Identifier: EUPL-1.2
// The Energy Metering Interface of Windows (emi.h): what a device calls its channels, and the
// counters behind them. Of the many that Windows 11 makes of one processor only the package is
// read: cores, graphics and memory are parts of it, and devices repeat each other.
#include <algorithm>
#include <array>

#include "platform/sensors/decoders.h"
#include "platform/sensors/little_endian.h"

namespace wattlife {
namespace {

// EMI_METADATA_V1: unit (4), OEM (32), model (32), revision (2), bytes of the name (2), name.
constexpr std::size_t v1_name_size_at = 70;
constexpr std::size_t v1_name_at = 72;
// EMI_METADATA_V2: OEM (32), model (32), revision (2), channels (2), then EMI_CHANNEL_V2 one after
// the other without gaps: unit (4), bytes of the name (2), name.
constexpr std::size_t v2_count_at = 66;
constexpr std::size_t v2_channels_at = 68;
constexpr std::size_t channel_header_bytes = 6;
// EMI_CHANNEL_MEASUREMENT_DATA: energy, time.
constexpr std::size_t measurement_bytes = 16;
constexpr std::uint64_t picowatt_hours = 0;  // EmiMeasurementUnitPicowattHours

// Names of the package: Intel, and AMD with the older driver. In order of preference.
constexpr std::array<std::string_view, 2> packages = {"RAPL_Package0_PKG", "Current Socket Energy"};

Error cut_off(std::string_view what) {
  return {Cause::malformed, "EMI: " + std::string(what) + " is cut off"};
}

// One channel's unit and name at `at`; `at` moves behind it.
Result<EmiChannel> channel_at(std::string_view metadata, std::size_t& at) {
  if (metadata.size() - at < channel_header_bytes) return cut_off("a channel");
  const std::uint64_t unit = little_endian(metadata, at, 4);
  const auto size = static_cast<std::size_t>(little_endian(metadata, at + 4, 2));
  at += channel_header_bytes;
  if (size % 2 != 0 || metadata.size() - at < size) return cut_off("the name of a channel");
  EmiChannel channel{utf8_from_utf16le(metadata.substr(at, size)), unit == picowatt_hours};
  at += size;
  return channel;
}

// Where the package is counted.
struct Package {
  std::size_t rank = packages.size();  // into `packages`; its size: nowhere
  std::string device;
  std::string name;
  std::size_t channel = 0;
};

void look_for_package(const MachineTree& tree, const std::string& device, Package& best,
                      std::vector<Fault>& faults) {
  const auto version = tree.read(device + "/version");
  if (!version) return add_fault(faults, device + "/version", version.error().cause);
  const auto metadata = tree.read(device + "/metadata");
  if (!metadata) return add_fault(faults, device + "/metadata", metadata.error().cause);
  const auto channels = emi_channels(*version, *metadata);
  if (!channels) return add_fault(faults, device + "/metadata", channels.error().cause);
  for (std::size_t i = 0; i < channels->size(); ++i) {
    const EmiChannel& channel = (*channels)[i];
    const auto found = std::find(packages.begin(), packages.end(), channel.name);
    const auto rank = static_cast<std::size_t>(found - packages.begin());
    // Later ones of the same name are mirrors.
    if (channel.in_picowatt_hours && rank < best.rank) best = {rank, device, channel.name, i};
  }
}

}  // namespace

Result<std::vector<EmiChannel>> emi_channels(std::string_view version, std::string_view metadata) {
  if (version.size() != 2) return Error{Cause::malformed, "EMI_VERSION is not 2 bytes long"};
  std::vector<EmiChannel> channels;
  switch (little_endian(version, 0, 2)) {
    case 1: {
      if (metadata.size() < v1_name_at) return cut_off("EMI_METADATA_V1");
      const auto size = static_cast<std::size_t>(little_endian(metadata, v1_name_size_at, 2));
      if (size % 2 != 0 || metadata.size() - v1_name_at < size) return cut_off("the name");
      channels.push_back({utf8_from_utf16le(metadata.substr(v1_name_at, size)),
                          little_endian(metadata, 0, 4) == picowatt_hours});
      return channels;
    }
    case 2: {
      if (metadata.size() < v2_channels_at) return cut_off("EMI_METADATA_V2");
      const std::uint64_t count = little_endian(metadata, v2_count_at, 2);
      std::size_t at = v2_channels_at;
      for (std::uint64_t i = 0; i < count; ++i) {
        auto channel = channel_at(metadata, at);
        if (!channel) return channel.error();
        channels.push_back(*std::move(channel));
      }
      return channels;
    }
    default:
      return Error{Cause::malformed, "EMI: a version that is not 1 or 2"};
  }
}

std::int64_t microjoules_from_picowatt_hours(std::uint64_t picowatt_hours_counted) {
  // 1 pWh is 3.6 nJ: 36 µJ for 10,000 pWh. Whole and rest apart, so that nothing overflows.
  constexpr std::uint64_t whole = 10'000;
  const std::uint64_t microjoules =
      picowatt_hours_counted / whole * 36 + picowatt_hours_counted % whole * 36 / whole;
  return static_cast<std::int64_t>(microjoules);
}

Result<std::uint64_t> emi_energy(std::string_view measurement, std::size_t channel) {
  if (measurement.size() / measurement_bytes <= channel) return cut_off("a measurement");
  return little_endian(measurement, channel * measurement_bytes, 8);
}

void read_emi_windows(const MachineTree& tree, PowerReading& into) {
  Package package;
  for (const std::string& number : names_in(tree, "emi", into.faults)) {
    look_for_package(tree, "emi/" + number, package, into.faults);
    if (package.rank == 0) break;  // the others are cores and mirrors: not even asked
  }
  if (package.rank == packages.size()) return;
  const std::string path = package.device + "/measurement";
  const auto measurement = tree.read(path);
  if (!measurement) return add_fault(into.faults, path, measurement.error().cause);
  const auto energy = emi_energy(*measurement, package.channel);
  if (!energy) return add_fault(into.faults, path, energy.error().cause);
  if (*energy == 0) return;  // a driver that counts nothing
  into.counters.push_back(
      {package.name, Boundary::cpu, microjoules_from_picowatt_hours(*energy), std::nullopt});
}

}  // namespace wattlife
