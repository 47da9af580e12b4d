#include "api/envelope.h"

#include "api/documents.h"
#include "base/text.h"
#include "explain/json.h"

namespace reinfer::api {

std::string api_document(const std::string& data, const std::optional<std::string>& next) {
  return R"({"status":"ok","data":)" + data + R"(,"next":)" +
         explain::dumped(explain::or_null(next)) + "}\n";
}

std::string json_array(const std::vector<std::string>& items) {
  return "[" + base::join(items, ",") + "]";
}

std::string to_json(const ApiError& error) {
  return explain::dumped(explain::Json{
             {"status", "error"}, {"error", {{"code", error.code}, {"message", error.message}}}}) +
         "\n";
}

}  // namespace reinfer::api
