// SPDX-License-Identifier: EUPL-1.2
// What a server process has to do with the system that started it: sockets that were opened for it,
// how many connections it may have, and saying how it goes (sd_listen_fds, sd_notify; both are a
// few variables of the environment).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wattlife {

// The first listening socket that the service manager handed over ($LISTEN_PID, $LISTEN_FDS); empty
// when this process was started in another way. Forgotten for programs that this one starts.
std::optional<int> inherited_socket();

// Allows as many open files, so connections, as the administrator lets this process have. How many.
std::int64_t raise_descriptor_limit();

// The file with the name of `path` that the service manager laid ready for this process alone
// (LoadCredential=, $CREDENTIALS_DIRECTORY); empty when there is none.
std::string credential_of(const std::string& path);

// "READY=1", "STOPPING=1" to $NOTIFY_SOCKET; nothing when nobody listens.
void notify_service_manager(std::string_view state);

}  // namespace wattlife
