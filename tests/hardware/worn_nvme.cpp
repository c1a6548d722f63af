// SPDX-License-Identifier: EUPL-1.2
// An NVMe drive whose wear a test chooses: the emulator's own is always new. A character device in
// user space (CUSE) that answers Identify Controller and the health log.
//   worn_nvme NAME WARNING USED SPARE HOURS MEDIA_ERRORS      makes /dev/NAME, in the foreground
#define FUSE_USE_VERSION 31
#include <cuse_lowlevel.h>
#include <linux/nvme_ioctl.h>
#include <sys/ioctl.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include "core/text.h"

namespace {

struct Wear {
  std::uint8_t warning = 0;
  std::uint8_t used = 0;
  std::uint8_t spare = 100;
  std::uint64_t hours = 0;
  std::uint64_t media_errors = 0;
};
Wear wear;

using Page = std::array<std::uint8_t, 4096>;

void put(Page& page, std::size_t at, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i)
    page[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

void put_text(Page& page, std::size_t at, std::size_t length, const char* text) {
  std::memset(&page[at], ' ', length);
  std::memcpy(&page[at], text, std::strlen(text));
}

// Offsets: NVM Express base specification, SMART / Health Information, Identify Controller.
Page health() {
  Page page{};
  page[0] = wear.warning;
  put(page, 1, 273 + 41, 2);
  page[3] = wear.spare;
  page[4] = 10;
  page[5] = wear.used;
  put(page, 32, 40'000'000, 8);
  put(page, 48, 90'000'000, 8);
  put(page, 112, 2100, 8);
  put(page, 128, wear.hours, 8);
  put(page, 144, 31, 8);
  put(page, 160, wear.media_errors, 8);
  return page;
}

Page identity() {
  Page page{};
  put_text(page, 4, 20, "WLNVME0001");
  put_text(page, 24, 40, "WATTLIFE WORN 512GB");
  put_text(page, 64, 8, "1.0");
  put(page, 280, 512'110'190'592ULL, 8);
  return page;
}

void open_device(fuse_req_t request, fuse_file_info* file) { fuse_reply_open(request, file); }

// The kernel first asks which memory of the caller this call needs: the command, then its buffer.
void answer(fuse_req_t request, int number, void* argument, fuse_file_info*, unsigned flags,
            const void* in, std::size_t in_bytes, std::size_t out_bytes) {
  if ((flags & FUSE_IOCTL_COMPAT) != 0) return void(fuse_reply_err(request, ENOSYS));
  if (static_cast<unsigned>(number) != NVME_IOCTL_ADMIN_CMD) {
    return void(fuse_reply_err(request, ENOTTY));
  }
  iovec command_memory{argument, sizeof(nvme_admin_cmd)};
  if (in_bytes < sizeof(nvme_admin_cmd)) {
    return void(fuse_reply_ioctl_retry(request, &command_memory, 1, nullptr, 0));
  }
  nvme_admin_cmd command;
  std::memcpy(&command, in, sizeof command);
  if (command.data_len > sizeof(Page)) return void(fuse_reply_err(request, EINVAL));
  iovec out[2] = {command_memory, {reinterpret_cast<void*>(command.addr), command.data_len}};
  if (out_bytes == 0) {
    return void(fuse_reply_ioctl_retry(request, &command_memory, 1, out, 2));
  }
  Page page{};
  if (command.opcode == 0x02 && (command.cdw10 & 0xFF) == 0x02) {
    page = health();
  } else if (command.opcode == 0x06) {
    page = identity();
  } else {
    return void(fuse_reply_err(request, EINVAL));
  }
  command.result = 0;
  iovec reply[2] = {{&command, sizeof command}, {page.data(), command.data_len}};
  fuse_reply_ioctl_iov(request, 0, reply, 2);
}

}  // namespace

int main(int count, char** words) {
  if (count != 7) return 64;
  std::array<std::uint64_t, 5> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto number = wattlife::integer_from(words[2 + i]);
    if (!number || *number < 0) return 64;
    numbers[i] = static_cast<std::uint64_t>(*number);
  }
  wear = {static_cast<std::uint8_t>(numbers[0]), static_cast<std::uint8_t>(numbers[1]),
          static_cast<std::uint8_t>(numbers[2]), numbers[3], numbers[4]};
  const std::string name = std::string("DEVNAME=") + words[1];
  const char* device[] = {name.c_str()};
  cuse_info info = {};
  info.dev_info_argc = 1;
  info.dev_info_argv = device;
  info.flags = CUSE_UNRESTRICTED_IOCTL;
  cuse_lowlevel_ops operations = {};
  operations.open = open_device;
  operations.ioctl = answer;
  char foreground[] = "-f";
  char* options[] = {words[0], foreground, nullptr};
  return cuse_lowlevel_main(2, options, &info, &operations, nullptr);
}
