#include <nlohmann/json.hpp>
#include <utility>

#include "api/documents.h"
#include "api/openapi_text.h"

namespace reinfer::api {

std::string openapi_document(const std::string& external_url, const std::string& prefix) {
  if (external_url.empty() && prefix.empty()) return std::string(openapi_text());
  auto document = nlohmann::ordered_json::parse(openapi_text());
  auto& servers = document["servers"];
  // A gateway may add a path of its own to that of the exporter.
  if (!prefix.empty()) servers[0]["url"] = prefix;
  if (!external_url.empty()) {
    nlohmann::ordered_json outside;
    outside["url"] = external_url;
    outside["description"] = "Under which people reach it.";
    servers.insert(servers.begin(), std::move(outside));
  }
  return document.dump(2) + "\n";
}

}  // namespace reinfer::api
