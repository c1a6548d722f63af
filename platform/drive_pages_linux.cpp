// SPDX-License-Identifier: EUPL-1.2
#include "platform/drive_pages_linux.h"

#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <scsi/sg.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>

#include "core/text.h"
#include "platform/descriptor_linux.h"

namespace wattlife {
namespace {

constexpr unsigned drive_time_limit_ms = 4000;

bool all_between(std::string_view text, char first, char last) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [&](char c) { return c >= first && c <= last; });
}

// The device file of a drive, opened so that nothing waits and nothing is followed.
Result<Descriptor> opened_device(const std::string& name, mode_t kind) {
  const std::string path = "dev/" + name;
  Descriptor file(open(("/" + path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  if (!file.is_open()) return system_error(path, errno);
  struct stat status = {};
  if (fstat(file.number(), &status) != 0) return system_error(path, errno);
  if ((status.st_mode & S_IFMT) != kind) return system_error(path, ENOENT);
  return file;
}

// --- NVMe ----------------------------------------------------------------------------------------

struct NvmePage {
  std::string_view name;
  std::uint8_t opcode;
  std::uint32_t namespace_id;
  std::uint32_t command_word_10;
  std::uint32_t bytes;
};

// Identify (06h) with CNS 01h; Get Log Page (02h), whose word 10 holds the number of dwords less
// one and the page.
constexpr NvmePage nvme_pages[] = {
    {"identify", 0x06, 0, 0x01, 4096},
    {"log/02", 0x02, 0xFFFFFFFF, ((512 / 4 - 1) << 16) | 0x02, 512},
};

// --- ATA -----------------------------------------------------------------------------------------

using SenseData = std::array<std::uint8_t, 32>;

std::string_view text_of(const SenseData& sense) {
  return {reinterpret_cast<const char*>(sense.data()), sense.size()};
}

// ATA PASS-THROUGH (16). Without `into` no data is transferred, and the drive's registers come back
// in the sense data.
int send_ata(int file, const AtaCommand& command, std::string* into, SenseData& sense) {
  constexpr std::uint8_t non_data = 3 << 1;
  constexpr std::uint8_t data_in = 4 << 1;
  constexpr std::uint8_t return_registers = 0x20;
  constexpr std::uint8_t from_device_in_sectors = 0x0E;  // length in the sector count
  const bool reads = into != nullptr;
  std::array<std::uint8_t, 16> block{};
  block[0] = 0x85;
  block[1] = static_cast<std::uint8_t>((reads ? data_in : non_data) | (command.extended ? 1 : 0));
  block[2] = reads ? from_device_in_sectors : return_registers;
  block[4] = command.feature;
  block[6] = reads ? 1 : 0;
  block[8] = command.lba_low;
  block[10] = command.lba_mid;
  block[12] = command.lba_high;
  block[14] = command.command;

  sg_io_hdr call = {};
  call.interface_id = 'S';
  call.dxfer_direction = reads ? SG_DXFER_FROM_DEV : SG_DXFER_NONE;
  call.cmd_len = block.size();
  call.cmdp = block.data();
  call.mx_sb_len = static_cast<std::uint8_t>(sense.size());
  call.sbp = sense.data();
  call.timeout = drive_time_limit_ms;
  if (reads) {
    call.dxfer_len = static_cast<unsigned>(into->size());
    call.dxferp = into->data();
  }
  if (ioctl(file, SG_IO, &call) < 0) return errno;
  if (reads && (call.status != 0 || call.host_status != 0 || call.driver_status != 0)) return EIO;
  return 0;
}

// Whether asking would spin the drive up. One that does not tell is taken to be awake: that is how
// drives without moving parts behave.
bool sleeps(int file) {
  SenseData sense{};
  if (send_ata(file, check_power_mode, nullptr, sense) != 0) return false;
  const auto registers = ata_registers_in(text_of(sense));
  return registers && is_asleep(*registers);
}

Result<std::string> smart_status(int file, const std::string& disk, const AtaCommand& command) {
  SenseData sense{};
  if (const int error = send_ata(file, command, nullptr, sense); error != 0) {
    return system_error("dev/" + disk, error);
  }
  Result<std::string> page = smart_status_page(ata_registers_in(text_of(sense)));
  if (!page) return Error{page.error().cause, "dev/" + disk + ": " + page.error().text};
  return page;
}

}  // namespace

bool is_nvme_controller(std::string_view name) {
  return name.substr(0, 4) == "nvme" &&
         all_between(name.substr(std::min<std::size_t>(4, name.size())), '0', '9');
}

bool is_scsi_disk(std::string_view name) {
  return name.substr(0, 2) == "sd" &&
         all_between(name.substr(std::min<std::size_t>(2, name.size())), 'a', 'z');
}

bool is_ata_vendor(std::string_view vendor) { return trimmed(vendor) == "ATA"; }

std::optional<AtaRegisters> ata_registers_in(std::string_view sense) {
  constexpr unsigned with_descriptors = 0x72;
  constexpr unsigned of_fixed_format = 0x70;
  constexpr std::uint8_t ata_status_return = 0x09;
  constexpr std::size_t descriptor = 8;
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(sense[i]); };
  if (sense.size() < descriptor + 14) return std::nullopt;
  const unsigned form = at(0) & 0x7FU;
  std::optional<AtaRegisters> registers;
  if (form == with_descriptors && at(descriptor) == ata_status_return) {
    registers = AtaRegisters{at(descriptor + 13), at(descriptor + 5), at(descriptor + 9),
                             at(descriptor + 11)};
  } else if (form == of_fixed_format) {
    registers = AtaRegisters{at(4), at(6), at(10), at(11)};
  }
  return registers && are_answer(*registers) ? registers : std::nullopt;
}

Result<std::string> nvme_page(const std::string& controller, std::string_view page) {
  const auto row = std::find_if(std::begin(nvme_pages), std::end(nvme_pages),
                                [&](const NvmePage& p) { return p.name == page; });
  if (row == std::end(nvme_pages)) return system_error("nvme/" + controller, ENOENT);
  const Result<Descriptor> file = opened_device(controller, S_IFCHR);
  if (!file) return file.error();

  std::string bytes(row->bytes, '\0');
  nvme_admin_cmd command = {};
  command.opcode = row->opcode;
  command.nsid = row->namespace_id;
  command.addr = reinterpret_cast<std::uintptr_t>(bytes.data());
  command.data_len = row->bytes;
  command.cdw10 = row->command_word_10;
  const int answer = ioctl(file->number(), NVME_IOCTL_ADMIN_CMD, &command);
  if (answer < 0) return system_error("dev/" + controller, errno);
  if (answer > 0) {
    return Error{Cause::io, "dev/" + controller + ": the drive refused, NVMe status " +
                                std::to_string(answer)};
  }
  return bytes;
}

Result<std::string> ata_page(const std::string& disk, std::string_view page) {
  const std::optional<AtaCommand> command = ata_command_of(page);
  if (!command) return system_error("ata/" + disk, ENOENT);
  const Result<Descriptor> file = opened_device(disk, S_IFBLK);
  if (!file) return file.error();
  if (sleeps(file->number())) {
    return Error{Cause::asleep, "dev/" + disk + ": the drive sleeps, and is not woken for this"};
  }
  if (!command->reads) return smart_status(file->number(), disk, *command);
  std::string bytes(ata_page_bytes, '\0');
  SenseData sense{};
  if (const int error = send_ata(file->number(), *command, &bytes, sense); error != 0) {
    return system_error("dev/" + disk, error);
  }
  return bytes;
}

}  // namespace wattlife
