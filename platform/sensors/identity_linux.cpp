// SPDX-License-Identifier: EUPL-1.2
// What the machine is, from the SMBIOS table where it may be read and from the files that the
// kernel makes of it where not.
#include <algorithm>

#include "core/text.h"
#include "platform/sensors/decoders.h"

namespace wattlife {
namespace {

constexpr std::string_view table_path = "sys/firmware/dmi/tables/DMI";
constexpr std::string_view entry_point_path = "sys/firmware/dmi/tables/smbios_entry_point";

// From the anchors "_SM3_" and "_SM_"; without one, the order of bytes is that of all versions
// since 2.6.
SmbiosVersion version_of(std::string_view entry_point) {
  const auto byte = [&](std::size_t at) {
    return static_cast<unsigned>(static_cast<unsigned char>(entry_point[at]));
  };
  if (entry_point.size() >= 9 && entry_point.substr(0, 5) == "_SM3_") return {byte(7), byte(8)};
  if (entry_point.size() >= 8 && entry_point.substr(0, 4) == "_SM_") return {byte(6), byte(7)};
  return {};
}

// A file of sys/class/dmi/id. Serial numbers there are for root only.
std::optional<std::string> dmi_text(const MachineTree& tree, const std::string& name,
                                    std::vector<Fault>& faults) {
  const std::string path = "sys/class/dmi/id/" + name;
  const auto text = tree.read(path);
  if (!text) {
    add_fault(faults, path, text.error().cause);
    return std::nullopt;
  }
  return label_from(*text);
}

std::optional<std::string> chassis_of(const MachineTree& tree, std::vector<Fault>& faults) {
  const auto text = dmi_text(tree, "chassis_type", faults);
  const auto type = text ? integer_from(*text) : std::nullopt;
  if (!type || *type < 0 || *type > 127) return std::nullopt;
  const std::string_view word = chassis_name(static_cast<unsigned>(*type));
  return word.empty() ? std::nullopt : std::optional(std::string(word));
}

void complete_from_files(const MachineTree& tree, Identity& identity, std::vector<Fault>& faults) {
  const auto fill = [&](std::optional<std::string>& into, const std::string& file) {
    if (!into) into = dmi_text(tree, file, faults);
  };
  fill(identity.manufacturer, "sys_vendor");
  if (!identity.model) {
    identity.model = model_name(identity.manufacturer, dmi_text(tree, "product_name", faults),
                                dmi_text(tree, "product_version", faults));
  }
  fill(identity.sku, "product_sku");
  fill(identity.serial, "product_serial");
  fill(identity.uuid, "product_uuid");
  fill(identity.board_serial, "board_serial");
  if (!identity.bios_date) {
    const auto text = dmi_text(tree, "bios_date", faults);
    if (text) identity.bios_date = bios_day(*text);
  }
  if (!identity.chassis) identity.chassis = chassis_of(tree, faults);
}

// The value of the first line "key<white space>: value".
std::optional<std::string> value_of_line(std::string_view text, std::string_view key) {
  for (const std::string_view line : split(text, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || trimmed(line.substr(0, colon)) != key) continue;
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (!value.empty()) return to_valid_utf8(value);
  }
  return std::nullopt;
}

// "16168548 kB": what the kernel can use, a little less than what is built in.
std::optional<std::int64_t> usable_memory_mib(const MachineTree& tree) {
  const auto text = tree.read("proc/meminfo");
  const auto value = text ? value_of_line(*text, "MemTotal") : std::nullopt;
  if (!value) return std::nullopt;
  const std::string_view number = std::string_view(*value).substr(0, value->find(' '));
  const auto kib = integer_from(number);
  constexpr std::int64_t most_kib = std::int64_t{16} << 30;  // 16 TiB
  if (!kib || *kib <= 0 || *kib > most_kib) return std::nullopt;
  return *kib / 1024;
}

// The processor sees the bit "hypervisor" in a guest. Processors without a line of flags (ARM) do
// not tell.
std::optional<bool> is_guest(std::string_view cpuinfo) {
  const auto flags = value_of_line(cpuinfo, "flags");
  if (!flags) return std::nullopt;
  const auto words = split(*flags, ' ');
  return std::find(words.begin(), words.end(), "hypervisor") != words.end();
}

// "[s2idle] deep": which sleep the system chooses.
std::optional<bool> sleeps_idle(const MachineTree& tree) {
  const auto text = tree.read("sys/power/mem_sleep");
  if (!text || text->find('[') == std::string::npos) return std::nullopt;
  return text->find("[s2idle]") != std::string::npos;
}

}  // namespace

Identity read_identity_linux(const MachineTree& tree, std::vector<Fault>& faults) {
  Identity identity;
  if (const auto table = tree.read(table_path)) {
    const auto entry_point = tree.read(entry_point_path);
    identity = decode_smbios(*table, entry_point ? version_of(*entry_point) : SmbiosVersion{});
  } else {
    add_fault(faults, std::string(table_path), table.error().cause);
  }
  complete_from_files(tree, identity, faults);

  if (const auto text = tree.read("proc/cpuinfo")) {
    if (const auto name = value_of_line(*text, "model name")) identity.cpu = single_spaced(*name);
    identity.virtual_machine = is_guest(*text);
  }
  identity.modern_standby = sleeps_idle(tree);
  if (!identity.memory_mib) identity.memory_mib = usable_memory_mib(tree);
  return identity;
}

}  // namespace wattlife
