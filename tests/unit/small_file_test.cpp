#include "base/small_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/random.h"

namespace reinfer::tests::small_file_test {
namespace {

class FileTest {
 public:
  FileTest() { std::filesystem::create_directories(folder); }
  ~FileTest() { std::filesystem::remove_all(folder); }

  std::string path(const std::string& name) const { return (folder / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }

  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() /
      ("reinfer-file-" + base::Random(base::Random::seed_from_kernel()).next_uuid());
};

TEST_CASE_FIXTURE(FileTest, "a small file is read whole, to the last byte that is allowed") {
  const std::string text(150'000, 'x');
  const std::string file = write("file", text);
  CHECK(base::read_small_file(file, text.size()) == text);
  CHECK(base::read_small_file(write("empty", ""), 0) == "");
  const auto refused = base::read_small_file(file, text.size() - 1);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().fault == base::FileFault::too_large);
  CHECK(refused.error().text == "holds more than 149999 bytes");
  CHECK_FALSE(base::find_file_fault(file).has_value());
}

TEST_CASE_FIXTURE(FileTest, "a symbolic link to a file is read, as Kubernetes mounts secrets") {
  std::filesystem::create_symlink(write("file", "token"), folder / "link");
  CHECK(base::read_small_file(path("link"), 10) == "token");
}

TEST_CASE("a file of /proc, whose size is 0, is read") {
  const auto text = base::read_small_file("/proc/self/status", 1 << 20);
  REQUIRE(text.has_value());
  CHECK(text->starts_with("Name:"));
}

TEST_CASE_FIXTURE(FileTest,
                  "a missing file, a directory, a FIFO and a device are refused at once") {
  REQUIRE(mkfifo(path("fifo").c_str(), 0600) == 0);
  struct Row {
    std::string path;
    base::FileFault fault;
    std::string text;
  };
  for (const Row& row : {
           Row{path("none"), base::FileFault::missing, "No such file or directory"},
           Row{folder.string(), base::FileFault::unreadable, "is a directory"},
           Row{path("fifo"), base::FileFault::unreadable, "is not a regular file"},
           Row{"/dev/zero", base::FileFault::unreadable, "is not a regular file"},
           Row{path(std::string("n\0ne", 4)), base::FileFault::missing,
               "No such file or directory"},
       }) {
    CAPTURE(row.path);
    const auto text = base::read_small_file(row.path, 10);
    REQUIRE_FALSE(text.has_value());
    CHECK(text.error().fault == row.fault);
    CHECK(text.error().text == row.text);
    const auto fault = base::find_file_fault(row.path);
    REQUIRE(fault.has_value());
    CHECK(fault->text == row.text);
  }
}

}  // namespace
}  // namespace reinfer::tests::small_file_test
