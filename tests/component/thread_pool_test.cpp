// The pool that answers requests, with real threads.
#include "http/thread_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <latch>
#include <thread>

namespace reinfer::tests::thread_pool_test {
namespace {

std::ptrdiff_t threads_of_this_process() {
  namespace fs = std::filesystem;
  return std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator());
}

TEST_CASE("a pool that has had little to do has few threads") {
  const auto before = threads_of_this_process();
  std::atomic<int> done{0};
  http::ThreadPool pool;
  pool.start(16, "answers", 0);
  CHECK(threads_of_this_process() == before + 1);
  for (int i = 0; i < 16; ++i) {
    pool.post([&done] {
      ++done;
      done.notify_one();
    });
    done.wait(i);
  }
  // Whoever has just said that it is done need not be free yet when the next task comes.
  CHECK(threads_of_this_process() < before + 16);
}

TEST_CASE("as many tasks run at once as there may be threads, and no more") {
  std::latch all_run{4};  // three tasks and this test
  std::latch gone_on{1};
  std::atomic<int> ended{0};
  std::atomic<int> ended_before_the_fourth{0};
  {
    http::ThreadPool pool;
    pool.start(3, "answers", 0);
    for (int i = 0; i < 3; ++i)
      pool.post([&] {
        all_run.count_down();
        gone_on.wait();
        ++ended;
      });
    pool.post([&] {
      ended_before_the_fourth = ended.load();
      ended_before_the_fourth.notify_one();
    });
    all_run.arrive_and_wait();
    gone_on.count_down();
    ended_before_the_fourth.wait(0);
  }
  CHECK(ended_before_the_fourth >= 1);
}

TEST_CASE("a pool that rests begins nothing else meanwhile, and need not be waited for") {
  std::latch posted{1};
  std::latch ended{1};
  std::atomic<bool> second{false};
  http::ThreadPool pool;
  // Of a task of a microsecond, a quarter of an hour.
  pool.start(1, "answers", 0, 1'000'000'000);
  pool.post([&] {
    posted.wait();
    ended.count_down();
  });
  pool.post([&] { second = true; });
  posted.count_down();
  ended.wait();
  for (int i = 0; i < 10'000; ++i)
    std::this_thread::yield();
  pool.stop();
  CHECK_FALSE(second);
}

}  // namespace
}  // namespace reinfer::tests::thread_pool_test
