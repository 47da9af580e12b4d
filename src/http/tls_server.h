// TLS as the server speaks it: a context made of the web configuration, and one session for each
// connection, which never waits. The adapter to OpenSSL's server side. A context may be replaced
// while sessions of it live. Used by the connection loop's thread.
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

// Reads the files. A problem names the key and says what is the matter with what it points to.
tl::expected<TlsContext, base::Problem> make_tls_context(const TlsSettings& settings,
                                                         const std::string& config_file);

struct TlsSessionDeleter {
  void operator()(ssl_st* session) const;
};

class TlsSession {
 public:
  // `socket`: connected and non-blocking, outlives the session.
  TlsSession(const TlsContext& context, int socket);

  // `progress`: done, and the client's certificate, if one is asked for, is as it must be.
  Io handshake();
  // At most `bytes_max` are appended to `to`.
  Io read(std::string& to, std::size_t bytes_max);
  // `from` is cut at the front by what was sent; `progress`: all of it.
  Io write(std::string_view& from);
  // Says that nothing more will come; does not wait for an answer.
  void say_goodbye();
  // Why the last operation failed, in OpenSSL's words.
  const std::string& failure() const { return failure_; }
  // Whether the client spoke plain HTTP.
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
