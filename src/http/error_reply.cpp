#include "http/error_reply.h"

#include <fmt/format.h>

#include "base/http_date.h"

namespace reinfer::http {
namespace {

std::string_view words_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 408:
      return "Request Timeout";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Refused";
  }
}

}  // namespace

std::string error_reply_text(int status, std::string_view words, base::WallTime now) {
  const std::string body =
      words.empty() ? fmt::format("{} {}\n", status, words_of(status)) : fmt::format("{}\n", words);
  const bool try_again = status == 429 || status == 503;
  return fmt::format(
      "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Length: {}\r\n{}X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n{}",
      status, words_of(status), base::format_http_date(now), body.size(),
      try_again ? "Retry-After: 1\r\n" : "", body);
}

}  // namespace reinfer::http
