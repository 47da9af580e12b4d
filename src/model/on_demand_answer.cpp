#include "model/on_demand_answer.h"

#include "base/check.h"

namespace reinfer::model {

std::string_view describe(Refusal refusal) {
  switch (refusal) {
    case Refusal::throttled:
      return "the tenant asked us to stay away for a while (Retry-After)";
    case Refusal::credentials:
      return "the tenant's token is rejected or not there yet";
    case Refusal::budget:
      return "the tenant's requests of this minute or paid probes of this day are used up";
    case Refusal::limit:
      return "too many probes are under way";
    case Refusal::unknown_target:
      return "there is no such target";
    case Refusal::stopping:
      return "the exporter is stopping";
    case Refusal::given_up:
      return "the client has left";
  }
  base::check(false, "a refusal is one of those listed");
  return "";
}

}  // namespace reinfer::model
