// The simulator's memory: tokens, faults chosen at run time, the scenario and its clock, dice, and
// what has been asked so far. The one shared mutable object; every connection thread and the test
// that drives the simulator use it, under its single mutex. It makes no replies.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/random.h"
#include "simulator/certificates.h"
#include "simulator/fault.h"
#include "simulator/place.h"
#include "simulator/scenario.h"
#include "simulator/simulated_api.h"
#include "simulator/simulator_options.h"

namespace reinfer::simulator {

struct RequestSeen {
  std::string method;
  std::string path;
  std::string request_id;
  std::string user_agent;
  Authorization authorization = Authorization::missing;
  int status = 0;  // 0 if no status line was to be sent
};

// Requests to the simulator's own control are in none of these.
struct RequestsSeen {
  std::uint64_t requests = 0;
  std::uint64_t connections = 0;                // accepted
  std::uint64_t connections_with_requests = 0;  // of these, how many asked the platform something
  std::map<std::string, std::map<int, std::uint64_t>> by_path;  // path -> status -> count
  std::deque<RequestSeen> last;                                 // oldest first, at most 100
};

// A fault in force for one request, with the input of its action.
struct ChosenFault {
  Fault fault;
  double dice = 0;
  std::uint64_t turn = 0;
  base::Nanoseconds age{};
};

// The fault in force for a new connection to the main TLS port.
enum class Presentation : std::uint8_t { valid, expired, wrong_name, silence };

class World {
 public:
  // The scenario's clock starts here.
  World(const Options& options, Scenario scenario, const base::Clock& clock);

  const Options& options() const { return options_; }
  base::Instant now() const { return clock_.now(); }

  Authorization judge(std::string_view tenant, std::string_view authorization_header);
  std::string issue_token(base::Nanoseconds lifetime);
  void set_token(std::string token);

  // "ok" removes the fault of that tenant pattern.
  void set_fault(std::string tenant, const Fault& fault);
  // In this order: the fault named in the path, one set at run time (for this tenant, then for
  // all), the scenario's.
  std::optional<ChosenFault> choose_fault(const Place& place, std::string_view route);

  void set_certificate(CertificateName name);
  Presentation presentation();

  Marks draw_marks();

  void count_connection();
  void count_first_request();
  void count_request(RequestSeen seen);
  RequestsSeen requests_seen() const;
  void reset();
  // False if `patience` ran out first.
  bool wait_for_requests(std::uint64_t at_least, base::Nanoseconds patience);

 private:
  struct Course {
    base::MonoTime first;
    std::uint64_t turns = 0;
  };

  const Fault* fault_set_for(const Place& place, FaultScope scope) const REINFER_REQUIRES(mutex_);
  std::optional<Fault> find_fault(const Place& place, std::string_view route)
      REINFER_REQUIRES(mutex_);
  const Fault* scenario_fault(const Place& place, std::string_view route, FaultScope scope)
      REINFER_REQUIRES(mutex_);

  // Constant after construction.
  const Options options_;
  const Scenario scenario_;
  const base::Clock& clock_;
  const base::MonoTime started_;

  mutable base::Mutex mutex_;
  base::Condition counted_;
  base::Random random_ REINFER_GUARDED_BY(mutex_);
  std::string token_ REINFER_GUARDED_BY(mutex_);
  std::map<std::string, base::MonoTime> issued_
      REINFER_GUARDED_BY(mutex_);  // OAuth token -> expiry
  std::map<std::pair<std::string, FaultScope>, Fault> set_faults_ REINFER_GUARDED_BY(mutex_);
  std::vector<std::uint64_t> acted_
      REINFER_GUARDED_BY(mutex_);  // how often each step of the scenario did
  std::map<std::string, Course> courses_
      REINFER_GUARDED_BY(mutex_);  // tenant and mode -> since when
  CertificateName certificate_ REINFER_GUARDED_BY(mutex_) = CertificateName::valid;
  RequestsSeen seen_ REINFER_GUARDED_BY(mutex_);
};

}  // namespace reinfer::simulator
