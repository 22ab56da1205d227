// Numbers: how they are written, where axes have ticks, how curves are smoothed.

// number writes a value to be read, with at most digits significant ones.
const number = (v, digits = 4) => {
  if (v == null || Number.isNaN(v)) return "–";
  if (v === 0) return "0";
  const size = Math.abs(v);
  if (Number.isInteger(v) && size < 1e15) return v.toLocaleString("en-US");
  if (size < 1e-3 || size >= 1e6) return v.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e");
  const text = v.toPrecision(digits);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
};

// scale maps [low, high] to [from, to], by logarithms if log.
const scale = (low, high, from, to, log) => {
  const f = log ? Math.log10 : (v) => v;
  const a = f(low), span = f(high) - a || 1;
  const at = (v) => from + (f(v) - a) / span * (to - from);
  at.invert = (p) => {
    const v = a + (p - from) / (to - from) * span;
    return log ? 10 ** v : v;
  };
  at.low = low;
  at.high = high;
  at.log = log;
  return at;
};

// ticks lists about n round values between the ends of a scale, with labels.
const ticks = (s, n) => {
  if (s.log) {
    const list = logTicks(s.low, s.high, n);
    if (list.length > 1) return list.map((value) => ({ value, label: power(value) }));
  }
  const rough = (s.high - s.low) / n || 1;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].find((m) => m * unit >= rough * 0.999);
  const list = [];
  for (let i = Math.ceil(s.low / step - 1e-9); i * step <= s.high + step * 1e-9; i++) list.push(i * step);
  const top = Math.max(...list.map(Math.abs), 0);
  if (top < 1e-3 || top >= 1e6) {
    const digits = Math.max(3, Math.floor(Math.log10(top)) - Math.floor(Math.log10(step) + 1e-9) + 1); // that tell ticks apart
    return list.map((value) => ({ value, label: number(Math.abs(value) < step / 2 ? 0 : value, digits) }));
  }
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return list.map((value) => ({
    value,
    label: (Math.abs(value) < step / 2 ? 0 : value).toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places }),
  }));
};

const logTicks = (low, high, n) => {
  const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
  const inside = (v) => v >= low * 0.9999 && v <= high * 1.0001;
  for (const factors of [[1], [1, 3], [1, 2, 5]]) {
    const every = Math.max(1, Math.ceil((last - first) / n));
    const list = [];
    for (let e = first; e <= last; e += factors.length > 1 ? 1 : every) {
      list.push(...factors.map((f) => f * 10 ** e).filter(inside));
    }
    if (list.length > 2) return list;
    if (factors.length === 3) return list;
  }
};

const power = (v) => (v >= 1e-3 && v < 1e5 ? number(v, 3) : v.toExponential(0).replace("e+", "e"));

// smooth is the debiased moving average with the given decay; gaps stay.
const smooth = (ys, decay) => {
  let sum = 0, weight = 0;
  return ys.map((y) => {
    if (y == null) return null;
    sum = decay * sum + (1 - decay) * y;
    weight = decay * weight + (1 - decay);
    return sum / weight;
  });
};

// extent is the range of the values that count.
const extent = (values, log) => {
  let low = Infinity, high = -Infinity;
  for (const v of values) {
    if (v == null || log && v <= 0) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return low <= high ? [low, high] : null;
};

// widen adds room around a range, so that no curve runs along an edge.
const widen = ([low, high], part, log) => {
  if (log) {
    const room = low === high ? 2 : (high / low) ** part;
    return [low / room, high * room];
  }
  const room = (high - low) * part || Math.abs(high) * 0.1 || 1;
  return [low - room, high + room];
};

// nearest is the index of the x closest to the given one, in sorted xs.
const nearest = (xs, x) => {
  let a = 0, b = xs.length - 1;
  while (b - a > 1) {
    const mid = (a + b) >> 1;
    if (xs[mid] <= x) a = mid;
    else b = mid;
  }
  return b > a && Math.abs(xs[b] - x) < Math.abs(xs[a] - x) ? b : a;
};
