// SPDX-License-Identifier: EUPL-1.2
// A client that sends any bytes over TLS and reads what comes back, for tests of the listener. It
// is slow, rude or silent when asked to; the real client is platform/http_client.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <string>
#include <string_view>

namespace wattlife::testing {

class TlsClient {
 public:
  struct Options {
    int lowest = TLS1_2_VERSION;
    int highest = TLS1_3_VERSION;
    const char* ciphers = nullptr;  // of TLS 1.2
    std::string authority_path;     // empty: the certificate is not verified
    std::string host = "localhost";
    std::string certificate_path;  // of the client; empty: it shows none
    std::string key_path;
  };

  TlsClient(std::uint16_t port, const Options& options) {
    connect_tcp(port);
    context_ = SSL_CTX_new(TLS_client_method());
    // The client may offer what the server must refuse.
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_min_proto_version(context_, options.lowest);
    SSL_CTX_set_max_proto_version(context_, options.highest);
    if (options.ciphers != nullptr) SSL_CTX_set_cipher_list(context_, options.ciphers);
    if (!options.authority_path.empty()) {
      SSL_CTX_load_verify_locations(context_, options.authority_path.c_str(), nullptr);
      SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    }
    if (!options.certificate_path.empty()) {
      SSL_CTX_use_certificate_file(context_, options.certificate_path.c_str(), SSL_FILETYPE_PEM);
      SSL_CTX_use_PrivateKey_file(context_, options.key_path.c_str(), SSL_FILETYPE_PEM);
    }
    ssl_ = SSL_new(context_);
    SSL_set1_host(ssl_, options.host.c_str());
    SSL_set_tlsext_host_name(ssl_, options.host.c_str());
    SSL_set_fd(ssl_, socket_);
    connected_ = socket_ >= 0 && SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    if (socket_ >= 0) ::close(socket_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool connected() const { return connected_; }
  std::string protocol() const { return SSL_get_version(ssl_); }
  bool session_can_be_resumed() const {
    const SSL_SESSION* session = SSL_get0_session(ssl_);
    return session != nullptr && SSL_SESSION_has_ticket(session) == 1;
  }
  bool renegotiates() { return SSL_renegotiate(ssl_) == 1 && SSL_do_handshake(ssl_) == 1; }

  bool send(std::string_view bytes) {
    return connected_ && !bytes.empty() &&
           SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) ==
               static_cast<int>(bytes.size());
  }

  // Says that nothing more will be sent, and still listens.
  void half_close() {
    SSL_shutdown(ssl_);
    ::shutdown(socket_, SHUT_WR);
  }
  // Bytes below TLS.
  bool send_raw(std::string_view bytes) {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }

  // Waits for a byte or the end; whether something came within the time.
  bool heard_within(int milliseconds) {
    pollfd waiting{socket_, POLLIN, 0};
    return ::poll(&waiting, 1, milliseconds) > 0;
  }

  // What comes until the other side closes, or `limit` bytes.
  std::string read_all(std::size_t limit = 1 << 20) {
    std::string all;
    char buffer[4096];
    while (connected_ && all.size() < limit) {
      const int count = SSL_read(ssl_, buffer, sizeof buffer);
      if (count <= 0) break;
      all.append(buffer, static_cast<std::size_t>(count));
    }
    return all;
  }
  // One answer with a Content-Length.
  std::string read_answer() {
    std::string all;
    char c = 0;
    while (all.find("\r\n\r\n") == std::string::npos && SSL_read(ssl_, &c, 1) == 1) all += c;
    const std::size_t at = all.find("Content-Length: ");
    std::size_t left = at == std::string::npos ? 0 : std::stoul(all.substr(at + 16));
    while (left > 0 && SSL_read(ssl_, &c, 1) == 1) {
      all += c;
      --left;
    }
    return all;
  }

 private:
  void connect_tcp(std::uint16_t port) {
    ::signal(SIGPIPE, SIG_IGN);  // a server that hangs up is an answer, not the end of the test
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{20, 0};  // a test fails; it never hangs
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const int at_once = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ::close(socket_);
      socket_ = -1;
    }
  }

  int socket_ = -1;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  bool connected_ = false;
};

}  // namespace wattlife::testing
