#include "core/plot/variant_order.h"

#include "core/base/atomic_file.h"
#include "tests/support/temp_folder.h"

#include <QTest>

using namespace ablate;
using namespace ablate::plot;

class VariantOrderTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void what_is_stored_comes_first_and_new_variants_follow() {
        const test::TempFolder folder;
        QVERIFY(stored_variant_order(folder.path()).order().empty());
        VariantColors colors;
        QVERIFY(colors.add("quick", "silu"));
        QVERIFY(colors.add("quick", "nope"));
        QVERIFY(!colors.add("quick", "silu") && !colors.add("quick", "baseline"));
        store_variant_order(folder.path(), colors);
        QVERIFY(std::filesystem::exists(folder / "variant-order.json"));

        VariantColors read = stored_variant_order(folder.path());
        QCOMPARE(read.order(), colors.order());
        read.add("quick", "nope");  // silu has no run anymore
        read.add("quick", "geglu");
        QCOMPARE(read.index("quick", "nope"), 1);
        QCOMPARE(read.index("quick", "geglu"), 2);
    }

    void a_damaged_file_counts_as_none() {
        const test::TempFolder folder;
        for (const char* bytes :
             {"", "{", "[]", "7", R"({"format": 1})", R"({"format": "1", "studies": {}})",
              R"({"format": 2, "studies": {"a": ["b"]}})", R"({"format": 1, "studies": {"a": [3]}})",
              R"({"format": 1, "studies": {"a": "b", "c": {"d": 1}}})"}) {
            atomic_write(folder / "variant-order.json", bytes);
            QVERIFY2(stored_variant_order(folder.path()).order().empty(), bytes);
        }
    }
};

QTEST_GUILESS_MAIN(VariantOrderTest)
#include "variant_order_test.moc"
