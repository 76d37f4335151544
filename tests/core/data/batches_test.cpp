#include "core/data/batches.h"

#include "tests/support/temp_folder.h"

#include <QTest>
#include <set>

using namespace ablate;
using namespace ablate::data;

// Tokens 0, 1, 2...: an id tells where its window begins.
class BatchesTest : public QObject {
    Q_OBJECT

    test::TempFolder folder_;

    std::unique_ptr<TokenFile> counting(std::int32_t size) {
        const auto file = folder_ / (std::to_string(size) + ".npy");
        std::filesystem::remove(file);
        TokenWriter writer(file, 1 << 20);
        for (std::int32_t id = 0; id < size; ++id) writer.append({&id, 1});
        writer.finish();
        return std::make_unique<TokenFile>(file);
    }
    static std::vector<std::int64_t> begins(const Batch& batch) {
        std::vector<std::int64_t> ids;
        for (std::int64_t row = 0; row < batch.rows; ++row)
            ids.push_back(batch.ids[static_cast<std::size_t>(row * batch.context)]);
        return ids;
    }

  private Q_SLOTS:
    void targets_are_the_next_tokens() {
        const auto tokens = counting(1000);
        for (const Batch& batch : {training_batch(*tokens, 3, 5, 1, 0), evaluation_batch(*tokens, 5, 6, 3, 3)}) {
            QCOMPARE(batch.rows, 3);
            QCOMPARE(batch.context, 5);
            QCOMPARE(batch.ids.size(), 15u);
            for (std::size_t k = 0; k < 15; ++k) {
                QCOMPARE(batch.targets[k], batch.ids[k] + 1);
                if (k % 5) QCOMPARE(batch.ids[k], batch.ids[k - 1] + 1);
            }
        }
    }

    void seed_step_and_micro_step_alone_decide() {
        const auto tokens = counting(100000);
        const auto batch = [&](int seed, int step, int micro) {
            return begins(training_batch(*tokens, 8, 16, static_cast<std::uint64_t>(seed), step, micro));
        };
        const auto late = batch(1, 40, 0);
        QCOMPARE(batch(1, 40, 0), late);
        QVERIFY(batch(2, 40, 0) != late);
        QVERIFY(batch(1, 41, 0) != late);
        QVERIFY(batch(1, 40, 1) != late);
        // The first batch of the quick study's seeds must never change: old runs would not be comparable.
        QCOMPARE(batch(1, 0, 0), (std::vector<std::int64_t>{64127, 63992, 48230, 72600, 89625, 97375, 26544, 91186}));
    }

    void every_window_can_be_drawn_and_none_beyond() {
        const auto tokens = counting(20);
        std::set<std::int64_t> seen;
        for (int step = 0; step < 200; ++step)
            for (const std::int64_t begin : begins(training_batch(*tokens, 4, 8, 1, step))) seen.insert(begin);
        QCOMPARE(seen.size(), 12u);
        QCOMPARE(*seen.begin(), 0);
        QCOMPARE(*seen.rbegin(), 11);
    }

    // torch.linspace(0, 1000 - 8 - 2, 12).long()
    void evaluation_windows_are_the_twins() {
        const auto tokens = counting(1000);
        std::vector<std::int64_t> all;
        for (int k = 0; k < 3; ++k)
            for (const std::int64_t begin : begins(evaluation_batch(*tokens, 8, 12, 4 * k, 4))) all.push_back(begin);
        QCOMPARE(all, (std::vector<std::int64_t>{0, 90, 180, 270, 360, 450, 540, 630, 720, 810, 900, 990}));
    }

    // The same windows in whatever portions they are read: the text does not depend on the micro-batch.
    void evaluation_windows_do_not_depend_on_the_portions() {
        const auto tokens = counting(5000);
        const auto read = [&](std::int64_t portion) {
            std::vector<std::int64_t> all;
            for (std::int64_t first = 0; first < 30; first += portion)
                for (const std::int64_t begin :
                     begins(evaluation_batch(*tokens, 16, 30, first, std::min<std::int64_t>(portion, 30 - first))))
                    all.push_back(begin);
            return all;
        };
        QCOMPARE(read(30).size(), 30u);
        for (const std::int64_t portion : {1, 4, 7, 8, 29}) QCOMPARE(read(portion), read(30));
        QCOMPARE(read(7).front(), 0);
        QCOMPARE(read(7).back(), 5000 - 16 - 2);
    }

    void an_evaluation_has_as_many_windows_as_it_is_told() {
        TrainConfig train;
        train.batch = 4;
        train.eval_batches = 5;
        QCOMPARE(evaluation_windows(train), 20);  // what runs before train.eval_windows meant
        train.eval_windows = 33;
        QCOMPARE(evaluation_windows(train), 33);
        train.batch = 64;
        QCOMPARE(evaluation_windows(train), 33);
    }

    void the_shortest_set_is_one_window() {
        const auto tokens = counting(9);
        QCOMPARE(begins(training_batch(*tokens, 2, 8, 1, 0)), (std::vector<std::int64_t>{0, 0}));
        QCOMPARE(begins(evaluation_batch(*tokens, 8, 1, 0, 1)), (std::vector<std::int64_t>{0}));
        QCOMPARE(begins(evaluation_batch(*tokens, 8, 2, 0, 2)), (std::vector<std::int64_t>{0, 0}));
        QVERIFY_THROWS_EXCEPTION(std::logic_error, training_batch(*tokens, 2, 9, 1, 0));
        QVERIFY_THROWS_EXCEPTION(std::logic_error, evaluation_batch(*tokens, 8, 2, 1, 2));
    }
};

QTEST_GUILESS_MAIN(BatchesTest)
#include "batches_test.moc"
