#include <doctest/doctest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <iterator>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "base/duration.h"
#include "base/gzip.h"
#include "base/hash.h"
#include "base/inheriting_mutex.h"
#include "base/log.h"
#include "base/random.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/thread_name.h"
#include "base/thread_scheduling.h"

namespace reinfer::tests::base_test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("names are listed as one says them, and a crowd is counted") {
  CHECK(base::listed({}, 3).empty());
  CHECK(base::listed({"a"}, 3) == "a");
  CHECK(base::listed({"a", "b"}, 3) == "a and b");
  CHECK(base::listed({"a", "b", "c"}, 3) == "a, b and c");
  CHECK(base::listed({"a", "b", "c", "d", "e"}, 3) == "a, b, c and 2 others");
  CHECK(base::listed({"a", "b", "c", "d"}, 3) == "a, b, c and d");
}

TEST_CASE("durations are read in the forms people write") {
  struct Row {
    std::string_view text;
    base::Nanoseconds expected;
  };
  const Row rows[] = {{"1500ms", 1500ms}, {"30s", 30s}, {"1m30s", 90s},         {"2h", 2h},
                      {"1d", 24h},        {"0s", 0s},   {"1d2h3m", 26h + 3min}, {"250us", 250us}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(base::parse_duration(row.text) == row.expected);
  }
}

TEST_CASE("anything else is not a duration") {
  for (const std::string_view text :
       {"", "30", "s", "-1s", "1.5s", "30 s", " 30s", "30S", "1s1m", "1s1s", "1w", "999999999999d",
        "99999999999999999999s", "366d", "+1s"}) {
    CAPTURE(text);
    CHECK(base::parse_duration(text) == std::nullopt);
  }
}

TEST_CASE("a formatted duration reads back as itself") {
  for (const base::Nanoseconds d :
       {base::Nanoseconds(0s), base::Nanoseconds(1500ms), base::Nanoseconds(90s),
        base::Nanoseconds(26h + 3min), base::Nanoseconds(1us)}) {
    CHECK(base::parse_duration(base::format_duration(d)) == d);
  }
  CHECK(base::format_duration(90s) == "1m30s");
  CHECK(base::describe_duration(3h + 12min) == "3 h 12 min");
}

TEST_CASE("a described duration never rounds to what belongs to the next unit") {
  struct Row {
    base::Nanoseconds duration;
    const char* text;
  };
  for (const Row& row :
       {Row{0ns, "0 us"}, Row{1ns, "0.001 us"}, Row{12340ns, "12.3 us"}, Row{999499ns, "999 us"},
        Row{999500ns, "1 ms"}, Row{999999ns, "1 ms"}, Row{1ms, "1 ms"}, Row{12340us, "12.3 ms"},
        Row{999499us, "999 ms"}, Row{999500us, "1 s"}, Row{1s - 1ns, "1 s"}, Row{1s, "1 s"},
        Row{59949ms, "59.9 s"}, Row{59950ms, "1 min 0 s"}, Row{1min - 1ns, "1 min 0 s"},
        Row{1min, "1 min 0 s"}, Row{1h - 1ns, "59 min 59 s"}, Row{48h, "2 d 0 h"},
        Row{-999600us, "-1 s"}})
    CHECK(base::describe_duration(row.duration) == row.text);
}

TEST_CASE("seconds beyond any range are clamped, not undefined") {
  CHECK(base::from_seconds(1e300, 24h) == 24h);
  CHECK(base::from_seconds(-1e300, 24h) == -24h);
  CHECK(base::from_seconds(std::nan(""), 24h) == 24h);
  CHECK(base::from_seconds(0.0377, 24h) == 37700us);
}

TEST_CASE("dates beyond 64 bits of nanoseconds are clamped, not wrapped") {
  CHECK(base::from_unix_seconds(1800000000) == base::WallTime{1800000000s});
  CHECK(base::from_unix_seconds(253402300799) > base::WallTime{std::chrono::hours(24 * 365 * 250)});
  CHECK(base::from_unix_seconds(-253402300799) < base::WallTime{});
}

TEST_CASE("gzip goes to those who take it") {
  for (const std::string_view takes :
       {"gzip", "br, gzip", "GZIP;q=0.5, *;q=0", "deflate,gzip;q=1"}) {
    CAPTURE(takes);
    CHECK(base::accepts_gzip(takes));
  }
  for (const std::string_view not_this : {"", "br", "gzip;q=0", "gzip; q=0.000", "x-gzip", "*"}) {
    CAPTURE(not_this);
    CHECK_FALSE(base::accepts_gzip(not_this));
  }
  const std::string packed = base::gzip(std::string(3'000'000, 'a'), base::kGzipFast);
  CHECK(packed.size() < 100'000);
  CHECK(packed.substr(0, 2) == "\x1f\x8b");
}

TEST_CASE("the stable hash never changes between releases") {
  CHECK(base::stable_hash("acme/dataset") == base::stable_hash("acme/dataset"));
  CHECK(base::stable_hash("acme/dataset") != base::stable_hash("acme/datasets"));
  CHECK(base::stable_hash("") == 0xf52a15e9a9b5e89bULL);
}

TEST_CASE("a seeded random source repeats and its ids are version 4 UUIDs") {
  base::Random a(7);
  base::Random b(7);
  CHECK(a.next_uuid() == b.next_uuid());
  const std::string id = a.next_uuid();
  REQUIRE(id.size() == 36);
  CHECK(id[14] == '4');
  CHECK(std::string("89ab").find(id[19]) != std::string::npos);
  const double unit = a.next_unit();
  CHECK(unit >= 0.0);
  CHECK(unit < 1.0);
}

TEST_CASE("text of strangers is cleaned, cut, and never cut within a character") {
  CHECK(base::sanitise("plain", 100) == "plain");
  CHECK(base::sanitise("a\nb\tc\x1b[31m", 100) == "a b c [31m");
  CHECK(base::sanitise("\xc3\xa9t\xc3\xa9", 4) == "\xc3\xa9t");
  CHECK(base::sanitise("bad \xff byte", 100) == "bad ? byte");
  CHECK(base::sanitise("\xc2\x85next", 100) == " next");
  CHECK(base::sanitise("\xed\xa0\x80", 100) == "???");
  // A right-to-left override, an isolate, a zero-width space, a line separator, a tag, a BOM.
  CHECK(base::sanitise("a\xe2\x80\xae"
                       "b",
                       100) == "a\\u{202E}b");
  CHECK(base::sanitise("\xe2\x81\xa6", 100) == "\\u{2066}");
  CHECK(base::sanitise("\xe2\x80\x8b\xe2\x80\xa8", 100) == "\\u{200B}\\u{2028}");
  CHECK(base::sanitise("\xf3\xa0\x81\x81", 100) == "\\u{E0041}");
  CHECK(base::sanitise("\xef\xbb\xbf", 100) == "\\u{FEFF}");
  CHECK(base::sanitise("\xe2\x80\xae", 5).empty());
  CHECK(base::sanitise("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", 100) ==
        "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d");
}

TEST_CASE("one is one and all else is many") {
  CHECK(base::counted(0, "slot") == "0 slots");
  CHECK(base::counted(1, "slot") == "1 slot");
  CHECK(base::counted(2, "slot") == "2 slots");
}

TEST_CASE("path segments keep unreserved characters and the colon of an id") {
  CHECK(base::encode_path_segment("id:0123abcd") == "id:0123abcd");
  CHECK(base::encode_path_segment("a/b c%") == "a%2Fb%20c%25");
}

TEST_CASE("log lines quote what needs quoting and stay on one line") {
  CHECK(base::format_logfmt(base::LogLevel::info, "probe failed",
                            {{"tenant", "acme"}, {"text", "a \"b\"\nc"}}) ==
        "level=info event=\"probe failed\" tenant=acme text=\"a \\\"b\\\" c\"");
  CHECK(base::format_json(base::LogLevel::warn, "x", {{"n", 3}}) ==
        R"("level":"warn","event":"x","n":"3")");
}

TEST_CASE("a thread has the beginning of the name that it gives itself") {
  const auto named = [](std::string_view name) {
    std::array<char, 16> seen{};
    std::thread([&] {
      base::name_thread(name);
      pthread_getname_np(pthread_self(), seen.data(), seen.size());
    }).join();
    return std::string(seen.data());
  };
  CHECK(named("probe-1") == "probe-1");
  CHECK(named("sixteen-letters-") == "sixteen-letters");
}

TEST_CASE("a thread that asks for short slices keeps its policy and its niceness") {
  std::thread([] {
    const auto self = static_cast<id_t>(gettid());
    REQUIRE(setpriority(PRIO_PROCESS, self, 7) == 0);
    CHECK(base::ask_for_short_slices());
    CHECK(getpriority(PRIO_PROCESS, self) == 7);
    CHECK(sched_getscheduler(0) == SCHED_OTHER);
  }).join();
}

TEST_CASE("a thread that asks for real time gets it or stays as it was") {
  std::thread([] {
    const int refused = base::ask_for_realtime();
    CAPTURE(refused);
    CHECK(sched_getscheduler(0) == (refused == 0 ? SCHED_FIFO | SCHED_RESET_ON_FORK : SCHED_OTHER));
    CHECK((refused == 0 || refused == EPERM));
    std::thread([] { CHECK(sched_getscheduler(0) == SCHED_OTHER); }).join();
  }).join();
}

TEST_CASE("a thread of real time keeps it when it asks for short slices") {
  std::thread([] {
    if (base::ask_for_realtime() != 0) {
      MESSAGE("not looked at: real time is not allowed here");
      return;
    }
    base::ask_for_short_slices();
    CHECK(sched_getscheduler(0) == (SCHED_FIFO | SCHED_RESET_ON_FORK));
  }).join();
}

TEST_CASE("a mutex that inherits priority keeps others out like any other") {
  base::InheritingMutex mutex;
  int count = 0;
  const auto add = [&] {
    for (int i = 0; i < 10'000; ++i) {
      const base::InheritingLock lock(mutex);
      ++count;
    }
  };
  std::thread other(add);
  add();
  other.join();
  CHECK(count == 20'000);
}

// Of the calling thread, below 0 if it is one of real time: field 18 of proc(5)'s stat.
int priority_now() {
  std::ifstream file("/proc/thread-self/stat");
  const std::string stat{std::istreambuf_iterator<char>(file), {}};
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 18; ++field)
    fields >> skipped;
  int priority = 0;
  fields >> priority;
  return priority;
}

TEST_CASE("who holds a mutex that inherits priority has that of who waits for it") {
  base::InheritingMutex mutex;
  mutex.lock();
  CHECK(priority_now() >= 0);
  std::atomic<bool> refused{false};
  std::thread waiter([&] {
    refused = base::ask_for_realtime() != 0;
    const base::InheritingLock lock(mutex);
  });
  const base::MonoTime patience = base::mono_now() + std::chrono::seconds(10);
  while (!refused && priority_now() >= 0 && base::mono_now() < patience)
    std::this_thread::yield();
  if (refused)
    MESSAGE("not looked at: real time is not allowed here");
  else
    CHECK(priority_now() < 0);
  mutex.unlock();
  waiter.join();
  CHECK(priority_now() >= 0);
}

TEST_CASE("a moved-from secret holds nothing") {
  base::Secret a("token");
  const base::Secret b(std::move(a));
  CHECK(a.empty());  // NOLINT(bugprone-use-after-move): the point of the test
  CHECK(b.reveal() == "token");
}

}  // namespace
}  // namespace reinfer::tests::base_test
