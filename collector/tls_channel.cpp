// SPDX-License-Identifier: EUPL-1.2
#include "collector/tls_channel.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "collector/tls_certificate.h"

namespace wattlife {

void TlsChannel::Release::operator()(SSL* connection) const { SSL_free(connection); }

TlsChannel::TlsChannel(const TlsContext& context, int socket)
    : connection_(SSL_new(context.native())) {
  if (connection_ && SSL_set_fd(connection_.get(), socket) != 1) connection_.reset();
  if (connection_) SSL_set_accept_state(connection_.get());
}

ChannelState TlsChannel::state_after(int outcome) {
  switch (SSL_get_error(connection_.get(), outcome)) {
    case SSL_ERROR_NONE:
      return ChannelState::done;
    case SSL_ERROR_WANT_READ:
      return ChannelState::wait_to_read;
    case SSL_ERROR_WANT_WRITE:
      return ChannelState::wait_to_write;
    case SSL_ERROR_ZERO_RETURN:
      return ChannelState::ended;
    default:
      ERR_clear_error();
      return ChannelState::failed;
  }
}

ChannelState TlsChannel::handshake() {
  if (!connection_) return ChannelState::failed;
  ERR_clear_error();
  return state_after(SSL_do_handshake(connection_.get()));
}

ChannelState TlsChannel::read(char* into, std::size_t most, std::size_t& count) {
  ERR_clear_error();
  count = 0;
  return state_after(SSL_read_ex(connection_.get(), into, most, &count));
}

ChannelState TlsChannel::write(std::string_view bytes, std::size_t& written) {
  ERR_clear_error();
  written = 0;
  return state_after(SSL_write_ex(connection_.get(), bytes.data(), bytes.size(), &written));
}

ChannelState TlsChannel::shut_down() {
  ERR_clear_error();
  const int outcome = SSL_shutdown(connection_.get());
  return outcome >= 0 ? ChannelState::done : state_after(outcome);
}

bool TlsChannel::has_pending() const { return SSL_has_pending(connection_.get()) == 1; }

std::optional<PeerCertificate> TlsChannel::peer() const {
  X509* shown = SSL_get0_peer_certificate(connection_.get());
  if (shown == nullptr) return std::nullopt;
  const long verified = SSL_get_verify_result(connection_.get());
  // One that cannot be read is that of nobody, and not none.
  auto facts = facts_of(shown, standing_from(static_cast<int>(verified)));
  return facts ? *std::move(facts) : PeerCertificate{};
}

}  // namespace wattlife
