#include "ui/pages/study/variant_model.h"

#include "core/config/run_config_schema.h"
#include "core/train/register.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "ui/pages/study/variant_changes.h"
#include "ui/widgets/copy_rows.h"

#include <QAbstractItemModelTester>
#include <QMimeData>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>

using namespace ablate;
using namespace ablate::ui;

class VariantModelTest : public QObject {
    Q_OBJECT

    struct Editing {
        test::TempFolder folder;
        StudyDocument document{folder.path()};
        VariantModel model;
        QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::QtTest};
        Editing() {
            StudyConfig study;
            study.name = "norms";
            study.baseline = test::synthetic_baseline();
            study.variants = {{"no-norm", "No norm", test::kNoNorm}, {"silu", "SiLU", test::kSiLU}};
            study.seeds = {1, 2};
            model.set_document(&document);
            document.start_new(study);
        }
        QString cell(int row, int column) { return model.index(row, column).data().toString(); }
        Mark mark(int row) {
            return static_cast<Mark>(model.index(row, VariantModel::check).data(VariantModel::mark).toInt());
        }
        QStringList names() {
            QStringList names;
            for (int row = 0; row < model.rowCount(); ++row) names += cell(row, VariantModel::name);
            return names;
        }
    };

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void a_row_says_what_its_variant_changes_and_costs() {
        Editing editing;
        QCOMPARE(editing.names(), QStringList({"baseline", "no-norm", "silu"}));
        QCOMPARE(editing.cell(2, VariantModel::changes), "Feed-forward width: 344 → 512; Feed-forward: SwiGLU → SiLU");
        QTRY_COMPARE(editing.cell(0, VariantModel::parameters), "1,315,968");
        QCOMPARE(editing.cell(0, VariantModel::difference), "");
        QCOMPARE(editing.cell(1, VariantModel::parameters), "1,314,816");
        QCOMPARE(editing.cell(1, VariantModel::difference), "-0.09 %");
        const auto full = [&](int row, int column) { return editing.model.index(row, column).data(kFullTextRole); };
        QCOMPARE(full(1, VariantModel::parameters).toString(), "1314816");
        QVERIFY(full(1, VariantModel::difference).toString().startsWith("-0.0875"));
        QVERIFY(!full(0, VariantModel::difference).isValid() && !full(1, VariantModel::name).isValid());
        QCOMPARE(editing.mark(1), Mark::note);  // another best learning rate
        QVERIFY(editing.model.index(1, VariantModel::check).data(Qt::ToolTipRole).toString().contains("learning rate"));
    }

    void names_and_labels_are_edited_in_place() {
        Editing editing;
        QSignalSpy resets(&editing.model, &QAbstractItemModel::modelReset);
        QSignalSpy refused(&editing.model, &VariantModel::refused);
        const QModelIndex name = editing.model.index(1, VariantModel::name);
        QVERIFY(name.flags().testFlag(Qt::ItemIsEditable));
        QVERIFY(!editing.model.index(0, VariantModel::name).flags().testFlag(Qt::ItemIsEditable));
        QVERIFY(editing.model.setData(name, "norm free", Qt::EditRole));
        QCOMPARE(editing.document.study().variants[0].name, "norm-free");
        QVERIFY(!editing.model.setData(name, "silu", Qt::EditRole));  // taken
        QCOMPARE(refused.size(), 1);
        QVERIFY(editing.model.setData(editing.model.index(1, VariantModel::label), "<b>Bold</b>", Qt::EditRole));
        QCOMPARE(editing.document.study().variants[0].label, "<b>Bold</b>");
        editing.document.undo_stack()->undo();
        editing.document.undo_stack()->undo();
        QCOMPARE(editing.cell(1, VariantModel::name), "no-norm");
        QCOMPARE(resets.size(), 0);
    }

    void rows_come_and_go_where_they_are() {
        Editing editing;
        QSignalSpy resets(&editing.model, &QAbstractItemModel::modelReset);
        const QPersistentModelIndex silu = editing.model.index(2, 0);
        StudyConfig next = editing.document.study();
        next.variants.erase(next.variants.begin());
        editing.document.edit("Remove", next);
        QCOMPARE(editing.names(), QStringList({"baseline", "silu"}));
        QCOMPARE(silu.row(), 1);
        editing.document.add_variant({"nope", "NoPE", test::kNoPE});
        QCOMPARE(editing.names(), QStringList({"baseline", "silu", "nope"}));
        editing.document.undo_stack()->undo();
        editing.document.undo_stack()->undo();
        QCOMPARE(editing.names(), QStringList({"baseline", "no-norm", "silu"}));
        QCOMPARE(silu.row(), 2);
        QCOMPARE(resets.size(), 0);
    }

    void a_variant_moves_among_the_others() {
        Editing editing;
        editing.document.add_variant({"nope", "NoPE", test::kNoPE});
        editing.document.add_variant({"pre", "Sandwich", {{"model", {{"placement", "sandwich"}}}}});
        QTRY_VERIFY(editing.document.preview_is_current());
        QSignalSpy moves(&editing.model, &QAbstractItemModel::rowsMoved);
        QSignalSpy removals(&editing.model, &QAbstractItemModel::rowsRemoved);
        QSignalSpy resets(&editing.model, &QAbstractItemModel::modelReset);
        const QPersistentModelIndex no_norm = editing.model.index(1, 0);
        const QString parameters = editing.cell(1, VariantModel::parameters);
        const int steps = editing.document.undo_stack()->count();

        QVERIFY(editing.model.moveRow({}, 1, {}, 4));  // before "pre"
        QCOMPARE(editing.names(), QStringList({"baseline", "silu", "nope", "no-norm", "pre"}));
        QCOMPARE(editing.document.study().variants[2].name, "no-norm");
        QCOMPARE(no_norm.row(), 3);
        QCOMPARE(editing.cell(3, VariantModel::parameters), parameters);
        QCOMPARE(editing.document.undo_stack()->count(), steps + 1);
        QVERIFY(editing.model.moveRow({}, 4, {}, 1));
        QCOMPARE(editing.names(), QStringList({"baseline", "pre", "silu", "nope", "no-norm"}));
        editing.document.undo_stack()->undo();
        editing.document.undo_stack()->undo();
        QCOMPARE(editing.names(), QStringList({"baseline", "no-norm", "silu", "nope", "pre"}));
        QCOMPARE(no_norm.row(), 1);
        QCOMPARE(moves.size(), 4);  // one each
        QCOMPARE(removals.size() + resets.size(), 0);
    }

    void the_baseline_stays_first_and_combinations_last() {
        Editing editing;
        StudyConfig next = editing.document.study();
        next.combine = "pairs";
        editing.document.edit("Combine", next);
        QTRY_COMPARE(editing.names(), QStringList({"baseline", "no-norm", "silu", "no-norm+silu"}));
        for (const auto& [from, to] : {std::pair{0, 2}, {2, 0}, {1, 4}, {3, 1}, {1, 1}, {1, 2}})
            QVERIFY(!editing.model.moveRow({}, from, {}, to));
        QVERIFY(!editing.model.flags(editing.model.index(0, 0)).testFlag(Qt::ItemIsDragEnabled));
        QVERIFY(!editing.model.flags(editing.model.index(3, 0)).testFlag(Qt::ItemIsDragEnabled));
        QVERIFY(editing.model.moveRow({}, 1, {}, 3));
        QCOMPARE(editing.names().mid(0, 3), QStringList({"baseline", "silu", "no-norm"}));
        QTRY_COMPARE(editing.names(), QStringList({"baseline", "silu", "no-norm", "silu+no-norm"}));
    }

    void a_dragged_variant_is_dropped_between_others() {
        Editing editing;
        const QModelIndex silu = editing.model.index(2, VariantModel::name);
        QVERIFY(silu.flags().testFlag(Qt::ItemIsDragEnabled));
        QVERIFY(!silu.flags().testFlag(Qt::ItemIsDropEnabled));
        const std::unique_ptr<QMimeData> dragged(editing.model.mimeData({silu}));
        QVERIFY(!editing.model.dropMimeData(dragged.get(), Qt::MoveAction, 0, 0, {}));  // above the baseline
        QVERIFY(!editing.model.dropMimeData(dragged.get(), Qt::CopyAction, 1, 0, {}));
        QVERIFY(editing.model.dropMimeData(dragged.get(), Qt::MoveAction, 1, 0, {}));
        QCOMPARE(editing.names(), QStringList({"baseline", "silu", "no-norm"}));
        QVERIFY(editing.model.dropMimeData(dragged.get(), Qt::MoveAction, -1, -1, {}));  // below all rows
        QCOMPARE(editing.names(), QStringList({"baseline", "no-norm", "silu"}));
        QMimeData foreign;
        foreign.setText("silu");
        QVERIFY(!editing.model.dropMimeData(&foreign, Qt::MoveAction, 1, 0, {}));
    }

    void a_broken_variant_says_why_and_hides_no_other() {
        Editing editing;
        editing.document.add_variant({"variant", "", Json::object()});
        QVERIFY(editing.cell(3, VariantModel::changes).startsWith("no change yet"));
        QTRY_COMPARE(editing.mark(3), Mark::error);
        QVERIFY(
            editing.model.index(3, VariantModel::check).data(Qt::ToolTipRole).toString().contains("changes nothing"));
        QCOMPARE(editing.mark(1), Mark::note);
        QCOMPARE(editing.cell(1, VariantModel::parameters), "1,314,816");
        QVERIFY(editing.model.moveRow({}, 3, {}, 1));
        QCOMPARE(editing.cell(1, VariantModel::name), "variant");
        QCOMPARE(editing.cell(1, VariantModel::parameters), "–");  // not those of the row that was here
    }

    void combinations_are_listed_and_cannot_be_edited() {
        Editing editing;
        StudyConfig next = editing.document.study();
        next.combine = "pairs";
        editing.document.edit("Combine", next);
        QTRY_COMPARE(editing.names(), QStringList({"baseline", "no-norm", "silu", "no-norm+silu"}));
        QVERIFY(!editing.model.index(3, VariantModel::name).flags().testFlag(Qt::ItemIsEditable));
        next.combine = "leave-one-out";
        editing.document.edit("Combine", next);
        QTRY_COMPARE(editing.names(),
                     QStringList({"baseline", "no-norm", "silu", "all", "all-but-no-norm", "all-but-silu"}));
        QCOMPARE(editing.cell(1, VariantModel::parameters), "–");  // not trained alone
        next.combine = "none";
        editing.document.edit("Combine", next);
        QTRY_COMPARE(editing.names(), QStringList({"baseline", "no-norm", "silu"}));
    }

    void the_registry_offers_every_kind_and_each_is_a_variant() {
        const RunConfig baseline = test::synthetic_config(Json::object());
        QStringList titles;
        std::vector<std::string> names;
        for (const OfferedGroup& group : variants_of_registry(baseline)) {
            titles += group.title;
            for (const OfferedVariant& choice : group.variants) {
                names.push_back(choice.variant.name);
                QVERIFY2(!difference(baseline, patched(baseline, choice.variant.patch, "test")).empty(),
                         choice.variant.name.c_str());
                require_valid(patched(baseline, choice.variant.patch, "test"), choice.variant.name);
            }
        }
        for (const char* title : {"Every norm", "Query and key norms", "Attention input norm", "Norm placement",
                                  "Position", "Position, scaling", "Feed-forward", "Initialization"})
            QVERIFY2(titles.contains(title), title);
        QVERIFY(!titles.contains("Attention output norm"));  // not in use
        for (const char* name :
             {"no-norm", "layer-attn_in", "qk_l2-qk", "linear-scaling", "no-position", "silu", "post-placement"})
            QVERIFY2(std::count(names.begin(), names.end(), name) == 1, name);
    }

    void presets_offer_their_variants() {
        const std::vector<OfferedGroup> groups = variants_of_presets();
        const auto quick = std::find_if(groups.begin(), groups.end(), [](const auto& g) { return g.title == "quick"; });
        QVERIFY(quick != groups.end());
        QCOMPARE(quick->variants.size(), 5u);
        QCOMPARE(quick->variants[1].variant.label, "No norm");
    }

    void the_grid_offers_numeric_options_in_use() {
        const std::vector<GridOption> options = grid_options(test::synthetic_config(Json::object()));
        const auto offers = [&](const char* key) {
            return std::any_of(options.begin(), options.end(), [&](const auto& option) { return option.key == key; });
        };
        for (const char* key : {"train.lr", "model.d_ff", "data.context", "model.position.theta"})
            QVERIFY2(offers(key), key);
        for (const char* key : {"train.momentum", "train.schedule", "data.vocab_size", "model.position.factor"})
            QVERIFY2(!offers(key), key);
        QCOMPARE(find_option("model.position.theta")->label, "Theta");
        QVERIFY(!find_option("model.nothing"));
    }
};

QTEST_MAIN(VariantModelTest)
#include "variant_model_test.moc"
