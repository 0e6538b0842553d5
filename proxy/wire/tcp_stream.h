#pragma once
/// A Stream over a plain TCP connection.

#include <memory>

#include <boost/asio/ip/tcp.hpp>

#include "proxy/wire/stream.h"

namespace pullgate::proxy {

/// Takes over a connected socket, whose executor must run its handlers one at a time.
std::unique_ptr<Stream> make_tcp_stream(boost::asio::ip::tcp::socket socket);

}  // namespace pullgate::proxy
