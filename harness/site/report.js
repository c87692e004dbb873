// The report's pages: waveform viewer, netlists, pictures, filters. Data come as scripts that call spintegrate.receive,
// because a page opened from disk may fetch nothing. Text from data enters the page as text only.
"use strict";

const PREFIXES = { "-18": "a", "-15": "f", "-12": "p", "-9": "n", "-6": "µ", "-3": "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T" };
const COLOURS = 8; // --series-0 .. of report.css
const DIGITAL_ROW = 26, STRIP = 190, AXIS = 30, SIDE = 84, LABEL = 18; // px
const CLICK = 4; // px that a pointer may move in a click

const spintegrate = {
  waiting: new Map(),
  receive(text) { // base64 of deflated JSON
    const script = document.currentScript;
    this.waiting.get(script)(inflated(text));
    this.waiting.delete(script);
    script.remove();
  },
  load(path) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      this.waiting.set(script, resolve);
      script.onerror = () => {
        this.waiting.delete(script);
        reject(new Error(`${path} cannot be read; make the report again.`));
      };
      script.src = path;
      document.head.append(script);
    });
  },
};

async function inflated(text) {
  const raw = atob(text), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return JSON.parse(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text());
}

// ---- numbers

function prefixed(largest) {
  const power = largest > 0 && isFinite(largest) ? Math.floor(Math.log10(largest * 1.0000001) / 3) * 3 : 0;
  const exponent = Math.min(12, Math.max(-18, power));
  return { scale: 10 ** exponent, prefix: PREFIXES[exponent] };
}

function engineering(value, unit, digits = 6) {
  if (value === null || Number.isNaN(value)) return "";
  if (unit === "dB" || unit === "deg" || !unit) return `${Number(value.toPrecision(digits))} ${unit}`.trim();
  const { scale, prefix } = prefixed(Math.abs(value));
  return `${Number((value / scale).toPrecision(digits))} ${prefix}${unit}`;
}

function parseEngineering(text) {
  const found = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(meg|[afpnumkMGTµ]?)\s*[A-Za-z°]*\s*$/.exec(text);
  if (!found) return NaN;
  const named = { u: "µ", meg: "M" }[found[2]] ?? found[2];
  const exponent = Object.keys(PREFIXES).find((key) => PREFIXES[key] === named);
  return Number(`${found[1]}${/e/.test(found[1]) ? "" : `e${exponent}`}`) * (/e/.test(found[1]) ? 10 ** exponent : 1);
}

// As they are, or from one code to the next of low + step * code.
function numbers({ values, low, step, steps }) {
  if (values) return Float64Array.from(values, (value) => value ?? NaN);
  const found = new Float64Array(steps.length);
  for (let i = 0, code = 0; i < steps.length; i++) found[i] = low + step * (code += steps[i]);
  return found;
}

// Places of the points of x that a signal has: all n, or from one to the next.
function places(kept, n) {
  const found = new Uint32Array(kept ? kept.length : n);
  for (let i = 0, place = 0; i < found.length; i++) found[i] = kept ? (place += kept[i]) : i;
  return found;
}

function after(x, value) { // how many of x, which never falls, are at most this
  let low = 0, high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] <= value) low = middle + 1; else high = middle;
  }
  return low;
}

class Run {
  constructor(content) {
    Object.assign(this, content);
    this.x = numbers(content.x);
    this.signals = content.signals.map((facts, place) => ({ ...facts, place, strip: facts.strip ?? "digital" }));
  }

  decoded(signal) { // decoded when it is first looked at
    signal.at ??= places(signal.kept, this.x.length);
    signal.values ??= numbers(signal.y);
    return signal;
  }

  value(signal, t) {
    const { at, values } = this.decoded(signal), x = this.x;
    if (!(t >= x[0] && t <= x[x.length - 1])) return NaN;
    let low = 0, high = at.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (x[at[middle]] <= t) low = middle; else high = middle;
    }
    const span = x[at[high]] - x[at[low]];
    return span > 0 ? values[low] + ((values[high] - values[low]) * (t - x[at[low]])) / span : values[low];
  }

  // One x for several signals: every point that one of them has; the others lie on their lines there.
  table(signals) {
    const n = this.x.length;
    for (const signal of signals) this.decoded(signal);
    if (signals.some(({ at }) => at.length === n)) return [this.x, ...signals.map((each) => this.#onto(each))];
    const used = new Uint8Array(n), union = new Uint32Array(n), x = new Float64Array(n);
    for (const { at } of signals) for (let i = 0; i < at.length; i++) used[at[i]] = 1;
    let many = 0;
    for (let i = 0; i < n; i++) if (used[i]) { x[many] = this.x[i]; union[many++] = i; }
    return [x.subarray(0, many), ...signals.map((each) => this.#onto(each, union.subarray(0, many)))];
  }

  #onto({ at, values }, union) {
    const x = this.x, n = union ? union.length : x.length;
    if (at.length === n) return values;
    const found = new Float64Array(n);
    for (let i = 0, own = 0; i < n; i++) {
      const place = union ? union[i] : i;
      while (own < at.length - 1 && at[own + 1] <= place) own++;
      const next = Math.min(own + 1, at.length - 1), span = x[at[next]] - x[at[own]];
      found[i] = values[own] + (span > 0 ? ((x[place] - x[at[own]]) / span) * (values[next] - values[own]) : 0);
    }
    return found;
  }
}

// ---- viewer

class Viewer {
  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(name);
    this.select = this.part("select.run");
    this.plots = [];
    this.cursors = { a: null, b: null };
    this.select.addEventListener("change", () => { location.hash = `run=${this.select.value}`; });
    root.addEventListener("click", (event) => this.do(event.target.closest("[data-do]")?.dataset.do));
    for (const input of root.querySelectorAll("input.at")) {
      input.addEventListener("change", () => this.place(input.dataset.cursor, parseEngineering(input.value)));
    }
    this.part(".strips").addEventListener("keydown", (event) => this.key(event));
    this.part(".strips").addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    let width = 0;
    new ResizeObserver(([entry]) => {
      if (Math.abs(entry.contentRect.width - width) > 1 && this.plots.length) this.draw();
      width = entry.contentRect.width;
    }).observe(this.part(".strips"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.run && this.draw());
  }

  get chosen() { return this.part("input[name=cursor]:checked").value; }
  get low() { return this.run.x[0]; }
  get high() { return this.run.x[this.run.x.length - 1]; }
  // Onto a scale that the screen is even in, and back.
  get to() { return this.run.axis.log ? Math.log : (x) => x; }
  get back() { return this.run.axis.log ? Math.exp : (x) => x; }

  async show(number) {
    const started = performance.now(), bench = this.root.dataset.bench;
    this.wanted = number;
    this.select.value = number; // the next step is from here
    const content = await spintegrate.load(`../runs/${bench}/${number}.js`);
    if (this.wanted !== number) return; // another was asked for since
    const chosen = this.run && new Set(this.shown), old = this.run;
    this.run = new Run(content);
    const has = new Set(this.run.signals.map((signal) => signal.name));
    const same = old && old.signals.length === has.size && old.signals.every((signal) => has.has(signal.name));
    this.shown = same ? chosen : new Set(content.shown); // what was chosen stays for the next run of the kind
    this.window = [this.low, this.high];
    this.part("a.netlist").href = `../deck.html#${bench}/${number}`;
    this.part(".about").textContent = content.about;
    commands(this.part(".commands"), content.reruns);
    this.readings(content.readings);
    this.list();
    this.draw();
    for (const name of ["a", "b"]) this.place(name, this.cursors[name]);
    // A task that a frame's callback asks for runs after that frame was painted.
    requestAnimationFrame(() => setTimeout(() => {
      this.root.dataset.painted = String(Math.round(performance.now() - started));
      this.root.dataset.firstPaint ??= String(Math.round(performance.now()));
    }));
  }

  readings(rows) {
    this.part("details").hidden = !rows.length;
    this.part(".readings tbody").replaceChildren(...rows.map(([measure, at, value]) =>
      row(cell(measure), cell(at), cell(value, "number"))));
  }

  // The list of signals, by strip, with a box each.
  list() {
    const rows = [];
    for (const [strip, signals] of this.strips(this.run.signals)) {
      const title = row(cell(strip, "strip", 4));
      const all = box(strip === "digital" ? "digital" : strip, (on) => {
        for (const { name } of signals) if (on) this.shown.add(name); else this.shown.delete(name);
        this.list();
        this.draw();
      });
      all.input.checked = signals.every(({ name }) => this.shown.has(name));
      all.input.indeterminate = !all.input.checked && signals.some(({ name }) => this.shown.has(name));
      title.firstChild.replaceChildren(all.label);
      rows.push(title);
      for (const signal of signals) {
        const own = box(signal.name, (on) => {
          if (on) this.shown.add(signal.name); else this.shown.delete(signal.name);
          this.list();
          this.draw();
        });
        own.input.checked = this.shown.has(signal.name);
        own.label.style.setProperty("--colour", `var(--series-${this.colour(signal)})`);
        own.label.className = signal.strip === "digital" ? "" : "coloured";
        const line = row(cell(""), cell("", "number"), cell("", "number"), cell("", "number"));
        line.firstChild.append(own.label);
        line.dataset.signal = signal.name;
        rows.push(line);
      }
    }
    const focus = document.activeElement?.closest?.(".signals label")?.textContent;
    this.part(".signals tbody").replaceChildren(...rows);
    if (focus) [...this.part(".signals").querySelectorAll("label")].find((each) => each.textContent === focus)?.firstChild.focus();
    this.values();
  }

  strips(signals) {
    const found = new Map(signals.some((signal) => signal.strip === "digital") ? [["digital", []]] : []);
    for (const signal of signals) found.set(signal.strip, [...(found.get(signal.strip) ?? []), signal]);
    return found;
  }

  colour(signal) {
    const family = this.run.signals.filter((other) => other.strip === signal.strip);
    return family.indexOf(signal) % COLOURS;
  }

  draw() {
    for (const plot of this.plots) plot.destroy();
    const place = this.part(".strips"), style = getComputedStyle(this.root);
    const strips = [...this.strips(this.run.signals.filter(({ name }) => this.shown.has(name)))];
    place.replaceChildren();
    if (!strips.length) place.textContent = "No signal is shown; choose some.";
    this.plots = strips.map(([strip, signals], order) =>
      this.plot(strip, signals, order === strips.length - 1, place, style));
    this.zoom(...this.window);
  }

  plot(strip, signals, last, place, style) {
    const ink = style.getPropertyValue("--ink-2"), grid = { stroke: style.getPropertyValue("--line"), width: 1 };
    const digital = strip === "digital", unit = signals[0].unit, axis = this.run.axis;
    const columns = this.run.table(signals);
    const font = `11px ${style.fontFamily}`, side = place.clientWidth < 480 ? 62 : SIDE;
    const labels = { stroke: ink, font, labelFont: font, grid, ticks: grid };
    const logarithmic = unit === "V/√Hz";
    const across = prefixed(Math.max(Math.abs(this.low), Math.abs(this.high)));
    const largest = digital ? 1 : Math.max(...signals.map(peak));
    const up = unit === "dB" || unit === "deg" || logarithmic ? { scale: 1, prefix: "" } : prefixed(largest);
    if (digital) signals.forEach((signal, i) => { columns[i + 1] = rowOf(columns[i + 1], signal, signals.length - 1 - i); });
    const options = {
      width: place.clientWidth,
      height: (digital ? DIGITAL_ROW * signals.length : STRIP) + (last ? AXIS + LABEL : 0) + 12,
      padding: [6, 12, last ? 0 : 6, 0],
      scales: {
        x: { time: false, distr: axis.log ? 3 : 1, range: (_, from, to) => [from, to] },
        y: digital ? { range: [-0.1, signals.length] } : logarithmic ? { distr: 3 } : { range: (_, low, high) => roomy(low, high, unit) },
      },
      axes: [
        { ...labels, show: true, size: last ? AXIS : 0, values: last ? (_, splits) => ticks(splits, across.scale, axis.log, axis.unit) : () => [],
          label: last ? `${capital(axis.name)}${axis.unit ? ` (${axis.log ? "" : across.prefix}${axis.unit})` : ""}` : undefined, labelSize: last ? LABEL : 0 },
        digital
          ? { ...labels, size: side, grid: { show: false }, ticks: { show: false }, splits: () => signals.map((_, i) => i + 0.4),
              values: () => signals.map((_, i) => short(signals[signals.length - 1 - i].name, side)) }
          : { ...labels, size: side - LABEL, labelSize: LABEL, label: `${short(strip.replace(/ \(.*\)$/, ""), 130)} (${up.prefix}${unit})`,
              values: (_, splits) => ticks(splits, up.scale, logarithmic) },
      ],
      series: [{}, ...signals.map((signal) => ({
        label: signal.name, width: digital ? 1 : 1.25, pxAlign: digital ? 1 : 0, points: { show: this.run.x.length === 1 },
        stroke: digital ? style.getPropertyValue("--ink") : style.getPropertyValue(`--series-${this.colour(signal)}`),
        dash: !digital && Math.floor(this.strips(this.run.signals).get(strip).indexOf(signal) / COLOURS) % 2 ? [5, 3] : undefined,
      }))],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false, dist: CLICK },
        sync: { key: "strips", filters: { pub: (type) => type === "mousemove" || type === "mouseleave" } } },
      hooks: {
        setSelect: [(plot) => {
          const { left, width } = plot.select;
          if (width < CLICK) return;
          const ends = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          this.zoom(...ends);
        }],
        setScale: [(plot, key) => key === "x" && this.marks(plot)],
      },
    };
    const plot = new uPlot(options, columns, place);
    let pressed = 0;
    plot.over.addEventListener("mousedown", (event) => { pressed = event.clientX; });
    plot.over.addEventListener("click", (event) => {
      if (Math.abs(event.clientX - pressed) > CLICK) return;
      const other = this.chosen === "a" ? "b" : "a";
      this.place(event.shiftKey ? other : this.chosen, plot.posToVal(event.offsetX, "x"));
    });
    plot.lines = {};
    for (const name of ["a", "b"]) {
      plot.lines[name] = document.createElement("div");
      plot.lines[name].className = `cursor ${name}`;
      plot.over.append(plot.lines[name]);
    }
    return plot;
  }

  // Zoom, in one way for every strip: the window is cut to the run, and is never empty.
  zoom(from, to) {
    const whole = this.high - this.low;
    if (to - from < whole * 1e-9) return;
    if (to - from >= whole) [from, to] = [this.low, this.high];
    else if (from < this.low) [from, to] = [this.low, this.low + to - from];
    else if (to > this.high) [from, to] = [this.high - (to - from), this.high];
    this.window = [from, to];
    if (whole > 0) for (const plot of this.plots) plot.setScale("x", { min: from, max: to });
    else for (const plot of this.plots) this.marks(plot);
    Object.assign(this.root.dataset, { from: String(from), to: String(to) });
    const unit = this.run.axis.unit;
    this.part(".window").textContent = `${engineering(from, unit, 5)} to ${engineering(to, unit, 5)}`;
  }

  scaled(factor, centre) { // on a logarithmic axis by ratios
    const { to, back } = this, [from, end] = this.window.map(to), middle = centre === undefined ? (from + end) / 2 : to(centre);
    this.zoom(Math.max(back(middle - (middle - from) * factor), this.low), Math.min(back(middle + (end - middle) * factor), this.high));
  }

  moved(share) {
    const { to, back } = this, [from, end] = this.window.map(to), room = [to(this.low) - from, to(this.high) - end];
    const step = Math.min(room[1], Math.max(room[0], share * (end - from)));
    this.zoom(back(from + step), back(end + step));
  }

  place(name, t) {
    const known = typeof t === "number" && Number.isFinite(t);
    this.cursors[name] = known ? Math.min(this.high, Math.max(this.low, t)) : null;
    this.part(`input[data-cursor=${name}]`).value = known ? engineering(this.cursors[name], this.run.axis.unit, 9) : "";
    for (const plot of this.plots) this.marks(plot);
    this.values();
  }

  marks(plot) {
    if (!plot.lines) return;
    for (const name of ["a", "b"]) {
      const t = this.cursors[name], inside = t !== null && t >= this.window[0] && t <= this.window[1];
      plot.lines[name].hidden = !inside;
      if (inside) plot.lines[name].style.left = `${plot.valToPos(t, "x")}px`;
    }
  }

  // What the cursors read, beside each signal, and how far they are apart.
  values() {
    const { a, b } = this.cursors, axis = this.run.axis;
    const apart = a !== null && b !== null ? b - a : null;
    const rate = apart && axis.unit === "s" ? `, 1/Δ ${engineering(1 / Math.abs(apart), "Hz", 4)}` : "";
    this.part(".apart").textContent = apart === null ? "" : `Δ ${engineering(apart, axis.unit)}${rate}`;
    for (const line of this.part(".signals tbody").querySelectorAll("tr[data-signal]")) {
      const signal = this.run.signals.find(({ name }) => name === line.dataset.signal), shown = this.shown.has(signal.name);
      const read = [a, b].map((t) => (t === null || !shown ? NaN : this.run.value(signal, t)));
      for (const [i, value] of [...read, read[1] - read[0]].entries()) line.children[i + 1].textContent = engineering(value, signal.unit, 4);
    }
  }

  do(what) {
    const acts = {
      in: () => this.scaled(0.5, this.centre()), out: () => this.scaled(2), left: () => this.moved(-0.25), right: () => this.moved(0.25),
      all: () => this.zoom(this.low, this.high), clear: () => { this.place("a", null); this.place("b", null); },
      previous: () => this.step(-1), next: () => this.step(1),
    };
    if (this.run && acts[what]) acts[what]();
  }

  centre() { // the chosen cursor, where it is in sight
    const t = this.cursors[this.chosen];
    return t !== null && t >= this.window[0] && t <= this.window[1] ? t : undefined;
  }

  step(by) {
    const open = [...this.select.options].filter((option) => !option.disabled);
    const next = open[open.findIndex((option) => option.value === this.select.value) + by];
    if (next) location.hash = `run=${next.value}`;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.run) return;
    const { to, back } = this, [from, end] = this.window.map(to), at = this.cursors[this.chosen];
    const pixel = (end - from) / Math.max(1, this.plots[0]?.over.clientWidth ?? 1);
    const by = (event.shiftKey ? 10 : 1) * (event.key === "ArrowLeft" ? -pixel : pixel);
    const acts = {
      ArrowLeft: () => this.place(this.chosen, back((at === null ? (from + end) / 2 : to(at)) + by)),
      "+": () => this.do("in"), "=": () => this.do("in"), "-": () => this.do("out"), 0: () => this.do("all"),
      a: () => { this.part("input[name=cursor][value=a]").checked = true; },
      b: () => { this.part("input[name=cursor][value=b]").checked = true; },
    };
    acts.ArrowRight = acts.ArrowLeft;
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  wheel(event) {
    const plot = this.plots[0];
    if (!(event.ctrlKey || event.shiftKey) || !plot) return; // the page scrolls
    event.preventDefault();
    const left = event.clientX - plot.over.getBoundingClientRect().left;
    this.scaled((event.deltaY || event.deltaX) > 0 ? 1.25 : 0.8, plot.posToVal(left, "x"));
  }
}

function peak({ values }) { // NaN is none
  return values.reduce((most, value) => (Math.abs(value) > most ? Math.abs(value) : most), 0);
}

function rowOf(values, { levels: [low, high] }, row) {
  return values.map((value) => row + 0.05 + (0.7 * (value - low)) / (high - low));
}

function roomy(low, high, unit) {
  if (low === null) return [0, 1];
  const least = { V: 1e-5, A: 1e-11 }[unit] ?? 1e-12, middle = (low + high) / 2, half = Math.max((high - low) * 0.54, least);
  return [middle - half, middle + half];
}

function ticks(splits, scale, logarithmic, unit = "") {
  if (logarithmic) return splits.map((split) => (split !== null && Math.abs(Math.log10(split) % 1) < 1e-6 ? engineering(split, unit || "V", 3).replace(unit ? "" : "V", "") : ""));
  const step = splits.length > 1 ? Math.abs(splits[1] - splits[0]) / scale : 1;
  const decimals = Math.min(9, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  return splits.map((split) => (split === null ? "" : (split / scale).toFixed(decimals).replace("-", "−")));
}

function short(name, width) {
  const most = Math.floor(width / 6.6);
  return name.length > most ? `…${name.slice(1 - most)}` : name;
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

// ---- small parts of pages

function cell(text, kind = "", columns = 1) {
  const found = document.createElement("td");
  found.textContent = text;
  if (kind) found.className = kind;
  if (columns > 1) found.colSpan = columns;
  return found;
}

function row(...cells) {
  const found = document.createElement("tr");
  found.append(...cells);
  return found;
}

function box(name, changed) {
  const label = document.createElement("label"), input = document.createElement("input");
  input.type = "checkbox";
  input.addEventListener("change", () => changed(input.checked));
  label.append(input, name);
  label.title = name;
  return { label, input };
}

function commands(list, texts) {
  list.replaceChildren(...texts.map((text) => {
    const item = document.createElement("li"), whole = document.createElement("span"), code = document.createElement("code");
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "copy", textContent: "Copy" });
    code.textContent = text;
    whole.className = "command";
    whole.append(code, button);
    item.append(whole);
    return item;
  }));
}

async function copy(button) {
  const code = button.parentElement.querySelector("code");
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
  } catch { // not allowed to: select it for the user's own copying
    getSelection().selectAllChildren(code);
    button.textContent = "Selected";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

// A picture that is near the screen takes the place that was kept for it.
const pictures = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) {
    pictures.unobserve(target);
    show(target);
  }
}, { rootMargin: "800px" });

async function show(picture) {
  const drawing = await spintegrate.load(picture.dataset.script);
  picture.src = `data:image/svg+xml,${encodeURIComponent(drawing)}`;
}

async function showDeck(place) {
  const asked = location.hash, [bench, number] = asked.slice(1).split("/");
  if (!/^\w+$/.test(bench) || !/^\d+$/.test(number ?? "")) return;
  const part = (name) => place.querySelector(`[data-part=${name}]`);
  const { lines, decks } = await spintegrate.load(`decks/${bench}.js`), deck = decks[number];
  if (location.hash !== asked) return; // another was asked for since
  const text = [];
  for (let i = 0; i < deck.parts.length; i += 2) text.push(...lines.slice(deck.parts[i], deck.parts[i] + deck.parts[i + 1]));
  document.title = `${bench} ${deck.name}: netlist - spintegrate`;
  part("name").textContent = `${bench}, ${deck.name}`;
  const link = document.createElement("a");
  link.href = `bench/${bench}.html#run=${number}`;
  link.textContent = "Waveforms of this run";
  part("links").replaceChildren(link);
  commands(part("reruns"), deck.reruns);
  part("text").textContent = text.length ? text.join("\n") : "MISSING: this run is not stored; the command above makes it.";
}

function filter(group) {
  const choose = (status) => {
    for (const button of group.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.status === status));
    for (const line of document.querySelectorAll("tr[data-status]")) line.hidden = status !== "" && line.dataset.status !== status;
  };
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) choose(button.dataset.status);
  });
  const asked = () => [...group.querySelectorAll("button")].find((button) => `#${button.dataset.status}` === location.hash);
  const follow = () => asked() && choose(asked().dataset.status);
  addEventListener("hashchange", follow);
  follow();
}

function openViewer(root) {
  const viewer = new Viewer(root);
  const follow = () => {
    const asked = /^#run=(\d+)$/.exec(location.hash);
    const open = [...viewer.select.options].filter((option) => !option.disabled).map((option) => option.value);
    const number = asked && open.includes(asked[1]) ? asked[1] : viewer.run ? null : open[0];
    const there = () => asked && document.getElementById("waveforms").scrollIntoView();
    there();
    if (number !== null) viewer.show(number).then(there, (error) => {
      if (viewer.wanted === number) viewer.part(".strips").textContent = error.message;
      throw error;
    });
    if (document.readyState !== "complete") addEventListener("load", there, { once: true }); // pictures above had no height yet
  };
  addEventListener("hashchange", follow);
  follow();
  return viewer;
}

document.addEventListener("click", (event) => { if (event.target.matches("button.copy")) copy(event.target); });
for (const group of document.querySelectorAll(".filter")) filter(group);
for (const picture of document.querySelectorAll("img[data-script]")) pictures.observe(picture);
for (const root of document.querySelectorAll(".viewer")) spintegrate.viewer = openViewer(root);
const deck = document.getElementById("deck");
if (deck) {
  const follow = () => showDeck(deck).catch((error) => {
    deck.querySelector("[data-part=name]").textContent = error.message;
    throw error;
  });
  addEventListener("hashchange", follow);
  follow();
}
