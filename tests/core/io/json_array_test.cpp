#include "core/io/json_array.h"

#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using test::input_error;
using test::is_line_with;

class JsonArrayTest : public QObject {
    Q_OBJECT

    test::TempFolder folder_;

    std::vector<std::string> elements(const std::string& bytes) const {
        io::JsonArrayReader reader(folder_.write("array.json", bytes));
        std::vector<std::string> found;
        for (std::string element; reader.next(element);) found.push_back(element);
        return found;
    }
    std::string refusal(const std::string& bytes) const {
        return input_error([&] { elements(bytes); });
    }

  private Q_SLOTS:
    void elements_are_cut_apart() {
        QCOMPARE(elements("[{\"a\": [1, 2]},\n \"x]\\\",\", 3]"),
                 (std::vector<std::string>{"{\"a\": [1, 2]}", "\"x]\\\",\"", "3"}));
        QVERIFY(elements(" [ ] \n").empty());
    }

    void a_byte_order_mark_is_passed_over_only_as_a_whole() {
        QCOMPARE(elements("\xEF\xBB\xBF[1]"), std::vector<std::string>{"1"});
        for (const char* part : {"\xBF[1]", "\xBB[1]", "\xEF[1]", "\xEF\xBF[1]", "\xBB\xBF[1]"})
            QVERIFY2(is_line_with(refusal(part), {"array.json", "not a JSON array"}), part);
    }

    void what_is_no_array_is_refused() {
        QVERIFY(is_line_with(refusal("{}"), {"not a JSON array"}));
        QVERIFY(is_line_with(refusal("[1\n"), {"ends within element 0"}));
        QVERIFY(is_line_with(refusal("[1]\n2"), {"line 2", "after the end"}));
    }
};

QTEST_GUILESS_MAIN(JsonArrayTest)
#include "json_array_test.moc"
