#include "transport/curl_handles.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "transport/curl_options.h"

namespace reinfer::transport {

bool CurlProfile::fits(const model::Request& request, const Route& route) const {
  return posts == (request.method == "POST") && connection == request.connection &&
         proxy == route.proxy && own_store == route.own_store &&
         pinned_address == route.pinned_address && network == request.network;
}

CurlHandle CurlHandles::take(const model::Request& request, const Route& route,
                             const std::string& ca_bundle) {
  // The newest is the likeliest one to be in the processor's cache.
  const auto found = std::find_if(idle_.rbegin(), idle_.rend(), [&](const CurlHandle& handle) {
    return handle.profile.fits(request, route);
  });
  if (found != idle_.rend()) {
    CurlHandle handle = std::move(*found);
    idle_.erase(std::next(found).base());
    return handle;
  }
  CurlHandle handle{std::unique_ptr<CURL, FreeEasy>(curl_easy_init()),
                    {request.network, request.connection, route.proxy, route.pinned_address,
                     request.method == "POST", route.own_store}};
  base::check(handle.easy != nullptr, "libcurl has memory for a handle");
  set_option(handle.easy.get(), CURLOPT_CLOSESOCKETFUNCTION, on_close_);
  set_option(handle.easy.get(), CURLOPT_CLOSESOCKETDATA, loop_);
  set_profile(handle.easy.get(), request, route, ca_bundle);
  return handle;
}

void CurlHandles::give_back(CurlHandle handle) {
  // They point to what belongs to the exchange, which is gone.
  set_option(handle.easy.get(), CURLOPT_ERRORBUFFER, nullptr);
  set_option(handle.easy.get(), CURLOPT_HTTPHEADER, nullptr);
  set_option(handle.easy.get(), CURLOPT_CONNECT_TO, nullptr);
  if (handle.profile.posts) set_option(handle.easy.get(), CURLOPT_POSTFIELDS, nullptr);
  if (idle_.size() == kIdleMax) idle_.erase(idle_.begin());
  idle_.push_back(std::move(handle));
}

}  // namespace reinfer::transport
