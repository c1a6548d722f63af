// SPDX-License-Identifier: EUPL-1.2
#include "tests/tls_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace wattlife {
namespace {

template <class T, void (*free_it)(T*)>
struct Freed {
  void operator()(T* thing) const { free_it(thing); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  ASSERT_NE(extension, nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate certificate(const std::string& name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key,
                        int from_days, int until_days) {
  Certificate made(X509_new());
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), issuer == nullptr ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), from_days * 86'400L);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), until_days * 86'400L);
  X509_NAME* subject = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(made.get(), issuer == nullptr ? subject : X509_get_subject_name(issuer));
  X509_set_pubkey(made.get(), key);
  if (issuer == nullptr) {
    add_extension(made.get(), made.get(), NID_basic_constraints, "critical,CA:TRUE");
  } else {
    add_extension(made.get(), issuer, NID_subject_alt_name, ("DNS:" + name).c_str());
  }
  X509_sign(made.get(), issuer_key, EVP_sha256());
  return made;
}

// What a client showed, as a header.
std::string seen_certificate(SSL* ssl) {
  const Certificate shown(SSL_get1_peer_certificate(ssl));
  if (!shown) return "Seen-Certificate: none\r\n";
  char name[200] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(shown.get()), NID_commonName, name, sizeof name);
  return "Seen-Certificate: " + std::string(name) + ", " +
         X509_verify_cert_error_string(SSL_get_verify_result(ssl)) + "\r\n";
}

// OpenSSL's verdict is kept, and nothing is refused.
int take_every_certificate(int, X509_STORE_CTX*) { return 1; }

}  // namespace

struct TlsServer::Context {
  std::unique_ptr<SSL_CTX, Freed<SSL_CTX, SSL_CTX_free>> ssl;
};

TlsServer::TlsServer(Answer answer, const ServerCertificate& made_out, bool most_tls_1_1)
    : answer_(std::move(answer)),
      authority_path_(folder_ / "ca.pem"),
      asks_for_certificate_(!made_out.clients_of.empty()),
      context_(std::make_unique<Context>()) {
  const Key authority_key(EVP_EC_gen("P-256"));
  const Key key(EVP_EC_gen("P-256"));
  const Certificate authority = certificate("Authority of a test", authority_key.get(), nullptr,
                                            authority_key.get(), -400, 400);
  const Certificate own =
      certificate(made_out.host, key.get(), authority.get(), authority_key.get(),
                  made_out.valid_from_days, made_out.valid_until_days);
  if (FILE* file = std::fopen(authority_path_.c_str(), "wb")) {
    PEM_write_X509(file, authority.get());
    std::fclose(file);
  }
  std::signal(SIGPIPE, SIG_IGN);  // a client that hangs up is part of the game
  context_->ssl.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* ssl = context_->ssl.get();
  SSL_CTX_use_certificate(ssl, own.get());
  SSL_CTX_use_PrivateKey(ssl, key.get());
  if (asks_for_certificate_) {
    SSL_CTX_load_verify_locations(ssl, made_out.clients_of.c_str(), nullptr);
    SSL_CTX_set_client_CA_list(ssl, SSL_load_client_CA_file(made_out.clients_of.c_str()));
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, take_every_certificate);
    if (made_out.refuses_clients) {
      SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
  }
  if (most_tls_1_1) {
    SSL_CTX_set_min_proto_version(ssl, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(ssl, TLS1_1_VERSION);
    SSL_CTX_set_security_level(ssl, 0);
  }
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::listen(listener_, 8) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    ADD_FAILURE() << "no port on loopback";
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

TlsServer::~TlsServer() {
  ending_ = true;
  thread_.join();
  ::close(listener_);
}

std::string TlsServer::url(const std::string& path) const {
  return "https://localhost:" + std::to_string(port_) + path;
}

void TlsServer::serve() {
  while (!ending_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, 20) <= 0) continue;
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) continue;
    ++connections_;
    serve_one(connection);
    ::close(connection);
  }
}

void TlsServer::serve_one(int connection) {
  const timeval patience{5, 0};
  ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const std::unique_ptr<SSL, Freed<SSL, SSL_free>> ssl(SSL_new(context_->ssl.get()));
  SSL_set_fd(ssl.get(), connection);
  if (SSL_accept(ssl.get()) != 1) {
    // To close while something was not read would reset the connection, and take our alert away.
    ::shutdown(connection, SHUT_WR);
    char rest[256];
    while (::recv(connection, rest, sizeof rest, 0) > 0) {
    }
    return;
  }
  std::string request;
  char part[4096];
  for (;;) {
    const int got = SSL_read(ssl.get(), part, sizeof part);
    if (got <= 0) return;
    request.append(part, static_cast<std::size_t>(got));
    const std::size_t header_end = request.find("\r\n\r\n");
    if (header_end == std::string::npos) continue;
    const std::size_t length_at = request.find("Content-Length: ");
    const std::size_t length =
        length_at < header_end ? std::strtoul(request.c_str() + length_at + 16, nullptr, 10) : 0;
    if (request.size() >= header_end + 4 + length) break;
  }
  if (asks_for_certificate_) {
    request.insert(request.find("\r\n") + 2, seen_certificate(ssl.get()));
  }
  const std::string answer = answer_(request);
  if (!answer.empty()) SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
  SSL_shutdown(ssl.get());
}

std::string http_answer(int status, const std::string& content_type, const std::string& body,
                        const std::string& more_headers) {
  return "HTTP/1.1 " + std::to_string(status) + " Some reason\r\n" +
         (content_type.empty() ? "" : "Content-Type: " + content_type + "\r\n") + more_headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

std::string body_of(const std::string& request) {
  const std::size_t end = request.find("\r\n\r\n");
  return end == std::string::npos ? "" : request.substr(end + 4);
}

}  // namespace wattlife
