// libcurl's options for a request, set once before it runs. CurlTransfer uses them and adds its
// callbacks; probe thread only. It starts nothing.
#pragma once

#include <curl/curl.h>

#include <string>

#include "base/check.h"
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

// The three below refer to `request` and to the lists, which must outlive the transfer.

// Method, URL, header lines and body.
void set_message(CURL* easy, const model::Request& request, CurlList& header_lines);

// Certificates, protocol, connection reuse. `ca_bundle` is used where the request names no CA file.
void set_connection(CURL* easy, const model::Request& request, const std::string& ca_bundle);

// Proxy and address.
void set_route(CURL* easy, const model::Request& request, const Route& route, CurlList& connect_to);

}  // namespace reinfer::transport
