// SPDX-License-Identifier: EUPL-1.2
#include <cstdlib>

#include "core/text.h"
#include "platform/process.h"
#include "platform/secret_store.h"

namespace wattlife {

SecretStore secret_store(std::string_view) { return kept_by_file_mode(); }

Result<std::string> service_credential(std::string_view name, std::size_t limit) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr || *folder != '/') {
    return Error{Cause::absent, "the service manager hands over no secrets"};
  }
  const std::string path = std::string(folder) + "/" + std::string(name);
  // With room for the line end that an editor leaves.
  const Result<std::string> bytes = read_file(path, limit + 2);
  if (!bytes) return bytes.error();
  const std::string text(trimmed(*bytes));
  if (text.empty()) return Error{Cause::malformed, path + ": is empty"};
  if (text.size() > limit) {
    return Error{Cause::malformed, path + ": is longer than " + std::to_string(limit) + " bytes"};
  }
  return text;
}

}  // namespace wattlife
