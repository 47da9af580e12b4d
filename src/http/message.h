// A request to the exporter and its reply as plain values, and the table of routes between them.
// The server (http/server.h) turns bytes into these and back, a route answers one kind of request;
// neither knows the other. A route's answer runs on a thread of the HTTP pool, several at once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/network.h"

namespace reinfer::http {

struct HttpRequest {
  std::string method;
  std::string path;                               // decoded, without the query
  std::multimap<std::string, std::string> query;  // decoded
  std::vector<model::Header> headers;
  std::map<std::string, std::string> place;  // what stands at the {names} of the route's pattern
  std::string body;
  std::string client;  // address

  // The first header of that name, whatever its case.
  std::optional<std::string> header(std::string_view name) const;
  // All headers of that name as the one list that they are (RFC 9110 section 5.3).
  std::string headers_joined(std::string_view name) const;
  // The first value of that name in the query.
  std::optional<std::string> parameter(const std::string& name) const;
};

inline constexpr const char* kPlainText = "text/plain; charset=utf-8";

// A body that is made while it is sent, so that all of it is never there at once.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // The next piece, good until the call after; empty once that was all.
  virtual std::string_view next() = 0;
  // Nothing will follow.
  virtual bool done() const = 0;
};

struct HttpReply {
  int status = 200;
  std::string type = kPlainText;
  std::string body;
  std::vector<model::Header>
      headers;  // beside Content-Type, Content-Length and what every reply carries
  std::unique_ptr<BodySource> source = nullptr;  // instead of `body`
};

// Who may ask, once access control is configured.
enum class RouteAccess : std::uint8_t {
  open,   // everybody, always: a load balancer has no password
  users,  // whoever the web configuration lets in
};

struct Route {
  std::string method;
  // "/metrics", or with names for whole segments: "/api/v1/targets/{tenant}/{probe}". It is also
  // the label under which its requests are counted.
  std::string pattern;
  RouteAccess access = RouteAccess::users;
  std::function<HttpReply(const HttpRequest&)> answer;
};

using Routes = std::vector<Route>;

// What stands at the names of `pattern` if `path` has its form.
std::optional<std::map<std::string, std::string>> match_path(std::string_view pattern,
                                                             std::string_view path);

}  // namespace reinfer::http
