"""Writes tests/data/statistics/expected.json: intervals, tests and power as SciPy and statsmodels compute them, on drawn
differences. Run by hand with scipy and statsmodels:

    python tests/support/make_statistics_reference.py

Where they have no function for a quantity, it is computed here from their distributions by the formula that the header
states: the width with validation noise, and the power with it, by numerical integration.
"""

import json
import pathlib

import numpy as np
from scipy import integrate, optimize, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import proportion_confint

TARGET = pathlib.Path(__file__).resolve().parent.parent / "data" / "statistics" / "expected.json"
RANDOM = np.random.default_rng(15)


def finite(value):
    return float(value) if np.isfinite(value) else str(value)


def quantiles():
    tails = [0.25, 0.025, 0.005, 0.0005, 1e-6]
    return [[tail, degrees, finite(stats.t.isf(tail, degrees))]
            for tail in tails for degrees in [1, 2, 3.5, 4, 9, 19, 64, 65, 400]]


def half_width(differences, blocks, resolution, error):
    n = len(differences)
    s = np.sqrt(max(np.var(differences, ddof=1), resolution**2 / 6))
    seeds = stats.t.isf(error / 2, n - 1) * s / np.sqrt(n)
    text = stats.t.isf(error / 2, len(blocks) - 1) * stats.sem(blocks) if len(blocks) else 0.0
    return float(np.hypot(seeds, text)), float(seeds), float(text)


def interval_case(n, block_count, resolution, error, scale):
    differences = RANDOM.normal(0.3 * scale, scale, n)
    if resolution:
        differences = np.round(differences / resolution) * resolution
    blocks = RANDOM.normal(differences.mean(), scale, block_count)
    width, seeds, text = half_width(differences, blocks, resolution, error)
    mean = differences.mean()
    reaches = lambda log_error: half_width(differences, blocks, resolution, np.exp(log_error))[0] - abs(mean)
    p = np.exp(optimize.brentq(reaches, np.log(1e-14), 0, xtol=1e-15, rtol=1e-15))
    if not block_count and not resolution:  # the plain paired t test
        np.testing.assert_allclose(p, stats.ttest_1samp(differences, 0).pvalue, rtol=1e-11)
        ends = stats.ttest_1samp(differences, 0).confidence_interval(1 - error)
        np.testing.assert_allclose(width, (ends.high - ends.low) / 2, rtol=1e-11)
    return {"differences": differences.tolist(), "blocks": blocks.tolist(), "resolution": resolution, "error": error,
            "mean": float(mean), "sd": float(np.std(differences, ddof=1)), "half_width": width, "seeds_half": seeds,
            "blocks_half": text, "unadjusted": half_width(differences, blocks, resolution, 0.05)[0], "p": float(p)}


def intervals():
    cases = [interval_case(n, 0, 0, error, 0.004) for n in (2, 3, 5, 8) for error in (0.05, 0.01, 0.0005)]
    cases += [interval_case(n, 20, 0, error, 0.004) for n in (2, 3, 5, 10) for error in (0.05, 0.005)]
    return cases + [interval_case(n, blocks, 0.01, 0.01, 0.004) for n in (3, 6) for blocks in (0, 20)]


def welch_cases():
    cases = []
    for n, m, error in [(2, 2, 0.05), (3, 5, 0.01), (8, 4, 0.005)]:
        variant, baseline = RANDOM.normal(3.7, 0.02, n), RANDOM.normal(3.69, 0.005, m)
        test = stats.ttest_ind(variant, baseline, equal_var=False)
        ends, plain = test.confidence_interval(1 - error), test.confidence_interval(0.95)
        cases.append({"variant": variant.tolist(), "baseline": baseline.tolist(), "error": error,
                      "mean": float(variant.mean() - baseline.mean()), "half_width": float(ends.high - ends.low) / 2,
                      "unadjusted": float(plain.high - plain.low) / 2, "p": float(test.pvalue)})
    return cases


def holm_cases():
    lists = [[0.01, 0.04, 0.03, 0.005], [0.2], [0.5, 0.5, 0.6], RANDOM.uniform(0, 0.1, 9).tolist()]
    return [{"p": p, "adjusted": multipletests(p, method="holm")[1].tolist()} for p in lists]


def rates():
    return [[k, n, error, *map(float, proportion_confint(k, n, error, method="beta"))]
            for k, n in [(0, 3), (1, 3), (3, 3), (2, 5), (7, 20), (0, 50), (49, 50)] for error in (0.05, 0.01)]


def fisher():
    tables = [(0, 3, 3, 3), (1, 3, 0, 3), (0, 5, 5, 5), (2, 8, 7, 9), (1, 20, 9, 20), (0, 4, 0, 4), (30, 100, 50, 100),
              (3, 10, 3, 10), (1, 500, 12, 480)]
    return [[a, n, b, m, float(stats.fisher_exact([[a, n - a], [b, m - b]]).pvalue)] for a, n, b, m in tables]


def sign_flips():
    lists = [RANDOM.normal(0.5, 1, n) for n in (8, 10, 12)]
    lists.append(np.round(RANDOM.normal(0.3, 1, 9), 1))
    lists.append(np.ones(8))
    lists.append(RANDOM.normal(0.2, 1, 16))
    test = lambda x: stats.permutation_test((x,), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue
    return [{"differences": x.tolist(), "p": float(test(x))} for x in lists]


def planning():
    cases = []
    pools = [[(4e-6, 2)], [(4e-6, 2), (1e-5, 2)], [(4e-6, 1), (1e-5, 1), (2e-6, 1), (9e-6, 1), (1.5e-5, 1)],
             [(4e-6, 2), (1e-5, 4), (2e-6, 2)]]
    for pool in pools:
        for own in [None, pool[0]]:
            m, mean = len(pool), np.mean([variance for variance, _ in pool])
            used = own or (pool[0] if m == 1 else None)
            variance, nu = used if used else (0.0, 0)
            d0 = min(4, (m - 1) * np.mean([degrees for _, degrees in pool]))
            shrunk = (d0 * mean + nu * variance) / (d0 + nu)
            deviation = np.sqrt(shrunk * (d0 + nu) / stats.chi2.ppf(0.2, d0 + nu))
            cases.append({"pool": pool, "own": own, "deviation": float(deviation)})
    return cases


def power_with_blocks(difference, n, error, deviation, block_deviation, blocks):
    seed_error, text_error = deviation / np.sqrt(n), block_deviation / np.sqrt(blocks)
    text_half = stats.t.isf(error / 2, blocks - 1) * text_error
    noise = np.hypot(seed_error, text_error)

    def weighted(spread):
        half = np.hypot(stats.t.isf(error / 2, n - 1) * seed_error * spread, text_half)
        found = stats.norm.sf((half - difference) / noise) + stats.norm.sf((half + difference) / noise)
        return stats.chi.pdf(spread * np.sqrt(n - 1), n - 1) * np.sqrt(n - 1) * found
    low, high = stats.chi.ppf(1e-16, n - 1) / np.sqrt(n - 1), stats.chi.isf(1e-16, n - 1) / np.sqrt(n - 1)
    points = np.linspace(low, high, 9)
    return sum(integrate.quad(weighted, a, b, epsabs=1e-14, epsrel=1e-13, limit=400)[0]
               for a, b in zip(points, points[1:]))


def two_tailed_power(effect, n, error):
    quantile, shift = stats.t.isf(error / 2, n - 1), effect * np.sqrt(n)
    # SciPy has no value for the other tail of a large noncentrality, where it is zero to double precision.
    return stats.nct.sf(quantile, n - 1, shift) + np.nan_to_num(stats.nct.cdf(-quantile, n - 1, shift))


def powers():
    cases = []
    for n in (2, 3, 5, 8, 30):
        for error in (0.05, 0.01):
            for effect in (0.5, 2, 5):
                own = two_tailed_power(effect, n, error)
                statsmodels = TTestPower().power(effect, n, error, alternative="two-sided")
                assert np.isnan(statsmodels) or abs(statsmodels - own) < 1e-12
                with_text = power_with_blocks(effect * 0.004, n, error, 0.004, 0.003, 20)
                cases.append({"n": n, "error": error, "difference": effect * 0.004, "power": float(own),
                              "with_text": float(with_text)})
    return cases


def detectable():
    cases = []
    for n in (2, 3, 5, 8, 20):
        for error in (0.05, 0.01):
            missing = lambda effect: two_tailed_power(effect, n, error) - 0.8
            cases.append([n, error, float(optimize.brentq(missing, 0.1, 200, xtol=1e-13, rtol=1e-14))])
    return cases


if __name__ == "__main__":
    expected = {"quantiles": quantiles(), "intervals": intervals(), "welch": welch_cases(), "holm": holm_cases(),
                "rates": rates(), "fisher": fisher(), "sign_flips": sign_flips(), "planning": planning(),
                "powers": powers(), "detectable": detectable()}
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, cases in expected.items():
        lines.append(f'"{name}": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]")
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n")
