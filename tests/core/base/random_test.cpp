#include "core/base/random.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

using ablate::RandomStream;

class RandomTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // From an independent implementation in Python: what the same seed must give on every machine and in every release.
    void values_are_fixed_for_ever() {
        QCOMPARE(ablate::derive_seed(1, "blocks.0.attn.wq"), 0xd1a87b15fe248534u);
        RandomStream bits(1, "blocks.0.attn.wq");
        for (const std::uint64_t value : {0xdad7c388c30b2f4u, 0xa812f1fb70bf2ae4u, 0x252b998a34f8a955u})
            QCOMPARE(bits.next(), value);
        RandomStream normals(1, "blocks.0.attn.wq");
        for (const double value : {-0.44288527853490217, 0.1552469044678845, -1.0393988905250038, -0.32479429232860274})
            QVERIFY(std::abs(normals.normal() - value) < 1e-15);
    }

    void streams_differ_by_seed_and_by_name() {
        QVERIFY(RandomStream(1, "a").next() != RandomStream(2, "a").next());
        QVERIFY(RandomStream(1, "a").next() != RandomStream(1, "b").next());
        QVERIFY(ablate::derive_seed(0, "") != ablate::derive_seed(0, "a"));
    }

    void uniform_is_uniform() {
        RandomStream stream(3, "uniform");
        std::vector<int> bins(10);
        for (int i = 0; i < 100000; ++i) {
            const double x = stream.uniform();
            QVERIFY(x >= 0 && x < 1);
            ++bins[static_cast<std::size_t>(x * 10)];
        }
        for (const int count : bins) QVERIFY(std::abs(count - 10000) < 500);  // 5 sigma
    }

    void below_is_unbiased() {
        RandomStream stream(4, "below");
        std::vector<int> bins(3);
        for (int i = 0; i < 30000; ++i) ++bins[stream.below(3)];
        for (const int count : bins) QVERIFY(std::abs(count - 10000) < 410);
        // With 3/4 of 2^64 as the bound a plain remainder would fall below 2^62 twice as often as it should.
        const std::uint64_t bound = 3ull << 62;
        int low = 0;
        for (int i = 0; i < 30000; ++i) low += stream.below(bound) < (1ull << 62);
        QVERIFY(std::abs(low - 10000) < 410);
        QCOMPARE(stream.below(1), 0u);
        QVERIFY_THROWS_EXCEPTION(std::logic_error, stream.below(0));
    }

    void normal_is_normal() {
        RandomStream stream(5, "normal");
        constexpr int n = 200000;
        double sum = 0, squares = 0, fourth = 0;
        int within = 0;
        for (int i = 0; i < n; ++i) {
            const double x = stream.normal();
            sum += x, squares += x * x, fourth += x * x * x * x;
            within += std::abs(x) < 1;
        }
        QVERIFY(std::abs(sum / n) < 0.012);
        QVERIFY(std::abs(squares / n - 1) < 0.016);
        QVERIFY(std::abs(fourth / n - 3) < 0.12);
        QVERIFY(std::abs(within / double{n} - 0.6826895) < 0.006);
    }

    void truncated_normal_keeps_its_limit_and_variance() {
        RandomStream stream(6, "truncated");
        for (const double limit : {0.01, 0.5, 1.0, 3.0}) {
            constexpr int n = 50000;
            double squares = 0, largest = 0;
            for (int i = 0; i < n; ++i) {
                const double x = stream.truncated_normal(limit);
                squares += x * x;
                largest = std::max(largest, std::abs(x));
            }
            const double density = std::exp(-limit * limit / 2) / std::sqrt(2 * M_PI);
            const double variance = 1 - 2 * limit * density / std::erf(limit / std::sqrt(2.0));
            QVERIFY(largest <= limit && largest > 0.9 * limit);
            QVERIFY(std::abs(squares / n / variance - 1) < 0.03);
        }
        QVERIFY_THROWS_EXCEPTION(std::logic_error, stream.truncated_normal(0));
    }
};

QTEST_GUILESS_MAIN(RandomTest)
#include "random_test.moc"
