// SPDX-License-Identifier: EUPL-1.2
#include "platform/descriptor_linux.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace wattlife {
namespace {

// The battery driver answers ENODEV, ENODATA and ENXIO for what the firmware does not know.
Cause cause_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ENODEV:
    case ENODATA:
    case ENXIO:
    case EOPNOTSUPP:
    case ENOTTY:
      return Cause::absent;
    case EACCES:
    case EPERM:
      return Cause::denied;
    case EAGAIN:
    case EBUSY:
    case EINTR:
    case ETIMEDOUT:
      return Cause::busy;
    default:
      return Cause::io;
  }
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

Error system_error(std::string_view path, int error) {
  return {cause_of(error), std::string(path) + ": " + std::strerror(error)};
}

}  // namespace wattlife
