// cpp-httplib's server as a function from the head of a request to the head of its reply, over
// memory instead of a socket. RequestHandler uses one adapter per worker thread. httplib reads the
// request line, the path, the query and the header fields, and writes status line, fields and short
// bodies; it opens no socket and starts no thread. This is the only place that uses its protected
// members, because it has no public function for it.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "http/message.h"

namespace reinfer::http {

// Answers the request that httplib has read: all of it but `body` and `client`.
class HttplibAnswerer {
 public:
  virtual HttpReply answer(const HttpRequest& request) = 0;
  // httplib refuses the request: `status` is 400, 414 or 500.
  virtual HttpReply refuse(int status) = 0;

 protected:
  ~HttplibAnswerer() = default;
};

struct WrittenReply {
  std::string bytes;
  bool closes = false;                 // the client asked for it, or httplib could not write
  std::unique_ptr<BodySource> source;  // HttpReply::source, of which nothing is written yet
};

class HttplibAdapter {
 public:
  // `idle_time`: announced to clients in Keep-Alive.
  explicit HttplibAdapter(base::Nanoseconds idle_time);
  ~HttplibAdapter();

  // Calls `answerer` before it returns. One thread at a time.
  // `head`: of a request that http/request_parser.h calls complete.
  WrittenReply process(const std::string& head, HttplibAnswerer& answerer);

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace reinfer::http
