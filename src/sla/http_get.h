// Asks an HTTP server for one document after the other, by libcurl: the adapter between the report
// and the network. Used by the command. One thread, which it blocks; nothing is redirected, and no
// proxy of the environment is used.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "sla/prometheus.h"

namespace reinfer::sla {

struct HttpServer {
  std::string url;                    // without a slash at its end; paths are put behind it
  std::vector<base::Secret> headers;  // "Name: value", as they are sent
  base::Secret user;                  // "name:password" for HTTP's Basic; empty: none
  std::string ca_file;                // PEM; "": the system's
  base::Nanoseconds timeout = std::chrono::seconds(30);  // of one answer
};

inline constexpr std::size_t kAnswerBytesMax = 512 * 1024 * 1024;

class HttpGetter {
 public:
  explicit HttpGetter(HttpServer server);
  ~HttpGetter();
  HttpGetter(const HttpGetter&) = delete;
  HttpGetter& operator=(const HttpGetter&) = delete;

  // What HttpGet promises.
  tl::expected<HttpAnswer, std::string> get(const std::string& path);

 private:
  class Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace reinfer::sla
