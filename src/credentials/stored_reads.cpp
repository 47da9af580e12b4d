#include "credentials/stored_reads.h"

#include <algorithm>
#include <utility>

#include "base/thread_name.h"

namespace reinfer::credentials {
namespace {

using namespace std::chrono_literals;

// A source in use is asked for at least once an interval of its tenant, at most a day.
constexpr base::Nanoseconds kUnusedMax = 25h;

bool is_file(const model::SecretSource& source) {
  return source.kind == model::SecretSource::Kind::file;
}

// Of the plan's tokens and client secrets.
std::vector<model::SecretSource> stored_files(const model::Plan& plan) {
  std::vector<model::SecretSource> files;
  for (const model::Tenant& tenant : plan.tenants()) {
    if (tenant.token.kind == model::TokenSource::Kind::file)
      files.push_back({model::SecretSource::Kind::file, tenant.token.name});
    if (tenant.token.kind == model::TokenSource::Kind::oauth &&
        is_file(tenant.token.oauth.client_secret))
      files.push_back(tenant.token.oauth.client_secret);
  }
  return files;
}

}  // namespace

std::optional<StoredSecret> read_directly(const model::SecretSource& source, base::MonoTime) {
  return read_with_warnings(source);
}

StoredReads::~StoredReads() {
  stop();
}

void StoredReads::start() {
  thread_ = std::thread([this]() noexcept {
    base::name_thread("token-files");
    run();
  });
}

void StoredReads::stop() {
  {
    const base::MutexLock lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::optional<StoredSecret> StoredReads::read(const model::SecretSource& source,
                                              base::MonoTime since) {
  // The environment is memory.
  if (!is_file(source)) return read_directly(source, since);
  const base::MutexLock lock(mutex_);
  Known& known = files_[source.name];
  known.asked = base::mono_now();
  if (known.result && known.begun >= since) return known.result;
  if (!std::exchange(known.wanted, true)) changed_.notify_all();
  return std::nullopt;
}

void StoredReads::prefetch(const model::Plan& plan) {
  const base::MonoTime since = base::mono_now();
  const std::vector<model::SecretSource> files = stored_files(plan);
  for (const model::SecretSource& file : files)
    read(file, since);
  base::MutexLock lock(mutex_);
  changed_.wait_for(lock, kPrefetchTimeMax,
                    [&]() REINFER_REQUIRES(mutex_) { return stopped_ || all_read(files, since); });
}

bool StoredReads::all_read(const std::vector<model::SecretSource>& files, base::MonoTime since) {
  for (const model::SecretSource& file : files) {
    const Known& known = files_[file.name];
    if (!known.result || known.begun < since) return false;
  }
  return true;
}

void StoredReads::run() {
  base::MutexLock lock(mutex_);
  while (!stopped_) {
    const auto wanted = std::find_if(files_.begin(), files_.end(),
                                     [](const auto& file) { return file.second.wanted; });
    if (wanted == files_.end()) {
      forget_unused(base::mono_now());
      changed_.wait(lock);
      continue;
    }
    const std::string path = wanted->first;
    wanted->second.wanted = false;
    lock.unlock();
    const base::MonoTime begun = base::mono_now();
    StoredSecret result = read_with_warnings({model::SecretSource::Kind::file, path});
    lock.lock();
    // Only this thread removes an entry.
    Known& known = files_.at(path);
    known.result = std::move(result);
    known.begun = begun;
    changed_.notify_all();
  }
}

void StoredReads::forget_unused(base::MonoTime now) {
  std::erase_if(files_, [&](const auto& file) { return now - file.second.asked > kUnusedMax; });
}

}  // namespace reinfer::credentials
