#include "record/shared_list.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

namespace reinfer::tests::shared_list_test {
namespace {

using record::EditedList;
using record::SharedList;

// Counts how often values are copied.
struct Counted {
  std::string text;
  int* copies = nullptr;

  Counted(std::string wanted, int* counter) : text(std::move(wanted)), copies(counter) {}
  Counted(const Counted& other) : text(other.text), copies(other.copies) { ++*copies; }
  Counted(Counted&&) = default;
  Counted& operator=(const Counted&) = default;
  Counted& operator=(Counted&&) = default;
};

EditedList<Counted> list_of(std::size_t size, int& copies) {
  EditedList<Counted> list;
  for (std::size_t i = 0; i < size; ++i)
    list.push_back(Counted(std::to_string(i), &copies));
  return list;
}

TEST_CASE("a copy of a list keeps its values, whatever is edited later") {
  int copies = 0;
  EditedList<Counted> list = list_of(200, copies);
  const SharedList<Counted> before = list.copy();
  list.edit(0).text = "first";
  list.edit(150).text = "other";
  const SharedList<Counted> after = list.copy();
  list.edit(150).text = "latest";
  CHECK(before.size() == 200);
  CHECK(before[0].text == "0");
  CHECK(before[150].text == "150");
  CHECK(after[0].text == "first");
  CHECK(after[150].text == "other");
  CHECK(list[150].text == "latest");
  std::size_t seen = 0;
  for (const Counted& value : before)
    CHECK(value.text == std::to_string(seen++));
  CHECK(seen == 200);
}

TEST_CASE("copying a list copies no value, and an edit copies one at most once") {
  int copies = 0;
  EditedList<Counted> list = list_of(1000, copies);
  for (int i = 0; i < 5; ++i)
    list.edit(7).text = "free";  // nobody has a copy
  CHECK(copies == 0);
  const SharedList<Counted> first = list.copy();
  const SharedList<Counted> second = list.copy();
  CHECK(copies == 0);
  for (int i = 0; i < 5; ++i)
    list.edit(7).text = "once";
  CHECK(copies == 1);
  list.edit(8).text = "another";
  CHECK(copies == 2);
}

TEST_CASE("a value that is replaced in one copy stays in the others") {
  int copies = 0;
  EditedList<Counted> list = list_of(3, copies);
  const SharedList<Counted> one = list.copy();
  SharedList<Counted> other = one;
  other.replace(1, Counted("new", &copies));
  CHECK(one[1].text == "1");
  CHECK(other[1].text == "new");
  CHECK(other[2].text == "2");
  CHECK(list[1].text == "1");
}

TEST_CASE("a list that is rearranged moves its values, and older copies do not") {
  int copies = 0;
  EditedList<Counted> list = list_of(3, copies);
  const SharedList<Counted> before = list.copy();
  list.rearrange({2, std::nullopt, 0},
                 [&](std::size_t i) { return Counted("made " + std::to_string(i), &copies); });
  CHECK(copies == 0);
  REQUIRE(list.size() == 3);
  CHECK(list[0].text == "2");
  CHECK(list[1].text == "made 1");
  CHECK(list[2].text == "0");
  list.edit(0).text = "edited";
  CHECK(copies == 1);
  CHECK(before[2].text == "2");
}

TEST_CASE("a list can be gathered from others without copying") {
  int copies = 0;
  EditedList<Counted> left = list_of(100, copies);
  EditedList<Counted> right = list_of(100, copies);
  right.edit(3).text = "right";
  const SharedList<Counted> a = left.copy();
  const SharedList<Counted> b = right.copy();
  const SharedList<Counted> both(
      200, [&](std::size_t i) { return i % 2 == 0 ? a.share(i / 2) : b.share(i / 2); });
  CHECK(copies == 0);
  CHECK(both.size() == 200);
  CHECK(both[6].text == "3");
  CHECK(both[7].text == "right");
  right.edit(3).text = "later";
  CHECK(both[7].text == "right");
}

}  // namespace
}  // namespace reinfer::tests::shared_list_test
