// SPDX-License-Identifier: EUPL-1.2
#include "collector/zstd_body.h"

#include <zstd.h>
#include <zstd_errors.h>

namespace wattlife {

Result<std::string> decompressed(std::string_view body, std::size_t most) {
  const Error too_large{Cause::denied, "larger than allowed when decompressed"};
  const unsigned long long announced = ZSTD_getFrameContentSize(body.data(), body.size());
  if (announced == ZSTD_CONTENTSIZE_ERROR) return Error{Cause::malformed, "not zstd"};
  if (announced != ZSTD_CONTENTSIZE_UNKNOWN && announced > most) return too_large;
  std::string plain(most, '\0');
  const std::size_t size = ZSTD_decompress(plain.data(), plain.size(), body.data(), body.size());
  if (ZSTD_isError(size) != 0) {
    if (ZSTD_getErrorCode(size) == ZSTD_error_dstSize_tooSmall) return too_large;
    return Error{Cause::malformed, std::string("zstd: ") + ZSTD_getErrorName(size)};
  }
  plain.resize(size);
  return plain;
}

}  // namespace wattlife
