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

bool wants_page(const http::HttpRequest& request) {
  return request.header("Accept").value_or("").find("text/html") != std::string::npos;
}

http::HttpReply dead_end_reply(int status, const http::HttpRequest& request,
                               const record::Snapshot& snapshot, const page::DeadEnd& end,
                               const page::PageContext& context) {
  if (wants_page(request)) {
    http::HttpReply reply = page_reply(page::render_dead_end(snapshot, end, context));
    reply.status = status;
    return reply;
  }
  std::string text = end.words + "\n";
  for (const page::WayOut& way : end.near)
    text += "did you mean " + way.words + "\n";
  return {status, http::kPlainText, std::move(text), {}};
}

http::HttpReply unavailable() {
  return {503, http::kPlainText, "the history cannot be read now, the log says why\n", {}};
}

}  // namespace reinfer::routes
