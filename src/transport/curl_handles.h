// libcurl's easy handles, kept from one exchange to the next, because making one and setting its
// options costs as much as a tenth of an exchange. A handle is used again only for a request with
// the same network options, so that nothing which one tenant has set is in force for another, and
// only after an exchange that went well: then libcurl has nothing to remember of it. Owned by
// CurlTransport's loop; probe thread only. It runs nothing.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "model/exchange.h"
#include "transport/curl_route.h"

namespace reinfer::transport {

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

// Everything by which set_profile() sets options: two requests alike in this have the same ones.
struct CurlProfile {
  model::NetworkOptions network;
  model::ConnectionMode connection = model::ConnectionMode::fresh;
  ProxyUse proxy = ProxyUse::perhaps;
  std::string pinned_address;
  bool posts = false;
  bool own_store = false;
  bool operator==(const CurlProfile&) const = default;

  bool fits(const model::Request& request, const Route& route) const;
};

struct CurlHandle {
  std::unique_ptr<CURL, FreeEasy> easy;
  CurlProfile profile;
};

class CurlHandles {
 public:
  // More idle ones than these are freed, the oldest first.
  static constexpr std::size_t kIdleMax = 16;

  // libcurl keeps this pair with each connection, which may outlive its exchange but not the loop.
  CurlHandles(curl_closesocket_callback on_close, void* loop) : on_close_(on_close), loop_(loop) {}

  // A handle with the options of set_profile(). `ca_bundle` is used where the request names no CA
  // file.
  CurlHandle take(const model::Request& request, const Route& route, const std::string& ca_bundle);
  // The handle of an exchange that went well, in no loop any more.
  void give_back(CurlHandle handle);

 private:
  const curl_closesocket_callback on_close_;
  void* const loop_;
  std::vector<CurlHandle> idle_;  // the oldest first
};

}  // namespace reinfer::transport
