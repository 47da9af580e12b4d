// TLS of the server: a context made from the web configuration, and one session for each
// connection, which never waits. The adapter to OpenSSL's server side. A context may be replaced
// while sessions of it live. Used by the connection loop's thread. It owns no socket.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/clock.h"
#include "http/web_config.h"

struct ssl_st;
struct ssl_ctx_st;

namespace reinfer::http {

// How an attempt to move bytes ended.
enum class Io : std::uint8_t { progress, wants_read, wants_write, closed, failed };

struct TlsContextDeleter {
  void operator()(ssl_ctx_st* context) const;
};

struct TlsContext {
  std::unique_ptr<ssl_ctx_st, TlsContextDeleter> context;
  std::vector<std::string> allowed_sans;  // empty: any
  std::optional<base::WallTime> expiry;   // of the server's own certificate
};

// Reads the files. A problem names the key and the fault of its file.
tl::expected<TlsContext, base::Problem> make_tls_context(const TlsSettings& settings,
                                                         const std::string& config_file);

struct TlsSessionDeleter {
  void operator()(ssl_st* session) const;
};

class TlsSession {
 public:
  // `socket`: connected and non-blocking, outlives the session.
  TlsSession(const TlsContext& context, int socket);

  // `progress`: done, and the client's certificate, if one is requested, is accepted.
  Io handshake();
  // Appends at most `bytes_max` bytes to `to`.
  Io read(std::string& to, std::size_t bytes_max);
  // Removes the sent bytes from the front of `from`; `progress`: all of it is sent.
  Io write(std::string_view& from);
  // Sends close_notify; does not wait for an answer.
  void say_goodbye();
  // Why the last operation failed, in OpenSSL's words.
  const std::string& failure() const { return failure_; }
  // Whether the client sent plain HTTP.
  bool was_plain_http() const { return plain_http_; }

 private:
  Io understand(int result);
  bool client_is_allowed() const;

  std::unique_ptr<ssl_st, TlsSessionDeleter> session_;
  std::vector<std::string> allowed_sans_;
  std::string failure_;
  bool plain_http_ = false;
};

}  // namespace reinfer::http
