/* Batch norm, shift and (leaky) ReLU in one sweep. Compiled on request by relu_native.py, once with
   REAL = float and once with REAL = double.

   x is N x C x S: "planar" (S contiguous values per sample and channel) or "rows" (channels last, N*S rows
   of C values). z = (x - mean) * a + b with a = weight * invstd, b = bias + alpha; y = z where z > 0,
   else slope * z. The backward pass keeps x alone: the mask is the sign of the same z.

   - Planar data goes channel by channel: the second look at a channel finds it in the cache.
   - Moments of short blocks are combined in double (Chan, Golub, LeVeque): a large offset costs no digits.
   - Rows are cut into a fixed number of parts, so no sum depends on the number of threads.
   Return value: 0, or 1 when memory for the partial sums could not be had. */

#include <math.h>
#include <stdlib.h>

#define EACH _Pragma("omp simd")
#define SHARED(p) _Pragma("omp parallel for num_threads(p->threads) schedule(static)")

enum { BLOCK = 1024, BLOCK_VALUES = 4096, PARTS = 16 };

typedef struct {
    long N, C, S;
    int rows, train, threads;
    double eps, slope;
} problem;

typedef struct {
    double n, mean, m2; /* count, mean, sum of squared deviations */
} moments;

static inline REAL rectify(REAL z, REAL slope) {
    REAL below = slope == 0 ? (z <= 0 ? 0 : z) : slope * z; /* NaN passes */
    return z > 0 ? z : below;
}

static inline REAL through(REAL z, REAL dy, REAL slope) {
    REAL below = slope == 0 ? (z <= 0 ? 0 : dy) : slope * dy;
    return z > 0 ? dy : below;
}

static void combine(moments *all, double n, double mean, double m2) {
    double total = all->n + n, delta = mean - all->mean;
    all->m2 += m2 + delta * delta * all->n * n / total;
    all->mean += delta * n / total;
    all->n = total;
}

/* -- planar: one channel ------------------------------------------------------------------------ */

static void add_block(moments *all, const REAL *x, long m) {
    REAL sum = 0, off = 0, square = 0;
    _Pragma("omp simd reduction(+:sum)") for (long i = 0; i < m; i++) sum += x[i];
    REAL near = sum / m;
    _Pragma("omp simd reduction(+:off,square)") for (long i = 0; i < m; i++) {
        REAL d = x[i] - near;
        off += d;
        square += d * d;
    }
    combine(all, m, near + (double)off / m, square - (double)off * off / m);
}

static moments channel_moments(const problem *p, const REAL *x, long c) {
    moments all = {0, 0, 0};
    for (long n = 0; n < p->N; n++)
        for (long s = 0; s < p->S; s += BLOCK)
            add_block(&all, x + (n * p->C + c) * p->S + s, p->S - s < BLOCK ? p->S - s : BLOCK);
    return all;
}

static void channel_forward(const problem *p, const REAL *x, REAL *y, long c, const REAL *coefficient) {
    const REAL mean = coefficient[0], a = coefficient[1], b = coefficient[2], slope = p->slope;
    for (long n = 0; n < p->N; n++) {
        const REAL *from = x + (n * p->C + c) * p->S;
        REAL *to = y + (n * p->C + c) * p->S;
        EACH for (long i = 0; i < p->S; i++) to[i] = rectify((from[i] - mean) * a + b, slope);
    }
}

static void channel_sums(const problem *p, const REAL *x, const REAL *dy, long c, const REAL *coefficient,
                         double *sums) {
    const REAL mean = coefficient[0], a = coefficient[1], b = coefficient[2], slope = p->slope;
    for (long n = 0; n < p->N; n++)
        for (long s = 0; s < p->S; s += BLOCK) {
            const long at = (n * p->C + c) * p->S + s, m = p->S - s < BLOCK ? p->S - s : BLOCK;
            REAL plain = 0, weighted = 0;
            _Pragma("omp simd reduction(+:plain,weighted)") for (long i = 0; i < m; i++) {
                REAL d = x[at + i] - mean, dz = through(d * a + b, dy[at + i], slope);
                plain += dz;
                weighted += dz * d;
            }
            sums[0] += plain;
            sums[1] += weighted;
        }
}

static void channel_backward(const problem *p, const REAL *x, const REAL *dy, REAL *dx, long c,
                             const REAL *coefficient) {
    const REAL mean = coefficient[0], a = coefficient[1], b = coefficient[2], slope = p->slope;
    const REAL level = coefficient[3], tilt = coefficient[4];
    for (long n = 0; n < p->N; n++) {
        const long at = (n * p->C + c) * p->S;
        EACH for (long i = 0; i < p->S; i++) {
            REAL d = x[at + i] - mean, dz = through(d * a + b, dy[at + i], slope);
            dx[at + i] = p->train ? a * dz - level - d * tilt : a * dz;
        }
    }
}

/* -- rows: all channels of one part -------------------------------------------------------------- */

static long part_start(const problem *p, int part) { return p->N * p->S * part / PARTS; }

static long block_rows(const problem *p) {
    long rows = BLOCK_VALUES / p->C;
    return rows < 16 ? 16 : rows;
}

/* scratch: 2 C values; all: C moments */
static void part_moments(const problem *p, const REAL *x, int part, moments *all, REAL *scratch) {
    const long C = p->C, last = part_start(p, part + 1), step = block_rows(p);
    REAL *near = scratch, *off = scratch + C, *square = scratch + 2 * C;
    for (long first = part_start(p, part); first < last; first += step) {
        const long m = last - first < step ? last - first : step;
        for (long c = 0; c < C; c++) near[c] = off[c] = square[c] = 0;
        for (long r = first; r < first + m; r++)
            EACH for (long c = 0; c < C; c++) near[c] += x[r * C + c];
        for (long c = 0; c < C; c++) near[c] /= m;
        for (long r = first; r < first + m; r++)
            EACH for (long c = 0; c < C; c++) {
                REAL d = x[r * C + c] - near[c];
                off[c] += d;
                square[c] += d * d;
            }
        for (long c = 0; c < C; c++)
            combine(all + c, m, near[c] + (double)off[c] / m, square[c] - (double)off[c] * off[c] / m);
    }
}

/* k: five arrays of C coefficients, one after the other */
static void part_forward(const problem *p, const REAL *x, REAL *y, int part, const REAL *k) {
    const long C = p->C;
    const REAL *mean = k, *a = k + C, *b = k + 2 * C, slope = p->slope;
    for (long r = part_start(p, part); r < part_start(p, part + 1); r++)
        EACH for (long c = 0; c < C; c++)
            y[r * C + c] = rectify((x[r * C + c] - mean[c]) * a[c] + b[c], slope);
}

static void part_sums(const problem *p, const REAL *x, const REAL *dy, int part, const REAL *k,
                      double *sums, REAL *scratch) {
    const long C = p->C, last = part_start(p, part + 1), step = block_rows(p);
    const REAL *mean = k, *a = k + C, *b = k + 2 * C, slope = p->slope;
    REAL *plain = scratch, *weighted = scratch + C;
    for (long first = part_start(p, part); first < last; first += step) {
        const long m = last - first < step ? last - first : step;
        for (long c = 0; c < C; c++) plain[c] = weighted[c] = 0;
        for (long r = first; r < first + m; r++)
            EACH for (long c = 0; c < C; c++) {
                REAL d = x[r * C + c] - mean[c], dz = through(d * a[c] + b[c], dy[r * C + c], slope);
                plain[c] += dz;
                weighted[c] += dz * d;
            }
        for (long c = 0; c < C; c++) {
            sums[2 * c] += plain[c];
            sums[2 * c + 1] += weighted[c];
        }
    }
}

static void part_backward(const problem *p, const REAL *x, const REAL *dy, REAL *dx, int part,
                          const REAL *k) {
    const long C = p->C;
    const REAL *mean = k, *a = k + C, *b = k + 2 * C, *level = k + 3 * C, *tilt = k + 4 * C;
    const REAL slope = p->slope;
    for (long r = part_start(p, part); r < part_start(p, part + 1); r++)
        EACH for (long c = 0; c < C; c++) {
            const long at = r * C + c;
            REAL d = x[at] - mean[c], dz = through(d * a[c] + b[c], dy[at], slope);
            dx[at] = p->train ? a[c] * dz - level[c] - d * tilt[c] : a[c] * dz;
        }
}

/* -- entries ---------------------------------------------------------------------------------------
   moment: C means, then C biased variances: written in training, read otherwise.
   k: 5 C coefficients: mean, a, b (written by forward), level, tilt (written by backward).
   sums: C pairs sum(dz), sum(dz * (x - mean)). weight and bias may be NULL: 1 and 0. dx may be NULL. */

static void coefficients(const problem *p, long c, const REAL *weight, const REAL *bias,
                         const double *moment, REAL *k) {
    const double a = (weight ? weight[c] : 1) / sqrt(moment[p->C + c] + p->eps);
    k[c] = moment[c];
    k[p->C + c] = a;
    k[2 * p->C + c] = (bias ? bias[c] : 0) - (moment[c] - k[c]) * a; /* what rounding the mean lost */
}

static void slopes(const problem *p, long c, const double *moment, double *sums, REAL *k) {
    const double n = (double)p->N * p->S, lost = moment[c] - k[c], a = k[p->C + c];
    sums[2 * c + 1] -= lost * sums[2 * c];
    const double tilt = p->train ? a * sums[2 * c + 1] / (n * (moment[p->C + c] + p->eps)) : 0;
    k[3 * p->C + c] = p->train ? a * sums[2 * c] / n - lost * tilt : 0;
    k[4 * p->C + c] = tilt;
}

/* the five coefficients of one channel, side by side */
static void gather(const problem *p, long c, const REAL *k, REAL *one) {
    for (int i = 0; i < 5; i++) one[i] = k[i * p->C + c];
}

static int rows_moments(const problem *p, const REAL *x, double *moment) {
    moments *all = calloc(PARTS * p->C, sizeof(moments));
    REAL *scratch = malloc(PARTS * 3 * p->C * sizeof(REAL));
    const int failed = !all || !scratch;
    if (!failed) {
        SHARED(p) for (int part = 0; part < PARTS; part++)
            part_moments(p, x, part, all + part * p->C, scratch + part * 3 * p->C);
        for (long c = 0; c < p->C; c++) {
            for (int part = 1; part < PARTS; part++) {
                const moments *one = all + part * p->C + c;
                if (one->n > 0) combine(all + c, one->n, one->mean, one->m2);
            }
            moment[c] = all[c].mean;
            moment[p->C + c] = all[c].m2 / all[c].n;
        }
    }
    free(all);
    free(scratch);
    return failed;
}

static int rows_sums(const problem *p, const REAL *x, const REAL *dy, const REAL *k, double *sums) {
    double *all = calloc(PARTS * 2 * p->C, sizeof(double));
    REAL *scratch = malloc(PARTS * 2 * p->C * sizeof(REAL));
    const int failed = !all || !scratch;
    if (!failed) {
        SHARED(p) for (int part = 0; part < PARTS; part++)
            part_sums(p, x, dy, part, k, all + part * 2 * p->C, scratch + part * 2 * p->C);
        for (long i = 0; i < 2 * p->C; i++) {
            sums[i] = 0;
            for (int part = 0; part < PARTS; part++) sums[i] += all[part * 2 * p->C + i];
        }
    }
    free(all);
    free(scratch);
    return failed;
}

int psbn_relu_forward(const problem *p, const REAL *x, REAL *y, const REAL *weight, const REAL *bias,
                      double *moment, REAL *k) {
    if (p->rows) {
        if (p->train && rows_moments(p, x, moment)) return 1;
        for (long c = 0; c < p->C; c++) coefficients(p, c, weight, bias, moment, k);
        SHARED(p) for (int part = 0; part < PARTS; part++) part_forward(p, x, y, part, k);
        return 0;
    }
    SHARED(p) for (long c = 0; c < p->C; c++) {
        if (p->train) {
            moments all = channel_moments(p, x, c);
            moment[c] = all.mean;
            moment[p->C + c] = all.m2 / all.n;
        }
        coefficients(p, c, weight, bias, moment, k);
        REAL one[5];
        gather(p, c, k, one);
        channel_forward(p, x, y, c, one);
    }
    return 0;
}

int psbn_relu_backward(const problem *p, const REAL *x, const REAL *dy, REAL *dx, const double *moment,
                       REAL *k, double *sums) {
    if (p->rows) {
        if (rows_sums(p, x, dy, k, sums)) return 1;
        for (long c = 0; c < p->C; c++) slopes(p, c, moment, sums, k);
        if (!dx) return 0;
        SHARED(p) for (int part = 0; part < PARTS; part++) part_backward(p, x, dy, dx, part, k);
        return 0;
    }
    SHARED(p) for (long c = 0; c < p->C; c++) {
        REAL one[5];
        gather(p, c, k, one);
        sums[2 * c] = sums[2 * c + 1] = 0;
        channel_sums(p, x, dy, c, one, sums + 2 * c);
        slopes(p, c, moment, sums, k);
        gather(p, c, k, one);
        if (dx) channel_backward(p, x, dy, dx, c, one);
    }
    return 0;
}
