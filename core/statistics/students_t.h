#pragma once
#include "core/statistics/statistics.h"

// Student's t as all intervals and tests of this folder use it. No function here throws.
namespace ablate::study {

// The value that a Student t variable exceeds with probability `tail`; infinity where `tail` is 0.
double t_quantile(double tail, double degrees);
// The two-sided p value of a mean of zero. A standard error of zero is compatible with a mean of exactly zero only.
double t_test_p(double mean, double standard_error, double degrees);

// Standard error and degrees of a difference of two means with unequal variances (Welch 1947, Satterthwaite 1946). Each
// variance is at least `least_variance`. Both sides have two values or more.
struct WelchError {
    double standard_error = 0, degrees = 1;
};
WelchError welch(const Interval& one, const Interval& other, double least_variance = 0);

}  // namespace ablate::study
