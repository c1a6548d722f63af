#include "platform/sensors/decoders.h"
namespace wattlife {
Result<std::optional<Battery>> windows_battery(std::string_view, std::string_view, std::optional<std::string_view>) { return std::optional<Battery>(); }
void read_batteries_windows(const MachineTree&, PowerReading&) {}
void read_power_status_windows(const MachineTree&, PowerReading&) {}
Identity read_identity_windows(const MachineTree&, std::vector<Fault>&) { return {}; }
void read_disks_windows(const MachineTree&, Inventory&) {}
std::string utf8_from_utf16le(std::string_view) { return ""; }
}
