// SPDX-License-Identifier: EUPL-1.2
// HTTP/1.1 over TLS 1.2 and 1.3 with a bound on everything that a stranger can make large or slow:
// header, body, number of connections, time of each phase. What a request means is none of its
// business: it calls one function, one request at a time, on the thread that runs it.
// The only body, http_server_beast.cpp, is the only file that includes Boost.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "collector/http.h"
#include "core/result.h"
#include "core/time.h"

namespace wattlife {

struct ServerOptions {
  std::string address = "127.0.0.1";  // a loopback address, until people can log in
  std::uint16_t port = 8443;          // 0: any free one
  std::string certificate_path;       // PEM, the server's own certificate first
  std::string key_path;               // PEM
  Headers common_headers;             // sent with every answer

  std::size_t header_bytes = std::size_t{16} * 1024;
  std::size_t body_bytes = std::size_t{64} * 1024;
  std::size_t connections = 512;
  Duration handshake_time = std::chrono::seconds(10);
  Duration header_time = std::chrono::seconds(10);
  Duration body_time = std::chrono::seconds(20);
  Duration write_time = std::chrono::seconds(20);
  Duration idle_time = std::chrono::seconds(15);
  Duration stop_time = std::chrono::seconds(5);  // for what is under way when asked to stop
  bool stop_on_signals = true;                   // SIGTERM and SIGINT
};

using Handle = std::function<Response(const Request&)>;

class HttpServer {
 public:
  // Binds and listens; nothing is accepted before run().
  // Errors: denied (an address that is not loopback, a key that cannot be read), busy (the port is
  // taken), malformed (no certificate), io.
  static Result<HttpServer> listen(const ServerOptions& options, Handle handle);

  std::uint16_t port() const;

  // Serves until stop() or a signal; then takes no new connections, ends the idle ones and waits a
  // moment for requests that are under way.
  Done run();
  // From any thread.
  void stop();

  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) = delete;
  ~HttpServer();

 private:
  struct Body;
  class Session;
  explicit HttpServer(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace wattlife
