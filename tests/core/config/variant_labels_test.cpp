#include "core/config/variant_labels.h"

#include <QTest>

using namespace ablate;

class VariantLabelsTest : public QObject {
    Q_OBJECT

    using Texts = std::vector<std::string>;

  private Q_SLOTS:
    void a_label_is_shown_as_it_is_and_a_name_stands_in_for_none() {
        QCOMPARE(distinct_labels({{"nope", "NoPE"}, {"silu", ""}}), (Texts{"NoPE", "silu"}));
        QCOMPARE(distinct_labels({}), Texts());
    }

    void equal_labels_of_two_variants_get_their_names() {
        QCOMPARE(distinct_labels({{"a", "No norm"}, {"b", "No norm"}, {"c", "NoPE"}}),
                 (Texts{"No norm (a)", "No norm (b)", "NoPE"}));
        QCOMPARE(distinct_labels({{"silu", ""}, {"x", "silu"}}), (Texts{"silu", "silu (x)"}));
    }

    void the_seeds_of_one_variant_are_no_conflict() {
        QCOMPARE(distinct_labels({{"a", "No norm"}, {"a", "No norm"}}), (Texts{"No norm", "No norm"}));
    }
};

QTEST_GUILESS_MAIN(VariantLabelsTest)
#include "variant_labels_test.moc"
