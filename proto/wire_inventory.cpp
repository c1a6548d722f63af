// SPDX-License-Identifier: EUPL-1.2
// What a machine is and how healthy, and its serial numbers, as messages and back.
#include <chrono>

#include "proto/wire_parts.h"

namespace wattlife::wire_parts {
namespace {

v1::Os wire(Os os) {
  switch (os) {
    case Os::linux_os:
      return v1::OS_LINUX;
    case Os::windows:
      return v1::OS_WINDOWS;
    case Os::macos:
      return v1::OS_MACOS;
  }
  return v1::OS_UNKNOWN;
}

v1::DiskKind wire(DiskKind kind) {
  switch (kind) {
    case DiskKind::nvme:
      return v1::DISK_KIND_NVME;
    case DiskKind::ata:
      return v1::DISK_KIND_ATA;
    case DiskKind::emmc:
      return v1::DISK_KIND_EMMC;
  }
  return v1::DISK_KIND_UNKNOWN;
}

v1::SecureBoot wire(SecureBoot state) {
  switch (state) {
    case SecureBoot::unknown:
      return v1::SECURE_BOOT_UNKNOWN;
    case SecureBoot::capable:
      return v1::SECURE_BOOT_CAPABLE;
    case SecureBoot::off:
      return v1::SECURE_BOOT_OFF;
    case SecureBoot::on:
      return v1::SECURE_BOOT_ON;
  }
  return v1::SECURE_BOOT_UNKNOWN;
}

std::optional<std::int64_t> in_mwh(const std::optional<Energy>& energy) {
  return energy ? std::optional<std::int64_t>(to_milliwatt_hours(*energy)) : std::nullopt;
}

void put(const Battery& battery, std::uint32_t list, v1::Battery& message) {
  message.set_name(sendable(battery.name, longest_name));
  message.set_present(battery.present);
  put_number(in_mwh(battery.design), [&](auto v) { message.set_design_mwh(v); });
  put_number(in_mwh(battery.full), [&](auto v) { message.set_full_mwh(v); });
  put_number(battery.cycles, [&](auto v) { message.set_cycles(v); });
  if (battery.charge_limit) message.set_charge_limit_permille(battery.charge_limit->milli);
  put_text(battery.manufacturer, longest_text, [&](auto& t) { message.set_manufacturer(t); });
  put_text(battery.model, longest_text, [&](auto& t) { message.set_model(t); });
  if (may_send(DataGroup::outlook, list)) {
    put_number(battery.pack_number, [&](auto v) { message.set_pack_number(v); });
  }
}

void put(const Disk& disk, v1::Disk& message) {
  message.set_name(sendable(disk.name, longest_name));
  message.set_kind(wire(disk.kind));
  put_text(disk.model, longest_text, [&](auto& t) { message.set_model(t); });
  put_number(disk.size_bytes, [&](auto v) { message.set_size_bytes(v); });
  put_number(disk.critical_warning, [&](auto v) { message.set_critical_warning(v); });
  put_number(disk.percentage_used, [&](auto v) { message.set_percentage_used(v); });
  put_number(disk.available_spare, [&](auto v) { message.set_available_spare(v); });
  put_number(disk.spare_threshold, [&](auto v) { message.set_spare_threshold(v); });
  put_number(disk.data_units_written, [&](auto v) { message.set_data_units_written(v); });
  put_number(disk.power_on_hours, [&](auto v) { message.set_power_on_hours(v); });
  put_number(disk.media_errors, [&](auto v) { message.set_media_errors(v); });
  put_number(disk.reallocated, [&](auto v) { message.set_reallocated(v); });
  put_number(disk.pending, [&](auto v) { message.set_pending(v); });
  put_number(disk.uncorrectable, [&](auto v) { message.set_uncorrectable(v); });
  put_number(disk.command_timeouts, [&](auto v) { message.set_command_timeouts(v); });
  if (disk.self_assessment_passed) {
    message.set_self_assessment_passed(*disk.self_assessment_passed);
  }
  put_number(disk.reserve_state, [&](auto v) { message.set_reserve_state(v); });
}

void put(const Panel& panel, v1::Panel& message) {
  put_text(panel.maker, longest_name, [&](auto& t) { message.set_maker(t); });
  put_number(panel.product, [&](auto v) { message.set_product(v); });
  put_number(panel.diagonal_mm, [&](auto v) { message.set_diagonal_mm(v); });
  put_number(panel.width_px, [&](auto v) { message.set_width_px(v); });
  put_number(panel.height_px, [&](auto v) { message.set_height_px(v); });
  put_number(panel.year, [&](auto v) { message.set_year(v); });
}

void put(const Processor& processor, v1::Processor& message) {
  put_text(processor.vendor, longest_name, [&](auto& t) { message.set_vendor(t); });
  put_number(processor.family, [&](auto v) { message.set_family(v); });
  put_number(processor.model, [&](auto v) { message.set_model(v); });
  put_number(processor.stepping, [&](auto v) { message.set_stepping(v); });
  if (processor.is_64_bit) message.set_is_64_bit(*processor.is_64_bit);
  put_number(processor.cores, [&](auto v) { message.set_cores(v); });
  if (processor.popcnt_and_sse42) message.set_popcnt_and_sse42(*processor.popcnt_and_sse42);
}

void put(const DriveErase& erase, v1::DriveErase& message) {
  message.set_name(sendable(erase.name, longest_name));
  message.set_sanitize_crypto(erase.sanitize_crypto);
  message.set_sanitize_block(erase.sanitize_block);
  message.set_sanitize_overwrite(erase.sanitize_overwrite);
  message.set_command(erase.command);
  message.set_command_crypto(erase.command_crypto);
  message.set_frozen(erase.frozen);
  message.set_locked(erase.locked);
}

void put(const FirmwareBattery& battery, v1::FirmwareBattery& message) {
  put_text(battery.name, longest_text, [&](auto& t) { message.set_name(t); });
  put_number(in_mwh(battery.design), [&](auto v) { message.set_design_mwh(v); });
  if (battery.made) message.set_made_day(day_number(*battery.made));
}

std::optional<Os> os_from(v1::Os os) {
  switch (os) {
    case v1::OS_LINUX:
      return Os::linux_os;
    case v1::OS_WINDOWS:
      return Os::windows;
    case v1::OS_MACOS:
      return Os::macos;
    default:
      return std::nullopt;
  }
}

std::optional<DiskKind> disk_kind_from(v1::DiskKind kind) {
  switch (kind) {
    case v1::DISK_KIND_NVME:
      return DiskKind::nvme;
    case v1::DISK_KIND_ATA:
      return DiskKind::ata;
    case v1::DISK_KIND_EMMC:
      return DiskKind::emmc;
    default:
      return std::nullopt;
  }
}

Battery battery_from(Reader& reader, const v1::Battery& message, const Field& field) {
  Battery battery;
  const auto capacity = [&](std::string_view name, std::int64_t mwh) {
    return milliwatt_hours(reader.number(field + name, mwh, 0, largest_energy_mwh));
  };
  battery.name = reader.text(field + ".name", message.name(), longest_name);
  battery.present = message.present();
  if (!reader.fine()) return battery;
  if (message.has_design_mwh()) battery.design = capacity(".design_mwh", message.design_mwh());
  if (message.has_full_mwh()) battery.full = capacity(".full_mwh", message.full_mwh());
  if (message.has_cycles()) {
    battery.cycles = reader.number(field + ".cycles", message.cycles(), 0, 1'000'000);
  }
  if (message.has_charge_limit_permille()) {
    battery.charge_limit = Ratio{
        reader.number(field + ".charge_limit_permille", message.charge_limit_permille(), 0, 1000)};
  }
  battery.manufacturer =
      reader.optional_text(field + ".manufacturer", message.manufacturer(), longest_text);
  battery.model = reader.optional_text(field + ".model", message.model(), longest_text);
  if (message.has_pack_number()) {
    battery.pack_number =
        reader.number(field + ".pack_number", message.pack_number(), 1, most_packs);
  }
  return battery;
}

Disk disk_from(Reader& reader, const v1::Disk& message, const Field& field) {
  Disk disk;
  const auto number = [&](bool present, const char* name, std::int64_t value, std::int64_t most) {
    return present ? std::optional<std::int64_t>(reader.number(field + name, value, 0, most))
                   : std::nullopt;
  };
  disk.name = reader.text(field + ".name", message.name(), longest_name);
  disk.kind = known_code(reader, field + ".kind", disk_kind_from(message.kind()));
  disk.model = reader.optional_text(field + ".model", message.model(), longest_text);
  disk.size_bytes =
      number(message.has_size_bytes(), ".size_bytes", message.size_bytes(), largest_disk_bytes);
  disk.critical_warning =
      number(message.has_critical_warning(), ".critical_warning", message.critical_warning(), 255);
  disk.percentage_used =
      number(message.has_percentage_used(), ".percentage_used", message.percentage_used(), 255);
  disk.available_spare =
      number(message.has_available_spare(), ".available_spare", message.available_spare(), 255);
  disk.spare_threshold =
      number(message.has_spare_threshold(), ".spare_threshold", message.spare_threshold(), 255);
  disk.data_units_written = number(message.has_data_units_written(), ".data_units_written",
                                   message.data_units_written(), largest_count);
  disk.power_on_hours = number(message.has_power_on_hours(), ".power_on_hours",
                               message.power_on_hours(), largest_count);
  disk.media_errors =
      number(message.has_media_errors(), ".media_errors", message.media_errors(), largest_count);
  disk.reallocated =
      number(message.has_reallocated(), ".reallocated", message.reallocated(), largest_count);
  disk.pending = number(message.has_pending(), ".pending", message.pending(), largest_count);
  disk.uncorrectable =
      number(message.has_uncorrectable(), ".uncorrectable", message.uncorrectable(), largest_count);
  disk.command_timeouts = number(message.has_command_timeouts(), ".command_timeouts",
                                 message.command_timeouts(), largest_count);
  if (message.has_self_assessment_passed()) {
    disk.self_assessment_passed = message.self_assessment_passed();
  }
  disk.reserve_state =
      number(message.has_reserve_state(), ".reserve_state", message.reserve_state(), 3);
  return disk;
}

std::optional<SecureBoot> secure_boot_from(v1::SecureBoot state) {
  switch (state) {
    case v1::SECURE_BOOT_UNKNOWN:
      return SecureBoot::unknown;
    case v1::SECURE_BOOT_CAPABLE:
      return SecureBoot::capable;
    case v1::SECURE_BOOT_OFF:
      return SecureBoot::off;
    case v1::SECURE_BOOT_ON:
      return SecureBoot::on;
    default:
      return std::nullopt;
  }
}

Panel panel_from(Reader& reader, const v1::Panel& message, const Field& field) {
  Panel panel;
  const auto number = [&](bool present, const char* name, std::int64_t value, std::int64_t most) {
    return present ? std::optional<std::int64_t>(reader.number(field + name, value, 0, most))
                   : std::nullopt;
  };
  panel.maker = reader.optional_text(field + ".maker", message.maker(), longest_name);
  panel.product = number(message.has_product(), ".product", message.product(), 65'535);
  panel.diagonal_mm =
      number(message.has_diagonal_mm(), ".diagonal_mm", message.diagonal_mm(), largest_panel_mm);
  panel.width_px =
      number(message.has_width_px(), ".width_px", message.width_px(), largest_panel_px);
  panel.height_px =
      number(message.has_height_px(), ".height_px", message.height_px(), largest_panel_px);
  panel.year = number(message.has_year(), ".year", message.year(), 2'300);
  return panel;
}

FirmwareBattery firmware_battery_from(Reader& reader, const v1::FirmwareBattery& message,
                                      const Field& field) {
  FirmwareBattery battery;
  battery.name = reader.optional_text(field + ".name", message.name(), longest_text);
  if (message.has_design_mwh()) {
    const auto mwh =
        reader.number(field + ".design_mwh", message.design_mwh(), 0, largest_energy_mwh);
    if (reader.fine()) battery.design = milliwatt_hours(mwh);
  }
  if (message.has_made_day()) {
    battery.made = UtcDay{
        std::chrono::days{reader.number(field + ".made_day", message.made_day(), 0, last_day)}};
  }
  return battery;
}

Processor processor_from(Reader& reader, const v1::Processor& message, const Field& field) {
  Processor processor;
  const auto number = [&](bool present, const char* name, std::int64_t value) {
    return present ? std::optional<std::int64_t>(
                         reader.number(field + name, value, 0, largest_processor_number))
                   : std::nullopt;
  };
  processor.vendor = reader.optional_text(field + ".vendor", message.vendor(), longest_name);
  processor.family = number(message.has_family(), ".family", message.family());
  processor.model = number(message.has_model(), ".model", message.model());
  processor.stepping = number(message.has_stepping(), ".stepping", message.stepping());
  if (message.has_is_64_bit()) processor.is_64_bit = message.is_64_bit();
  processor.cores = number(message.has_cores(), ".cores", message.cores());
  if (message.has_popcnt_and_sse42()) processor.popcnt_and_sse42 = message.popcnt_and_sse42();
  return processor;
}

DriveErase drive_erase_from(Reader& reader, const v1::DriveErase& message, const Field& field) {
  return {reader.text(field + ".name", message.name(), longest_name),
          message.sanitize_crypto(),
          message.sanitize_block(),
          message.sanitize_overwrite(),
          message.command(),
          message.command_crypto(),
          message.frozen(),
          message.locked()};
}

Locks locks_from(const v1::Provision& message) {
  const auto known = [](bool present, bool value) {
    return present ? std::optional<bool>(value) : std::nullopt;
  };
  return {known(message.has_bios_password(), message.bios_password()),
          known(message.has_activation_lock(), message.activation_lock()),
          known(message.has_managed(), message.managed()),
          known(message.has_persistence(), message.persistence()),
          known(message.has_disk_encryption(), message.disk_encryption())};
}

template <class Texts>
std::vector<std::string> serials_from(Reader& reader, const Texts& texts, const Field& field) {
  std::vector<std::string> serials;
  const int size = reader.count(field, texts.size(), most_serials);
  for (int i = 0; i < size && reader.fine(); ++i) {
    const std::string& serial = texts.Get(i);
    if (!serial.empty()) serials.push_back(reader.text(at(field, "", i), serial, longest_text));
  }
  return serials;
}

}  // namespace

void put(const Provision& provision, std::uint32_t list, v1::Provision& message) {
  const Locks& locks = provision.locks;
  if (locks.bios_password) message.set_bios_password(*locks.bios_password);
  if (locks.activation) message.set_activation_lock(*locks.activation);
  if (locks.managed) message.set_managed(*locks.managed);
  if (locks.persistence) message.set_persistence(*locks.persistence);
  if (locks.disk_encryption) message.set_disk_encryption(*locks.disk_encryption);
  const OperatingSystem& system = provision.system;
  put_text(system.name, longest_text, [&](auto& t) { message.set_os_name(t); });
  put_text(system.version, longest_text, [&](auto& t) { message.set_os_version(t); });
  put_text(system.edition, longest_text, [&](auto& t) { message.set_os_edition(t); });
  put_text(provision.tpm_version, longest_name, [&](auto& t) { message.set_tpm_version(t); });
  message.set_secure_boot(wire(provision.secure_boot));
  if (provision.panel) put(*provision.panel, *message.mutable_panel());
  const MemorySlots& slots = provision.memory_slots;
  put_number(slots.total, [&](auto v) { message.set_memory_slots(v); });
  put_number(slots.used, [&](auto v) { message.set_memory_slots_used(v); });
  put_number(slots.largest_module_mib, [&](auto v) { message.set_largest_module_mib(v); });
  for (const FirmwareBattery& battery : provision.firmware_batteries) {
    put(battery, *message.add_firmware_batteries());
  }
  if (may_send(DataGroup::platform, list) && provision.processor != Processor{}) {
    put(provision.processor, *message.mutable_processor());
  }
  if (!may_send(DataGroup::erasure, list)) return;
  for (const DriveErase& erase : provision.drive_erase) put(erase, *message.add_drive_erase());
}

void put(const Inventory& inventory, std::uint32_t list, v1::Inventory& message) {
  const Identity& identity = inventory.identity;
  message.set_os(wire(inventory.os));
  put_text(identity.manufacturer, longest_text, [&](auto& t) { message.set_manufacturer(t); });
  put_text(identity.model, longest_text, [&](auto& t) { message.set_model(t); });
  put_text(identity.sku, longest_text, [&](auto& t) { message.set_sku(t); });
  if (identity.bios_date) message.set_bios_day(day_number(*identity.bios_date));
  put_text(identity.chassis, longest_name, [&](auto& t) { message.set_chassis(t); });
  put_text(identity.cpu, longest_text, [&](auto& t) { message.set_cpu(t); });
  put_number(identity.memory_mib, [&](auto v) { message.set_memory_mib(v); });
  for (const Battery& battery : inventory.batteries) put(battery, list, *message.add_batteries());
  for (const Disk& disk : inventory.disks) put(disk, *message.add_disks());
  message.set_simulated(inventory.simulated);
  // The asset tag goes with the serial numbers.
  Provision provision = inventory.provision;
  provision.asset_tag.reset();
  if (provision != Provision{} && may_send(DataGroup::provision, list)) {
    put(provision, list, *message.mutable_provision());
  }
}

void put(const Serials& serials, std::uint32_t list, v1::Serials& message) {
  put_text(serials.system_serial, longest_text, [&](auto& t) { message.set_system_serial(t); });
  put_text(serials.system_uuid, longest_text, [&](auto& t) { message.set_system_uuid(t); });
  if (may_send(DataGroup::ownership, list)) {
    put_text(serials.board_serial, longest_text, [&](auto& t) { message.set_board_serial(t); });
    put_text(serials.asset_tag, longest_text, [&](auto& t) { message.set_asset_tag(t); });
  }
  for (const std::string& serial : serials.disk_serials) {
    put_text(serial, longest_text, [&](auto& t) { message.add_disk_serials(t); });
  }
  for (const std::string& serial : serials.battery_serials) {
    put_text(serial, longest_text, [&](auto& t) { message.add_battery_serials(t); });
  }
}

Provision provision_from(Reader& reader, const v1::Provision& message, const Field& field) {
  Provision provision;
  provision.locks = locks_from(message);
  const auto text = [&](const char* name, const std::string& value) {
    return reader.optional_text(field + name, value, longest_text);
  };
  provision.system.name = text(".os_name", message.os_name());
  provision.system.version = text(".os_version", message.os_version());
  provision.system.edition = text(".os_edition", message.os_edition());
  provision.tpm_version = text(".tpm_version", message.tpm_version());
  provision.secure_boot =
      known_code(reader, field + ".secure_boot", secure_boot_from(message.secure_boot()));
  if (message.has_panel()) {
    provision.panel = panel_from(reader, message.panel(), field + ".panel");
  }
  const auto number = [&](bool present, const char* name, std::int64_t value, std::int64_t most) {
    return present ? std::optional<std::int64_t>(reader.number(field + name, value, 0, most))
                   : std::nullopt;
  };
  MemorySlots& slots = provision.memory_slots;
  slots.total = number(message.has_memory_slots(), ".memory_slots", message.memory_slots(),
                       most_memory_slots);
  slots.used = number(message.has_memory_slots_used(), ".memory_slots_used",
                      message.memory_slots_used(), most_memory_slots);
  slots.largest_module_mib = number(message.has_largest_module_mib(), ".largest_module_mib",
                                    message.largest_module_mib(), largest_memory_mib);
  const int packs = reader.count(field + ".firmware_batteries", message.firmware_batteries_size(),
                                 most_firmware_batteries);
  for (int i = 0; i < packs && reader.fine(); ++i) {
    provision.firmware_batteries.push_back(firmware_battery_from(
        reader, message.firmware_batteries(i), at(field, ".firmware_batteries", i)));
  }
  if (message.has_processor() && reader.fine()) {
    provision.processor = processor_from(reader, message.processor(), field + ".processor");
  }
  const int drives = reader.count(field + ".drive_erase", message.drive_erase_size(), most_disks);
  for (int i = 0; i < drives && reader.fine(); ++i) {
    provision.drive_erase.push_back(
        drive_erase_from(reader, message.drive_erase(i), at(field, ".drive_erase", i)));
  }
  return provision;
}

Inventory inventory_from(Reader& reader, const v1::Inventory& message, const Field& field) {
  Inventory inventory;
  Identity& identity = inventory.identity;
  inventory.os = known_code(reader, field + ".os", os_from(message.os()));
  identity.manufacturer =
      reader.optional_text(field + ".manufacturer", message.manufacturer(), longest_text);
  identity.model = reader.optional_text(field + ".model", message.model(), longest_text);
  identity.sku = reader.optional_text(field + ".sku", message.sku(), longest_text);
  if (message.has_bios_day()) {
    identity.bios_date = UtcDay{
        std::chrono::days{reader.number(field + ".bios_day", message.bios_day(), 0, last_day)}};
  }
  identity.chassis = reader.optional_text(field + ".chassis", message.chassis(), longest_name);
  identity.cpu = reader.optional_text(field + ".cpu", message.cpu(), longest_text);
  if (message.has_memory_mib()) {
    identity.memory_mib =
        reader.number(field + ".memory_mib", message.memory_mib(), 0, largest_memory_mib);
  }
  const int batteries =
      reader.count(field + ".batteries", message.batteries_size(), most_batteries);
  for (int i = 0; i < batteries && reader.fine(); ++i) {
    inventory.batteries.push_back(
        battery_from(reader, message.batteries(i), at(field, ".batteries", i)));
  }
  const int disks = reader.count(field + ".disks", message.disks_size(), most_disks);
  for (int i = 0; i < disks && reader.fine(); ++i) {
    inventory.disks.push_back(disk_from(reader, message.disks(i), at(field, ".disks", i)));
  }
  inventory.simulated = message.simulated();
  if (message.has_provision() && reader.fine()) {
    inventory.provision = provision_from(reader, message.provision(), field + ".provision");
  }
  return inventory;
}

Serials serials_from(Reader& reader, const v1::Serials& message, const Field& field) {
  Serials serials;
  serials.system_serial =
      reader.optional_text(field + ".system_serial", message.system_serial(), longest_text);
  serials.system_uuid =
      reader.optional_text(field + ".system_uuid", message.system_uuid(), longest_text);
  serials.board_serial =
      reader.optional_text(field + ".board_serial", message.board_serial(), longest_text);
  serials.asset_tag = reader.optional_text(field + ".asset_tag", message.asset_tag(), longest_text);
  serials.disk_serials = serials_from(reader, message.disk_serials(), field + ".disk_serials");
  serials.battery_serials =
      serials_from(reader, message.battery_serials(), field + ".battery_serials");
  return serials;
}

}  // namespace wattlife::wire_parts
