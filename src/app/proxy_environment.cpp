#include "app/proxy_environment.h"

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <string_view>

#include "config/direct_host.h"

namespace reinfer::app {
namespace {

// The first of the variables that is set and not empty. Nothing in the process writes its
// environment.
std::string_view first_set(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

}  // namespace

std::vector<std::string> no_proxy_faults(const model::Plan& plan) {
  const auto& tenants = plan.tenants();
  const bool used = !plan.controls().empty() ||
                    std::any_of(tenants.begin(), tenants.end(), [](const model::Tenant& tenant) {
                      return tenant.network.proxy_url.empty() && tenant.network.no_proxy.empty();
                    });
  // As libcurl looks for them: http_proxy in small letters only, because a client of a web server
  // can set the other.
  const auto proxy =
      first_set({"https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY"});
  if (!used || proxy.empty()) return {};
  return config::direct_hosts_faults(first_set({"no_proxy", "NO_PROXY"}));
}

}  // namespace reinfer::app
