// TLS as a server: what a Certificate hands out, and the handshake of an accepted socket. Private to this room.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/certificate.h"
#include "net/socket.h"

namespace sluice::net {

class TlsServerContext {
 public:
  TlsServerContext() : ssl(asio::ssl::context::tls_server) {}
  asio::ssl::context ssl;
  std::string serial;
};

// Errors: net.*, net.tls (the client's side of it did not fit), net.plain_text (no TLS came at all; the socket is
// plain from then on, so that the client can be told).
Task<Status> tls_accept(std::shared_ptr<Socket> socket);

}  // namespace sluice::net
