#include "routes/page_reply.h"

#include "page/page.h"

namespace reinfer::routes {

http::HttpReply page_reply(std::string html) {
  return {200,
          "text/html; charset=utf-8",
          std::move(html),
          {{"Content-Security-Policy", page::kPagePolicy}, {"Referrer-Policy", "no-referrer"}}};
}

http::HttpReply not_found() {
  return {404, http::kPlainText, "not found\n", {}};
}

}  // namespace reinfer::routes
