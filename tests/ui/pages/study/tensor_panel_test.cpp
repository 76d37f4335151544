#include "ui/pages/study/tensor_panel.h"

#include "core/interop/hf/import_model.h"
#include "core/train/register.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "ui/theme/theme.h"

#include <QAbstractItemModelTester>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;

class TensorPanelTest : public QObject {
    Q_OBJECT

    static RunConfig config(const Json& patch = Json::object()) {
        return patched(
            patched(RunConfig(), {{"model", {{"d_model", 16}, {"layers", 12}, {"heads", 2}, {"d_ff", 32}}}}, "test"),
            patch, "test");
    }
    static const TensorRow& row(const TensorList& list, const QString& name, TensorFate fate) {
        for (const TensorRow& row : list.rows)
            if (row.name == name && row.fate == fate) return row;
        static const TensorRow none;
        return none;
    }
    static int place(const TensorList& list, const QString& name) {
        for (std::size_t i = 0; i < list.rows.size(); ++i)
            if (list.rows[i].name == name) return static_cast<int>(i);
        return -1;
    }
    struct Shown {
        test::TempFolder folder;
        TensorPanel panel;
        QTableView& table = *panel.findChild<QTableView*>();
        QLineEdit& filter = *panel.findChild<QLineEdit*>();
        explicit Shown(const RunConfig& config, const RunConfig& baseline) {
            panel.resize(900, 400);
            panel.show_variant("variant", config, baseline, folder.path());
            panel.show();
            if (!QTest::qWaitFor([&] { return panel.settled(); })) qFatal("not listed");
        }
        QString told() const {
            for (QLabel* label : panel.findChildren<QLabel*>())
                if (!label->text().isEmpty()) return label->text();
            return {};
        }
        QString cell(int row, int column) const { return table.model()->index(row, column).data().toString(); }
    };

  private Q_SLOTS:
    void initTestCase() {
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }

    void without_a_start_the_baseline_is_what_a_variant_is_compared_with() {
        const TensorList list =
            tensors_beside(config(), config({{"model", {{"d_ff", 48}, {"norm", {{"attn_in", {{"kind", "none"}}}}}}}}));
        QCOMPARE(row(list, "embed.weight", TensorFate::same).shape, QString("10000 × 16"));
        const TensorRow& wider = row(list, "blocks.0.ffn.gate.weight", TensorFate::reshaped);
        QCOMPARE(wider.shape, QString("48 × 16"));
        QCOMPARE(wider.why, QString("32 × 16 in the baseline"));
        QCOMPARE(wider.parameters, 48 * 16);
        const int gone = place(list, "blocks.3.attn_in.weight");  // where it was
        QCOMPARE(gone + 1, place(list, "blocks.3.attn.q.weight"));
        QCOMPARE(list.rows[static_cast<std::size_t>(gone)].fate, TensorFate::dropped);
        QVERIFY(list.counts.contains("12 only there, none only here, 36 of another shape"));
        QVERIFY(!tensors_beside(config(), config()).compared);
        const TensorList more = tensors_beside(config(), config({{"model", {{"norm", {{"q", {{"kind", "rms"}}}}}}}}));
        QCOMPARE(row(more, "blocks.0.attn.q_norm.weight", TensorFate::fresh).shape, QString("8"));
    }

    void a_start_keeps_drops_and_adds_and_says_why() {
        const test::TempFolder folder;
        const auto data = std::filesystem::path(ABLATE_SOURCE_DIR) / "tests/data/hf/qwen3-tied-bf16-v5";
        const auto model = interop::hf::import_model(data, folder.path(), "tiny");
        RunConfig variant = model.config;
        variant.train.start = "tiny";
        QCOMPARE(tensors_from_start(variant, folder.path(), "x").counts,
                 QString("24 tensors kept, none dropped, none new"));
        variant = patched(variant, {{"model", {{"norm", {{"q", {{"kind", "none"}}}, {"final", {{"kind", "layer"}}}}}}}},
                          "test");
        const TensorList list = tensors_from_start(variant, folder.path(), "x");
        QCOMPARE(list.counts, QString("21 tensors kept, 3 dropped, 2 new"));
        QVERIFY(row(list, "blocks.1.attn.q_norm.weight", TensorFate::dropped).why.contains("norm at q: RMSNorm"));
        QVERIFY(row(list, "final.weight", TensorFate::fresh).why.contains("starts at 1"));
        QCOMPARE(list.rows.back().name, QString("final.bias"));
        QCOMPARE(list.rows[list.rows.size() - 3].fate, TensorFate::dropped);  // the old final.weight, before the new
        QCOMPARE(list.word_for(TensorFate::fresh), QString("new"));
    }

    void the_model_keeps_its_rows_in_place() {
        TensorModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.set(tensors_beside(config(), config()));
        const QPersistentModelIndex head = model.index(0, 0), last = model.index(model.rowCount() - 1, 0);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        const int before = model.rowCount();
        model.set(tensors_beside(config(), config({{"model", {{"norm", {{"q", {{"kind", "rms"}}}}}}}})));
        QCOMPARE(model.rowCount(), before + 12);
        QVERIFY(head.isValid() && last.isValid());
        QCOMPARE(last.row(), model.rowCount() - 1);
        model.set(tensors_beside(config(), config({{"model", {{"layers", 1}}}})));
        model.set({});
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(reset.count(), 0);
    }

    void fates_have_a_sign_and_a_color() {
        TensorModel model;
        model.set(tensors_beside(config(), config({{"model", {{"norm", {{"attn_in", {{"kind", "none"}}}}}}}})));
        const auto cell = [&](int row) { return model.index(row, TensorModel::fate); };
        QCOMPARE(cell(0).data().toString(), QString("= same"));
        QCOMPARE(cell(1).data().toString(), QString("− only in the baseline"));
        QCOMPARE(cell(1).data(Qt::AccessibleTextRole).toString(), QString("only in the baseline"));
        QVERIFY(cell(0).data(Qt::ForegroundRole) != cell(1).data(Qt::ForegroundRole));
    }

    void it_is_filtered_and_sorted() {
        Shown shown(config({{"model", {{"norm", {{"attn_in", {{"kind", "none"}}}}}}}}), config());
        const int all = shown.table.model()->rowCount();
        QVERIFY(shown.told().contains("12 only there"));
        QTest::keyClicks(&shown.filter, "attn_in ONLY");
        QCOMPARE(shown.table.model()->rowCount(), 12);
        QVERIFY(shown.told().endsWith("12 shown"));
        shown.table.sortByColumn(TensorModel::name, Qt::DescendingOrder);
        QCOMPARE(shown.cell(0, TensorModel::name), QString("blocks.11.attn_in.weight"));
        QCOMPARE(shown.cell(2, TensorModel::name), QString("blocks.9.attn_in.weight"));
        shown.filter.clear();
        shown.table.sortByColumn(TensorModel::parameters, Qt::DescendingOrder);
        QCOMPARE(shown.cell(0, TensorModel::parameters), QString("160,000"));
        QCOMPARE(shown.cell(all - 1, TensorModel::parameters), QString("16"));
        shown.table.sortByColumn(-1, Qt::AscendingOrder);
        QCOMPARE(shown.cell(1, TensorModel::name), QString("blocks.0.attn_in.weight"));
        QCOMPARE(shown.table.model()->rowCount(), all);
    }

    void a_start_that_is_not_there_is_said() {
        RunConfig lost = config();
        lost.train.start = "nothing";
        Shown shown(lost, config());
        QVERIFY(shown.told().contains("train.start: 'nothing'"));
        QVERIFY(!shown.table.isVisible());
        shown.panel.show_variant("baseline", config(), config(), shown.folder.path());
        QTRY_VERIFY(shown.table.isVisible());
        QVERIFY(shown.table.isColumnHidden(TensorModel::fate));
        QVERIFY(shown.told().contains("parameters"));
    }

    void reasons_stand_below_the_names_where_they_have_no_room() {
        const test::TempFolder folder;
        const auto data = std::filesystem::path(ABLATE_SOURCE_DIR) / "tests/data/hf/qwen3-tied-bf16-v5";
        RunConfig variant = interop::hf::import_model(data, folder.path(), "tiny").config;
        variant.train.start = "tiny";
        variant = patched(variant, {{"model", {{"norm", {{"q", {{"kind", "none"}}}}}}}}, "test");
        TensorPanel panel;
        const auto& table = *panel.findChild<QTableView*>();
        panel.show_variant("x", variant, variant, folder.path());
        panel.resize(1000, 300);
        panel.show();
        QTRY_VERIFY(panel.settled() && table.model()->rowCount() > 0);
        const auto hidden = [&](int column) { return table.isColumnHidden(column); };
        QVERIFY(!hidden(TensorModel::why) && !hidden(TensorModel::parameters));
        const int high = table.rowHeight(0);
        panel.resize(740, 300);
        QVERIFY(hidden(TensorModel::why) && !hidden(TensorModel::parameters));
        QVERIFY(table.rowHeight(0) > high);
        panel.resize(460, 300);
        QVERIFY(hidden(TensorModel::why) && hidden(TensorModel::parameters));
        QVERIFY(table.horizontalHeader()->length() <= table.viewport()->width());
        panel.show_variant("plain", config({{"model", {{"norm", {{"q", {{"kind", "rms"}}}}}}}}), config(),
                           folder.path());
        QTRY_COMPARE(table.rowHeight(0), high);  // no reasons
        panel.show_variant("baseline", config(), config(), folder.path());
        QTRY_VERIFY(!hidden(TensorModel::parameters));
    }

    void thousands_of_tensors_are_listed() {
        const RunConfig deep = config({{"model", {{"layers", 400}}}});
        Shown shown(patched(deep, {{"model", {{"norm", {{"q", {{"kind", "rms"}}}}}}}}, "test"), deep);
        QCOMPARE(shown.table.model()->rowCount(), 400 * 10 + 3);
        QTest::keyClicks(&shown.filter, "q_norm only here");
        QCOMPARE(shown.table.model()->rowCount(), 400);
    }

    void nothing_is_read_while_nobody_looks() {
        test::TempFolder folder;
        TensorPanel panel;
        panel.show_variant("baseline", config(), config(), folder.path());
        QVERIFY(!panel.settled());
        panel.show();
        QTRY_VERIFY(panel.settled());
        QVERIFY(panel.findChild<QTableView*>()->model()->rowCount() > 0);
    }
};

QTEST_MAIN(TensorPanelTest)
#include "tensor_panel_test.moc"
