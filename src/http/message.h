// A request to the exporter and its reply as plain values, and the table of routes between them.
// The server (http/server.h) turns bytes into requests and replies into bytes; a route answers one
// kind of request. Neither knows the other. Answers of routes run on the worker threads, several at
// once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
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
  std::map<std::string, std::string> place;  // path segments by the {names} of the route's pattern
  std::string body;
  std::string client;                // address
  std::string version = "HTTP/1.1";  // or "HTTP/1.0"
  std::stop_token left;              // is asked to stop when the client has left

  // The first header of that name, whatever its case.
  std::optional<std::string> header(std::string_view name) const;
  // All headers of that name as the one list that they form (RFC 9110 section 5.3).
  std::string headers_joined(std::string_view name) const;
  // The first value of that name in the query.
  std::optional<std::string> parameter(const std::string& name) const;
};

inline constexpr const char* kPlainText = "text/plain; charset=utf-8";

// A body that is made while it is sent, so that all of it is never in memory at once.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // The next piece, valid until the next call; empty once the body has ended.
  virtual std::string_view next() = 0;
  // The body has ended.
  virtual bool done() const = 0;
};

struct HttpReply {
  int status = 200;
  std::string type = kPlainText;
  std::string body;
  // Besides Content-Type, the fields that frame the body, and those of every reply.
  std::vector<model::Header> headers;
  std::unique_ptr<BodySource> source = nullptr;  // instead of `body`
  // Each piece of the source is sent before the next is asked for, and packed as small as a body
  // that is whole: for pages, whose head names what else the browser has to fetch.
  bool piece_by_piece = false;
};

// The clients that a route answers, once access control is configured.
enum class RouteAccess : std::uint8_t {
  open,   // everybody, always: a load balancer has no password
  users,  // clients that the web configuration lets in
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

// The segments of `path` at the names of `pattern`, if it has the pattern's form.
std::optional<std::map<std::string, std::string>> match_path(std::string_view pattern,
                                                             std::string_view path);

}  // namespace reinfer::http
