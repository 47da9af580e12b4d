// libcurl's options for a request: those of its profile are set once for a handle (CurlHandles),
// the others before each exchange. CurlTransfer adds its callbacks; probe thread only. It starts
// nothing.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <string>

#include "base/check.h"
#include "base/clock.h"
#include "transport/curl_route.h"

namespace reinfer::transport {

// A list that libcurl reads while a transfer lasts. Wiped when it dies: one may hold the token.
class CurlList {
 public:
  CurlList() = default;
  ~CurlList();
  CurlList(const CurlList&) = delete;
  CurlList& operator=(const CurlList&) = delete;

  void add(const std::string& line);
  curl_slist* get() const { return first_; }

 private:
  curl_slist* first_ = nullptr;
};

template <typename Value>
void set_option(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  base::check(code == CURLE_OK || code == CURLE_OUT_OF_MEMORY, "libcurl knows the options we set");
}

// Method, certificates, protocol, connection reuse and proxy: what CurlProfile holds, and nothing
// else of the request. `ca_bundle` is used where the request names no CA file.
void set_profile(CURL* easy, const model::Request& request, const Route& route,
                 const std::string& ca_bundle);

// libcurl's own limit for a connection, which counts from the start of the transfer, until its
// first socket is opened. libcurl gives the first of several addresses half of the time left then,
// so this limit is chosen such that the next address has its turn before deadlines.connect is over.
// It is beyond deadlines.resolve. Pure. curl.se/libcurl/c/CURLOPT_CONNECTTIMEOUT_MS.html
base::Nanoseconds limit_until_first_socket(const model::Deadlines& deadlines);

// From then on our own deadlines count alone: they allow for our own delay, and libcurl's do not.
// Without a value libcurl has a limit of its own.
inline constexpr base::Nanoseconds kNoConnectLimit = std::chrono::hours(24);

void set_connect_limit(CURL* easy, base::Nanoseconds limit);

// URL, header lines, body and address. They refer to `request` and to the lists, which must outlive
// the exchange.
void set_message(CURL* easy, const model::Request& request, const Route& route,
                 CurlList& header_lines, CurlList& connect_to);

}  // namespace reinfer::transport
