// SPDX-License-Identifier: EUPL-1.2
// HTTP/1.1 over TLS 1.2 and 1.3, or plain behind a trusted proxy, with a bound on everything that a
// stranger can make large or slow: header, body, connections in all and of one address, the time of
// each phase. What a request means is none of its business: it hands each one over, with a ticket,
// and sends whatever answer comes for that ticket, at once or later, from any thread.
// The only body is http_server_beast.cpp; only it, its sessions and http_reader_beast.cpp include
// Boost.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collector/http.h"
#include "core/result.h"
#include "core/time.h"

namespace wattlife {

enum class Transport { tls, plain };

// What happened at the listener; written by it, read by anyone.
struct ListenerCounts {
  std::atomic<std::int64_t> open{0};          // connections now
  std::atomic<std::int64_t> accepted{0};      // connections in all
  std::atomic<std::int64_t> turned_away{0};   // over the share of one address, or no proxy of ours
  std::atomic<std::int64_t> tls_failures{0};  // handshakes that came to nothing
  std::atomic<std::int64_t> timed_out{0};     // too slow, in whatever phase
  std::atomic<std::int64_t> protocol_refusals{0};  // no HTTP, or larger than allowed
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // or "unix:/path"
  std::uint16_t port = 8443;          // 0: any free one
  bool loopback_only = true;          // until people can log in
  std::optional<int> inherited;       // a listening socket that the service manager opened
  bool reuse_port = false;            // a second process may listen too: restart without a gap

  Transport transport = Transport::tls;
  std::string certificate_path;        // PEM, the server's own certificate first
  std::string key_path;                // PEM
  std::string client_authority_path;   // PEM; empty: client certificates are not looked at
  std::string client_revocation_path;  // PEM; empty: none
  // Plain only. Not empty: nobody else may connect, and what these say in Client-Cert is believed;
  // "unix" is whoever may open our unix socket.
  std::vector<std::string> proxies;

  Headers common_headers;            // sent with every answer
  ListenerCounts* counts = nullptr;  // must outlive the server
  std::function<void()> on_stop;     // called once when it begins to stop

  std::size_t header_bytes = std::size_t{16} * 1024;
  std::size_t body_bytes = std::size_t{64} * 1024;
  std::size_t connections = 512;
  std::size_t connections_of_one_address = 512;
  Duration handshake_time = std::chrono::seconds(10);
  Duration header_time = std::chrono::seconds(10);
  Duration body_time = std::chrono::seconds(20);
  Duration write_time = std::chrono::seconds(20);
  Duration idle_time = std::chrono::seconds(15);
  Duration stop_time = std::chrono::seconds(5);  // for what is under way when asked to stop
  bool stop_on_signals = true;                   // SIGTERM and SIGINT
};

// An answer now, or none: then it comes through answer(). Called on the thread that runs.
using Deliver = std::function<std::optional<Response>(Ticket, Request&&)>;
using Handle = std::function<Response(const Request&)>;

class HttpServer {
 public:
  // Binds and listens; nothing is accepted before run().
  // Errors: denied (an address that is not loopback, a key that cannot be read), busy (the port is
  // taken), malformed (no certificate, no address), io.
  static Result<HttpServer> listen(const ServerOptions& options, Deliver deliver);
  // For handlers that are quick: each answers at once.
  static Result<HttpServer> listen(const ServerOptions& options, Handle handle);

  std::uint16_t port() const;                      // 0 of a unix socket
  std::optional<UtcTime> certificate_end() const;  // of our own certificate

  // Serves until stop() or a signal; then takes no new connections but those that wait already,
  // ends the idle ones and waits a moment for requests that are under way.
  Done run();
  // From any thread.
  void stop();
  void answer(std::vector<Answer> answers);

  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) = delete;
  ~HttpServer();

 private:
  struct Body;
  explicit HttpServer(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace wattlife
