// Updates as a programmer would fuse them by hand: one loop a rule, the formulas of package optim, float32, one core.
// Prints a line "name ns" for each, nanoseconds a parameter, the median of rounds.
//
//   cc -O3 -march=native -mprefer-vector-width=512 -fno-math-errno -fno-trapping-math fused.c -o fused -lm
//   ./fused 1048576 0.1
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { states = 4 };
static const float b1 = 0.9f, b2 = 0.999f, eps = 1e-8f, rate = 1e-3f;
static const float c1 = 1.25f, c2 = 1.75f; // 1/(1-βᵗ) of some t

static inline float least(float a, float b) { return a < b ? a : b; } // fminf of a library is a call
static inline float most(float a, float b) { return a > b ? a : b; }

#define RULE(name) \
	static void name(long n, float *restrict w, const float *restrict g, float *restrict m, float *restrict v, float *restrict s, float *restrict x)
#define EACH for (long i = 0; i < n; i++)
#define FIRST m[i] = b1 * m[i] + (1 - b1) * g[i]
#define SECOND v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i]

RULE(sgd) { EACH w[i] -= rate * g[i]; }
RULE(momentum) { EACH { m[i] = b1 * m[i] + g[i]; w[i] -= rate * m[i]; } }
RULE(nesterov) { EACH { m[i] = b1 * m[i] + g[i]; w[i] -= rate * (b1 * m[i] + g[i]); } }
RULE(rprop) {
	EACH {
		float p = g[i] * m[i], up = least(v[i] * 1.2f, 5000), down = most(v[i] * 0.5f, 1e-4f);
		float k = p > 0 ? up : p < 0 ? down : v[i], d = p < 0 ? 0 : g[i];
		v[i] = k;
		m[i] = d;
		w[i] -= rate * (d > 0 ? k : d < 0 ? -k : 0);
	}
}
RULE(adagrad) { EACH { v[i] += g[i] * g[i]; w[i] -= rate * g[i] / (sqrtf(v[i]) + eps); } }
RULE(adadelta) {
	EACH {
		SECOND;
		float u = g[i] * sqrtf(m[i] + eps) / sqrtf(v[i] + eps);
		m[i] = b2 * m[i] + (1 - b2) * u * u;
		w[i] -= rate * u;
	}
}
RULE(rmsprop) { EACH { SECOND; w[i] -= rate * g[i] / sqrtf(v[i] + eps); } }
RULE(adam) { EACH { FIRST; SECOND; w[i] -= rate * (m[i] * c1) / (sqrtf(v[i] * c2) + eps); } }
RULE(adamw) { EACH { FIRST; SECOND; w[i] -= rate * ((m[i] * c1) / (sqrtf(v[i] * c2) + eps) + 0.01f * w[i]); } }
RULE(amsgrad) { EACH { FIRST; SECOND; s[i] = most(s[i], v[i]); w[i] -= rate * (m[i] * c1) / (sqrtf(s[i] * c2) + eps); } }
RULE(adamax) { EACH { FIRST; v[i] = most(b2 * v[i], fabsf(g[i])); w[i] -= rate * (m[i] * c1) / (v[i] + eps); } }
RULE(nadam) { EACH { FIRST; SECOND; w[i] -= rate * (m[i] * c1 + g[i] * 0.1f) / (sqrtf(v[i] * c2) + eps); } }
RULE(radam) { EACH { FIRST; SECOND; w[i] -= rate * (m[i] * c1 * c2) / (sqrtf(v[i]) + eps); } }
RULE(adan) {
	EACH {
		float d = g[i] - x[i], f = g[i] + b2 * d;
		x[i] = g[i];
		FIRST;
		s[i] = b2 * s[i] + (1 - b2) * d;
		v[i] = b2 * v[i] + (1 - b2) * f * f;
		w[i] -= rate * (m[i] * c1 + b2 * (s[i] * c2)) / (sqrtf(v[i] * c2) + eps);
	}
}
RULE(adabelief) {
	EACH {
		FIRST;
		float d = g[i] - m[i];
		v[i] = b2 * v[i] + (1 - b2) * d * d + 1e-16f;
		w[i] -= rate * (m[i] * c1) / (sqrtf(v[i] * c2) + eps);
	}
}
RULE(yogi) {
	EACH {
		FIRST;
		float q = g[i] * g[i], d = v[i] - q;
		v[i] -= (1 - b2) * (d > 0 ? q : d < 0 ? -q : 0);
		w[i] -= rate * (m[i] * c1) / (sqrtf(v[i] * c2) + eps);
	}
}
RULE(ademamix) { EACH { FIRST; s[i] = b2 * s[i] + (1 - b2) * g[i]; SECOND; w[i] -= rate * (m[i] * c1 + 5 * s[i]) / (sqrtf(v[i] * c2) + eps); } }
RULE(adopt) {
	EACH {
		float u = least(most(g[i] / most(sqrtf(v[i]), eps), -2), 2);
		m[i] = b1 * m[i] + (1 - b1) * u;
		SECOND;
		w[i] -= rate * m[i];
	}
}
RULE(lion) {
	EACH {
		float u = b1 * m[i] + (1 - b1) * g[i];
		m[i] = b2 * m[i] + (1 - b2) * g[i];
		w[i] -= rate * (u > 0 ? 1.f : u < 0 ? -1.f : u);
	}
}

static const struct {
	const char *name;
	void (*update)(long, float *, const float *, float *, float *, float *, float *);
} rules[] = {{"sgd", sgd}, {"momentum", momentum}, {"nesterov", nesterov}, {"rprop", rprop}, {"adagrad", adagrad}, {"adadelta", adadelta},
	{"rmsprop", rmsprop}, {"adam", adam}, {"adamw", adamw}, {"amsgrad", amsgrad}, {"adamax", adamax}, {"nadam", nadam}, {"radam", radam},
	{"adan", adan}, {"adabelief", adabelief}, {"yogi", yogi}, {"ademamix", ademamix}, {"adopt", adopt}, {"lion", lion}};

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + 1e-9 * t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

int main(int argc, char **argv) {
	long n = argc > 1 ? atol(argv[1]) : 1 << 20;
	double secs = argc > 2 ? atof(argv[2]) : 0.1;
	static double times[1 << 20];
	for (unsigned r = 0; r < sizeof rules / sizeof rules[0]; r++) {
		float *a[2 + states];
		for (int j = 0; j < 2 + states; j++) {
			if (!(a[j] = aligned_alloc(1 << 21, (4 * n + (1 << 21) - 1) >> 21 << 21))) return 1;
			for (long i = 0; i < n; i++) a[j][i] = (rand() + 1.f) / RAND_MAX;
		}
		int count = 0;
		for (double end = now() + secs; count < 3 || (now() < end && count < 1 << 20); count++) {
			double t = now();
			rules[r].update(n, a[0], a[1], a[2], a[3], a[4], a[5]);
			times[count] = now() - t;
		}
		qsort(times, count, sizeof times[0], ascending);
		printf("%s %.4f\n", rules[r].name, 1e9 * times[count / 2] / n);
		for (int j = 0; j < 2 + states; j++) free(a[j]);
	}
}
