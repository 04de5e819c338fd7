// TLS as a client: certificate checks, and sessions to resume. Private to this room.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/socket.h"

namespace sluice::net {

// One per CA file, shared by all loops of the process: reading the system's bundle takes tens of milliseconds.
class TlsContext;
Result<std::shared_ptr<TlsContext>> tls_context(const std::string& ca_file);
// Puts TLS on a connected socket. The certificate must be valid for `host`.
Task<Status> tls_handshake(std::shared_ptr<Socket> socket, std::shared_ptr<TlsContext> context, std::string host,
                           std::uint16_t port);

}  // namespace sluice::net
