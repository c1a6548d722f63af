// SPDX-License-Identifier: EUPL-1.2
// How this system keeps a secret that a program must have again at its next start. What is sealed
// is put in a file of the program's own (outbox.db), which nobody else may read; on Windows and
// macOS that is not all: the bytes there are worth nothing to who copies the file.
//
//   Linux    the file's mode, 0600, and nothing else
//   Windows  DPAPI: only the same account on the same machine opens it
//   macOS    an item of the Keychain; the sealed bytes are its name
//
// The order of things makes every crash harmless: the new one is sealed, then the file refers to
// it, then the old one is forgotten. At each moment the file holds one that opens.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace wattlife {

struct SecretStore {
  std::string kind;  // "" (the file's mode alone), "dpapi", "keychain": kept beside what is sealed
  // Sealing can fail (absent: this system has no such place for this account; io); then the secret
  // is kept by the file's mode alone.
  std::function<Result<std::string>(std::string_view secret)> seal;
  // Denied or malformed: it will never open here (another account, another machine, changed
  // bytes). Busy or io: try again later.
  std::function<Result<std::string>(std::string_view sealed)> open;
  // What was sealed is not needed any more. What cannot be removed stays, sealed.
  std::function<void(std::string_view sealed)> forget;
};

// The store of this system. `purpose` is part of what is sealed: what was sealed for another one
// does not open.
SecretStore secret_store(std::string_view purpose);

// The file's mode alone, on every system.
inline SecretStore kept_by_file_mode() {
  const auto as_it_is = [](std::string_view text) -> Result<std::string> {
    return std::string(text);
  };
  return {"", as_it_is, as_it_is, [](std::string_view) {}};
}

// A secret that the service manager hands to this service alone: on Linux the file `name` in
// $CREDENTIALS_DIRECTORY (systemd, LoadCredential= and its kin), without the line end. Absent when
// it hands none, denied, malformed (empty, or longer than `limit`), io.
Result<std::string> service_credential(std::string_view name, std::size_t limit);

}  // namespace wattlife
