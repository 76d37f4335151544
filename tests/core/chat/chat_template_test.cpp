#include "core/chat/chat_template.h"

#include "core/base/atomic_file.h"
#include "core/chat/jinja/parser.h"
#include "core/chat/jinja/render.h"
#include "core/io/json_file.h"
#include "tests/fuzz/mutator.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using namespace ablate::test;

namespace {

std::string rendered(const std::string& source, const std::string& variables = "{}") {
    return chat::jinja::render(chat::jinja::parse(source), chat::jinja::Data::parse(variables));
}

std::string refusal(const std::string& source) {
    return input_error([&] { rendered(source); });
}

}  // namespace

class ChatTemplateTest : public QObject {
    Q_OBJECT

    static std::filesystem::path data(const char* name) {
        return std::filesystem::path(ABLATE_SOURCE_DIR) / "tests/data/chat" / name;
    }

    static void compare(const std::filesystem::path& folder) {
        const chat::ChatTemplate chat(folder);
        int refused = 0;
        for (const Json& wanted : io::read_json(folder / "expected.json")) {
            std::vector<chat::ChatMessage> messages;
            for (const Json& message : wanted.at("messages"))
                messages.push_back({message.at("role").get<std::string>(), message.at("content").get<std::string>()});
            const chat::ChatOptions options{wanted.at("thinking").get<bool>(),
                                            wanted.at("generation_prompt").get<bool>()};
            if (wanted.at("text").is_null()) {
                ++refused;
                QVERIFY(is_line_with(input_error([&] { chat.render(messages, options); }), {"refuses"}));
                continue;
            }
            QCOMPARE(QString::fromStdString(chat.render(messages, options)),
                     QString::fromStdString(wanted.at("text").get<std::string>()));
        }
        QVERIFY(refused == 0 || folder.filename() == "headers");
    }

  private Q_SLOTS:
    // tests/support/make_chat_reference.py: what transformers' apply_chat_template gives.
    void conversations_read_as_in_transformers_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("thinking") << "thinking";
        QTest::newRow("headers") << "headers";
    }
    void conversations_read_as_in_transformers() {
        QFETCH(QString, name);
        compare(data(qPrintable(name)));
    }

    // The real template of Qwen3 is not committed: point ABLATE_CHAT_REFERENCE at a folder with its
    // tokenizer_config.json and the expected.json that the script makes of it.
    void the_template_of_a_checkpoint() {
        const char* folder = std::getenv("ABLATE_CHAT_REFERENCE");
        if (!folder) QSKIP("ABLATE_CHAT_REFERENCE names no folder");
        compare(folder);
    }

    void white_space_is_taken_as_jinja_takes_it() {
        QCOMPARE(rendered("a\n  {% if true %}\n b\n  {% endif %}\nc\n"), std::string("a\n b\nc"));
        QCOMPARE(rendered("a \n {%- if true -%} \n b {%- endif %}\n\nc"), std::string("ab\nc"));
        QCOMPARE(rendered("a\n {%+ if true +%}\nb{% endif %}"), std::string("a\n \nb"));
        QCOMPARE(rendered("x {{ 1 }} \n{{- 2 -}}\n y"), std::string("x 12y"));
        QCOMPARE(rendered("a {# no #}\n b{#- no -#} \nc"), std::string("a  bc"));
        QCOMPARE(rendered("a\r\n{% set x = 1 %}\r\nb\n\n"), std::string("a\nb\n"));
    }

    void expressions_mean_what_they_mean_in_python() {
        const auto value = [](const std::string& expression) { return rendered("{{ " + expression + " }}"); };
        QCOMPARE(value("1 + 2 * 3 - -4"), std::string("11"));
        QCOMPARE(value("-7 // 2 ~ ' ' ~ -7 % 3"), std::string("-4 2"));
        QCOMPARE(value("7 / 2 ~ 4 / 2"), std::string("3.52.0"));
        QCOMPARE(value("not 1 == 2 and 'b' in 'abc' or nothing"), std::string("True"));
        QCOMPARE(value("[1, 2, 3][1:] | length"), std::string("2"));
        QCOMPARE(value("'abcdef'[-3:-1] ~ 'abc'[5:] ~ 'abc'[::-2]"), std::string("deca"));
        QCOMPARE(value("('a' if false) ~ ('b' if 0 else 'c')"), std::string("c"));
        QCOMPARE(value("none ~ true ~ nothing"), std::string("NoneTrue"));
        QCOMPARE(value("{'a': {'b': [5]}}.a['b'][0] is not none"), std::string("True"));
        QCOMPARE(value("' a b '.strip().split(' ', 1)[1] ~ 'xxayx'.rstrip('xy').lstrip('x')"), std::string("ba"));
        QCOMPARE(value("nothing | default('d') ~ '' | default('e', true) ~ ('é' | length)"), std::string("de1"));
        QCOMPARE(value("range(2, 8, 3) | join(',')"), std::string("2,5"));
        QCOMPARE(value("3 is odd and 'x' is string and {} is mapping and 2 not in [1]"), std::string("True"));
        QCOMPARE(value("\"it's\" 'so' \"\\n\""), std::string("it'sso\n"));
    }

    void names_live_as_long_as_in_jinja() {
        QCOMPARE(rendered("{% set x = 1 %}{% for i in [2, 3] %}{% set x = i %}{% endfor %}{{ x }}"), std::string("1"));
        QCOMPARE(rendered("{% if true %}{% set x = 1 %}{% endif %}{{ x }}"), std::string("1"));
        QCOMPARE(
            rendered("{% set n = namespace(x=0) %}{% for i in [2, 3] %}{% set n.x = n.x + i %}{% endfor %}{{ n.x }}"),
            std::string("5"));
        QCOMPARE(rendered("{% for i in [1, 2, 3, 4] if i != 2 %}{% if i == 4 %}{% break %}{% endif %}"
                          "{{ loop.index }}{{ i }}{{ loop.last }} {% endfor %}"),
                 std::string("11False 23False "));
        QCOMPARE(rendered("{% for i in [] %}a{% else %}b{% endfor %}{% for a, b in [[1, 2]] %}{{ b }}{% endfor %}"),
                 std::string("b2"));
    }

    void what_is_not_known_is_refused_by_name() {
        QVERIFY(is_line_with(refusal("a\n{% macro f() %}{% endmacro %}"), {"line 2", "'macro'"}));
        QVERIFY(is_line_with(refusal("{% include 'x' %}"), {"line 1", "'include'"}));
        QVERIFY(is_line_with(refusal("{{ 'a' | pprint }}"), {"'pprint'"}));
        QVERIFY(is_line_with(refusal("{{ 'a'.__class__ }}{{ 'a'.format(1) }}"), {"'format'"}));
        QVERIFY(is_line_with(refusal("{{ lipsum(1) }}"), {"'lipsum'"}));
        QVERIFY(is_line_with(refusal("{{ 1 is prime }}"), {"'prime'"}));
        QVERIFY(is_line_with(refusal("{{ nothing.at_all }}"), {"'at_all'", "not defined"}));
        QVERIFY(is_line_with(refusal("{{ 2 ** 3 }}"), {"**"}));
        QVERIFY(is_line_with(refusal("{{ [1] }}"), {"tojson"}));
        // An argument that is dropped would change the prompt.
        QVERIFY(is_line_with(refusal("{{ 'aa'.replace('a', 'b', 1) }}"), {"replace", "2 arguments", "3"}));
        QVERIFY(is_line_with(refusal("{{ 'a b c'.split(none, 1) }}"), {"split", "maxsplit"}));
        QVERIFY(is_line_with(refusal("{{ [1] | join(',', attribute='x') }}"), {"'attribute'", "join"}));
        QVERIFY(is_line_with(refusal("{{ [1] | tojson(sort_keys=true) }}"), {"'sort_keys'", "tojson"}));
        QVERIFY(is_line_with(refusal("{{ 'a' | upper(1) }}"), {"upper", "0 arguments"}));
    }

    void what_is_broken_or_endless_is_one_line() {
        QVERIFY(is_line_with(refusal("{% if true %}"), {"line 1", "no end"}));
        QVERIFY(is_line_with(refusal("{% endif %}"), {"endif", "alone"}));
        QVERIFY(is_line_with(refusal("{% for x in [1] %}{% endif %}{% endfor %}"), {"endif"}));
        QVERIFY(is_line_with(refusal("\n{{ 1"), {"line 2", "not closed"}));
        QVERIFY(is_line_with(refusal("{{ 'a }}"), {"not closed"}));
        QVERIFY(is_line_with(refusal("{{ (1 }}"), {"not closed"}));
        QVERIFY(is_line_with(refusal("{{ 1 // 0 }}"), {"division"}));
        QVERIFY(is_line_with(refusal("{{ 9223372036854775807 + 1 }}"), {"too large"}));
        QVERIFY(is_line_with(refusal("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"),
                             {"end"}));
        QVERIFY(is_line_with(refusal("{{ range(99999999) }}"), {"too long"}));
        const auto growing = [](const std::string& first, const std::string& next) {
            return refusal("{% set n = namespace(s=" + first + ") %}{% for a in range(9999) %}{% set n.s = " + next +
                           " %}{% endfor %}");
        };
        for (const char* next : {"n.s + n.s", "n.s ~ n.s", "n.s.replace('x', n.s)", "[n.s, n.s] | join(n.s)"})
            QVERIFY2(is_line_with(growing("'xx'", next), {"too large"}), next);
        for (const char* next : {"n.s + n.s", "[n.s, n.s]", "[n.s]", "{'k': n.s}"})
            QVERIFY2(is_line_with(growing("[1]", next), {"too large"}), next);
        QVERIFY(
            is_line_with(refusal("{% for a in range(9999) %}{{ messages }}" + std::string(9000, 'x') + "{% endfor %}"),
                         {"too much"}));
        std::string deep, statements, chain;
        for (int i = 0; i < 5000; ++i) {
            deep += "(";
            statements += "{% if true %}";
            chain += "+1";
        }
        QVERIFY(!refusal("{{ " + deep).empty());
        QVERIFY(!refusal(statements).empty());
        QVERIFY(is_line_with(refusal("{{ 1" + chain + " }}"), {"too long"}));
    }

    void a_folder_without_a_template_is_named() {
        const TempFolder folder;
        QVERIFY(is_line_with(input_error([&] { chat::ChatTemplate(folder.path()); }), {"no chat template"}));
        folder.write("tokenizer_config.json",
                     R"({"chat_template": [{"name": "tools", "template": "t"},
                         {"name": "default", "template": "{{ bos_token }}{{ messages[0].content }}"}],
                         "bos_token": {"content": "<b>"}})");
        QCOMPARE(chat::ChatTemplate(folder.path()).render({{"user", "u"}}), std::string("<b>u"));
        folder.write("chat_template.jinja", "own");  // wins
        QCOMPARE(chat::ChatTemplate(folder.path()).render({{"user", "u"}}), std::string("own"));
    }

    // Whatever a template contains, it is rendered or refused in one line.
    void damaged_templates_never_crash() {
        for (const char* name : {"thinking", "headers"}) {
            const std::string source = read_file(data(name) / "chat_template.jinja");
            const std::string variables = R"({"messages": [{"role": "user", "content": "a"}], "bos_token": "<s>",
                "eos_token": "</s>", "tools": null, "add_generation_prompt": true})";
            Mutator mutants(7, {source});
            for (int i = 0; i < 1500; ++i) {
                try {
                    rendered(mutants.next(), variables);
                } catch (const InputError& error) {
                    QVERIFY(std::string_view(error.what()).find('\n') == std::string_view::npos);
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(ChatTemplateTest)
#include "chat_template_test.moc"
