// SPDX-License-Identifier: EUPL-1.2
// One TLS connection, driven by OpenSSL on the socket itself: nothing here waits, and the caller
// waits until the socket is ready for what is wanted. So an idle connection needs no buffers of
// ours or of OpenSSL (asio::ssl::stream keeps four of 17 KB).
#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "collector/peer_certificate.h"
#include "collector/tls_context.h"

namespace wattlife {

enum class ChannelState {
  done,
  wait_to_read,
  wait_to_write,
  ended,   // the other side has closed
  failed,  // it broke the protocol, or the connection is gone
};

class TlsChannel {
 public:
  // `socket` does not block and stays the caller's; `context` must outlive this.
  TlsChannel(const TlsContext& context, int socket);

  ChannelState handshake();
  ChannelState read(char* into, std::size_t most, std::size_t& count);
  ChannelState write(std::string_view bytes, std::size_t& written);
  // Says goodbye; does not wait for the other side's.
  ChannelState shut_down();
  // Whether bytes are here already, for which the socket will not become readable again.
  bool has_pending() const;
  // What the client showed in the handshake.
  std::optional<PeerCertificate> peer() const;

 private:
  struct Release {
    void operator()(SSL* connection) const;
  };
  ChannelState state_after(int outcome);
  std::unique_ptr<SSL, Release> connection_;
};

}  // namespace wattlife
