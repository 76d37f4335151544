#include "core/io/json_file.h"

#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>
#include <cmath>

using namespace ablate;
using namespace ablate::io;
using test::is_line_with;

class JsonFileTest : public QObject {
    Q_OBJECT

    static std::string refusal(std::string_view text) {
        return test::input_error([&] { parse_json(text, "s.json"); });
    }
    static std::string reread(std::string_view text) { return dump_line(parse_json(text, "s.json")); }

  private Q_SLOTS:
    void bare_non_finite_numbers_of_python_are_read() {
        QCOMPARE(reread("[NaN,Infinity, -Infinity ,1]"), R"(["NaN","Infinity","-Infinity",1])");
        QCOMPARE(reread("{\"loss\":NaN}"), R"({"loss":"NaN"})");
        QCOMPARE(reread("NaN"), "\"NaN\"");
    }

    void strings_stay_as_they_are() {
        const std::string strings = "[\"NaN, Infinity\",\"a\\\"NaN\\\\\",{\"NaN\":\"[[[{{{\"},";
        QCOMPARE(reread(strings + " NaN]"), strings + "\"NaN\"]");
    }

    void every_type_is_read() {
        const char* text = R"({"a":[],"b":{},"c":[[1],{"d":-2}],"e":1.5,"f":null,"g":true,"h":18446744073709551615})";
        QCOMPARE(reread(text), text);
    }

    void words_that_only_look_like_them_are_refused() {
        for (const char* text : {"[nan]", "[NaNs]", "[xNaN]", "[1NaN]", "[--Infinity]", "[+Infinity]", "[Inf]",
                                 "[-NaN]", "[NaN 1]", "[1e999]"})
            QVERIFY2(is_line_with(refusal(text), {"s.json: "}), text);
    }

    void an_error_names_line_and_column() {
        QVERIFY(
            is_line_with(refusal("{\n  \"a\": 1,\n  \"b\": x\n}"), {"s.json: line 3, column 8: ", "invalid literal"}));
        QVERIFY(is_line_with(refusal("[1,\n2"), {"s.json: line 2, column 2: ", "unexpected end of input"}));
        QVERIFY(is_line_with(refusal(""), {"s.json: line 1, column 1: "}));
        QVERIFY(is_line_with(refusal("[1] 2"), {"line 1, column 5: "}));
        // The quotation marks put around NaN are not counted.
        QVERIFY(is_line_with(refusal("[NaN, NaN, NaN, x]"), {"line 1, column 17: "}));
        QVERIFY(is_line_with(refusal("[\"a\nb\"]"), {"line 1, column 4: "}));
        QVERIFY(is_line_with(refusal("[\"\xff\"]"), {"ill-formed UTF-8"}));
        QVERIFY(refusal("[" + std::string(100000, 'x')).size() < 300);
        QVERIFY(is_line_with(test::input_error([] { parse_json("x", "a\nb"); }), {"a\\nb: line 1"}));
    }

    void depth_is_bounded() {
        const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
        QCOMPARE(parse_json(nested(200), "s").size(), 1u);
        QVERIFY(is_line_with(refusal("\n" + nested(201)), {"line 2, column 201: nested more than 200 levels deep"}));
        QVERIFY(is_line_with(refusal(std::string(1'000'000, '[')), {"nested more than 200"}));
        QVERIFY(is_line_with(refusal("[[\"]\", [" + nested(199)), {"nested more than 200"}));
    }

    void a_repeated_key_is_refused() {
        QVERIFY(is_line_with(refusal(R"({"a":{"lr":1,"x":2,"lr":3}})"), {"'lr' appears twice"}));
        QCOMPARE(parse_json(R"({"a":{"lr":1},"b":{"lr":1},"lr":[{"lr":1},{"lr":1}]})", "s").size(), 3u);
    }

    void files_are_replaced_and_read_back() {
        const test::TempFolder folder;
        write_json(folder / "a.json", {{"b", 1.5}, {"a", {HUGE_VAL, std::nan("")}}});
        QCOMPARE(read_file(folder / "a.json"),
                 "{\n  \"a\": [\n    \"Infinity\",\n    \"NaN\"\n  ],\n  \"b\": 1.5\n}\n");
        QCOMPARE(dump_line(read_json(folder / "a.json")), R"({"a":["Infinity","NaN"],"b":1.5})");
        const auto small = [&] { read_json(folder / "a.json", 10); };
        QVERIFY(is_line_with(test::input_error(small), {"a.json: is too large"}));
    }

    void a_line_holds_every_value() {
        QCOMPARE(dump_line({{"s", "a\nb"}, {"x", {{"y", std::nan("")}}}}), R"({"s":"a\nb","x":{"y":"NaN"}})");
        QCOMPARE(dump_line(Json("\xff")), "\"\xef\xbf\xbd\"");
        QCOMPARE(dump_line(Json(0.1)), "0.1");
    }
};

QTEST_GUILESS_MAIN(JsonFileTest)
#include "json_file_test.moc"
