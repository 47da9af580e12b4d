#include "api/envelope.h"

#include "api/documents.h"
#include "base/text.h"
#include "explain/json.h"

namespace reinfer {

std::string api_document(const std::string& data, const std::optional<std::string>& next) {
  return R"({"status":"ok","data":)" + data + R"(,"next":)" + dumped(or_null(next)) + "}\n";
}

std::string json_array(const std::vector<std::string>& items) {
  return "[" + join(items, ",") + "]";
}

std::string to_json(const ApiError& error) {
  return dumped(Json{{"status", "error"},
                     {"error", {{"code", error.code}, {"message", error.message}}}}) +
         "\n";
}

}  // namespace reinfer
