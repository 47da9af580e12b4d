// Asks an HTTP server for one document after the other, by cpp-httplib's client: the adapter
// between the report and the network. Used by the sla command. One thread, which it blocks; it
// follows no redirects and uses no proxy from the environment.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "sla/prometheus.h"

namespace reinfer::sla {

struct HttpServer {
  std::string url;                    // scheme, host, port, path prefix; no slash at its end
  std::vector<base::Secret> headers;  // "Name: value", as they are sent
  base::Secret user;                  // "name:password" for Basic authentication; empty: none
  std::string ca_file;                // PEM; "": the system's
  // Of one answer. httplib knows no deadline for a whole request, so it is checked with each piece
  // of the body: a server that sends its head byte by byte, or stops in mid-body, is given up after
  // at most twice that time since its last byte. Name resolution is not limited.
  base::Nanoseconds timeout = std::chrono::seconds(30);
};

inline constexpr std::size_t kAnswerBytesMax = 512 * 1024 * 1024;

class HttpGetter {
 public:
  // REQUIRES: `server.url` is an http or https URL.
  explicit HttpGetter(HttpServer server);
  ~HttpGetter();
  HttpGetter(const HttpGetter&) = delete;
  HttpGetter& operator=(const HttpGetter&) = delete;

  // As HttpGet promises; connections are kept for the next call.
  tl::expected<HttpAnswer, std::string> get(const std::string& path);

 private:
  class Client;
  std::unique_ptr<Client> client_;
};

}  // namespace reinfer::sla
