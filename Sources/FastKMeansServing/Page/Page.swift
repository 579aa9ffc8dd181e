/// The page where people look at a model: one file that loads nothing from elsewhere.
enum Page {
  static let html = head + body + script + "</body>\n</html>\n"

  private static let head = #"""
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="data:,">
    <title>FastKMeans</title>
    <style>
    :root { color-scheme: light dark; --fore: #1c2430; --back: #fbfbfa; --soft: #eceef1; --line: #c9ced6;
      --mark: 31, 111, 235; --against: 214, 90, 40; --accent: #1f5fbf; }
    @media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { --fore: #e4e8ee; --back: #14181e;
      --soft: #222932; --line: #3c4652; --mark: 90, 150, 255; --against: 240, 130, 80; --accent: #8ab4ff; } }
    :root[data-theme=dark] { color-scheme: dark; --fore: #e4e8ee; --back: #14181e; --soft: #222932; --line: #3c4652;
      --mark: 90, 150, 255; --against: 240, 130, 80; --accent: #8ab4ff; }
    :root[data-theme=light] { color-scheme: light; }
    * { box-sizing: border-box; }
    body { font: 16px/1.5 system-ui, sans-serif; color: var(--fore); background: var(--back); margin: 0 auto;
      max-width: 1100px; padding: 0 1rem 4rem; }
    header { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding: .75rem 0; }
    h1 { font-size: 1.25rem; margin: 0 auto 0 0; } h2 { font-size: 1.1rem; margin: 2.5rem 0 .5rem; }
    input, select, button, textarea { font: inherit; color: inherit; background: var(--back);
      border: 1px solid var(--line); border-radius: 6px; padding: .35rem .6rem; max-width: 100%; }
    button { cursor: pointer; background: var(--soft); }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
    textarea { width: 100%; resize: vertical; }
    .bar { height: .6rem; background: var(--soft); border-radius: 4px; overflow: hidden; }
    .bar i { display: block; height: 100%; background: var(--accent); }
    .big { font-size: 1.4rem; font-weight: 600; overflow-wrap: anywhere; }
    .soft { opacity: .75; } .row { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; }
    .lit { background: var(--soft); border-radius: 6px; padding: .5rem .75rem; white-space: pre-wrap;
      overflow-wrap: anywhere; min-height: 2.5rem; }
    .lit mark { color: inherit; border-radius: 3px; }
    canvas { width: 100%; height: 460px; display: block; border: 1px solid var(--line); border-radius: 6px;
      touch-action: none; }
    table { border-collapse: collapse; width: 100%; }
    th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
    td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    td button { background: none; border: 0; padding: 0; color: var(--accent); text-align: left; }
    .scroll { max-height: 420px; overflow: auto; border: 1px solid var(--line); border-radius: 6px; }
    .words span { display: inline-block; background: var(--soft); border-radius: 4px; padding: 0 .4rem;
      margin: 0 .25rem .25rem 0; }
    #error { color: rgb(var(--against)); } code { overflow-wrap: anywhere; }
    .two { display: grid; grid-template-columns: repeat(auto-fit, minmax(280px, 1fr)); gap: 1rem; }
    </style>
    </head>
    """#

  private static let body = #"""

    <body>
    <header>
    <h1>FastKMeans</h1>
    <label>Model <select id="model"></select></label>
    <label id="keyLabel" hidden>Token <input id="key" type="password" autocomplete="off"></label>
    <button id="theme" type="button">Light or dark</button>
    </header>
    <p id="error" role="alert"></p>
    <main>
    <section aria-labelledby="h-try">
    <h2 id="h-try">Try a sentence</h2>
    <label for="text">Text</label>
    <textarea id="text" rows="3" placeholder="Type here; the answer follows while you type."></textarea>
    <div aria-live="polite">
    <div class="big" id="label">&nbsp;</div>
    <div class="bar" aria-hidden="true"><i id="confidence" style="width:0"></i></div>
    <div class="soft" id="detail">&nbsp;</div>
    </div>
    <p class="lit" id="lit" aria-label="The text, each word lit by what it did"></p>
    <div class="soft" id="flip"></div>
    <div class="words" id="reasons"></div>
    </section>
    <section aria-labelledby="h-map">
    <h2 id="h-map">Map of the prototypes</h2>
    <p class="soft" id="mapNote">A circle is a prototype, as large as its documents, in the colour of its class. Lines join
    classes that are near each other. Click one for its words; arrows, + and - move and zoom. The table below has the same.</p>
    <canvas id="map" tabindex="0" role="img" aria-label="Map of the prototypes; the table of classes has the same"></canvas>
    <div id="picked" aria-live="polite"></div>
    </section>
    <section aria-labelledby="h-classes">
    <h2 id="h-classes">Classes</h2>
    <label>Find <input id="find" type="search"></label> <span class="soft" id="classCount"></span>
    <div class="two">
    <div class="scroll"><table><thead><tr><th>Class</th><th class="n">Documents</th><th class="n">Prototypes</th></tr></thead>
    <tbody id="classes"></tbody></table></div>
    <div id="class" aria-live="polite" class="soft">Choose a class to see what it is made of.</div>
    </div>
    </section>
    <section aria-labelledby="h-threshold">
    <h2 id="h-threshold">Threshold</h2>
    <p class="soft">Paste documents with their classes, a line each: class, tab, text. Nothing leaves this server.</p>
    <textarea id="judged" rows="4" aria-label="Documents with their classes"></textarea>
    <p class="row"><button id="judge" type="button">Judge</button>
    <label>Least confidence <input id="threshold" type="range" min="0" max="1" step="0.01" value="0"></label>
    <output id="thresholdValue" for="threshold">0.00</output></p>
    <p id="judgement" aria-live="polite"></p>
    <div class="scroll" hidden id="doubtfulBox"><table><thead><tr><th class="n">Confidence</th><th>Answer</th><th>Class</th>
    <th>Text</th></tr></thead><tbody id="doubtful"></tbody></table></div>
    </section>
    </main>
    """#

  private static let script = #"""

    <script>
    "use strict";
    const $ = id => document.getElementById(id);
    const make = (tag, text, cls) => { const e = document.createElement(tag); if (text !== undefined) e.textContent = text;
      if (cls) e.className = cls; return e; };
    const percent = x => (100 * x).toFixed(1) + " %";
    const count = x => Math.round(x).toLocaleString("en");
    let models = [], map = null, classes = [], judged = [], shown = "";

    async function call(path, body) {
      const headers = {};
      if ($("key").value) headers.Authorization = "Bearer " + $("key").value;
      if (body) headers["Content-Type"] = "application/json";
      const reply = await fetch(path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
      const json = await reply.json();
      if (reply.status === 401) $("keyLabel").hidden = false;
      if (!reply.ok) throw new Error(json.error || reply.status);
      $("error").textContent = "";
      return json;
    }
    const model = () => "/v1/models/" + encodeURIComponent($("model").value);
    const isLearning = () => models.some(m => m.name === $("model").value && m.learns);
    const takesText = () => models.some(m => m.name === $("model").value && m.takes === "text");
    const guarded = work => async (...given) => { try { await work(...given); } catch (e) { $("error").textContent = e.message; } };

    // Trying: one request at a time; what was typed meanwhile is asked next.
    let asking = false, again = false;
    const ask = guarded(async () => {
      if (asking) { again = true; return; }
      const text = $("text").value;
      if (!text.trim() || !takesText()) return;
      asking = true;
      try { show(text, (await call(model() + "/explain", { text, reasons: 100 })).explanations[0]); }
      finally { asking = false; if (again) { again = false; ask(); } }
    });
    function show(text, answer) {
      $("label").textContent = answer.label + (answer.rejected ? " (none of the classes fits)" : "");
      $("confidence").style.width = 100 * answer.confidence + "%";
      $("detail").textContent = "Confidence " + percent(answer.confidence) + "; prototype " +
        (answer.winner.position_in_class + 1) + " of the class, " + count(answer.winner.mass) + " documents" +
        (answer.rival ? "; next: " + answer.rival.label + ", " + percent(answer.rival.confidence) : "");
      light(text, answer.words);
      const lead = answer.words.reduce((sum, w) => sum + w.lead, 0);
      const flips = [];
      let rest = lead;
      for (const word of [...answer.words].sort((a, b) => b.lead - a.lead)) {
        if (rest <= 0 || word.lead <= 0) break;
        flips.push(word.word); rest -= word.lead;
      }
      $("flip").textContent = answer.rival && flips.length && rest <= 0
        ? "Without " + flips.join(", ") + " it would be " + answer.rival.label + "." : "";
      $("reasons").replaceChildren(...answer.words.slice(0, 20).map(w =>
        make("span", w.word + " " + (w.lead >= 0 ? "+" : "") + w.lead.toFixed(3))));
      highlight(answer.winner.prototype);
    }
    // Each letter gets its part of every term that covers it: words, pairs of words, and letters (with a plus).
    function light(text, words) {
      const low = text.toLowerCase(), parts = new Float64Array(text.length);
      if (low.length === text.length) for (const w of words) {
        const term = w.word.startsWith("+") && w.word.length > 1 ? w.word.slice(1).trim() : w.word;
        const isWord = !w.word.startsWith("+");
        const pattern = term.split(" ").map(t => t.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("[^\\p{L}\\p{N}_]+");
        if (!term) continue;
        const find = new RegExp((isWord ? "(?<![\\p{L}\\p{N}_])" : "") + pattern + (isWord ? "(?![\\p{L}\\p{N}_])" : ""), "gu");
        const hits = [...low.matchAll(find)];
        for (const hit of hits) for (let i = 0; i < hit[0].length; i++)
          parts[hit.index + i] += w.lead / hits.length;
      }
      const most = parts.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9);
      const pieces = [];
      for (let i = 0, start = 0; i <= text.length; i++) {
        if (i < text.length && i > start && parts[i] === parts[start] || i === start) continue;
        const piece = make("mark", text.slice(start, i));
        const share = parts[start] / most;
        piece.style.background = share === 0 ? "none"
          : `rgba(var(${share > 0 ? "--mark" : "--against"}), ${(0.1 + 0.6 * Math.abs(share)).toFixed(2)})`;
        pieces.push(piece); start = i;
      }
      $("lit").replaceChildren(...pieces);
    }

    // The map.
    const view = { x: 0, y: 0, zoom: 1 };
    let lit = -1, ordered = [], waits = false;
    const colour = i => `hsl(${(i * 137.508) % 360} 55% 55%)`;
    function bounds() {
      let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
      for (const p of map.prototypes) { x0 = Math.min(x0, p[0]); x1 = Math.max(x1, p[0]); y0 = Math.min(y0, p[1]); y1 = Math.max(y1, p[1]); }
      map.box = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, w: (x1 - x0) * 1.15 || 1, h: (y1 - y0) * 1.15 || 1 };
      map.most = map.prototypes.reduce((m, p) => Math.max(m, p[3]), 1e-9);
      ordered = map.prototypes.map((_, i) => i).sort((a, b) => map.prototypes[b][3] - map.prototypes[a][3]);
      map.centres = map.classes.map(() => [0, 0, 0]);
      for (const p of map.prototypes) { const c = map.centres[p[2]]; c[0] += p[0] * p[3]; c[1] += p[1] * p[3]; c[2] += p[3]; }
    }
    function place(x, y) {
      const c = $("map"), b = map.box;
      return [c.clientWidth / 2 + (x - b.x - view.x) / b.w * c.clientWidth * view.zoom,
        c.clientHeight / 2 - (y - b.y - view.y) / b.h * c.clientHeight * view.zoom];
    }
    const radius = mass => Math.max(1.5, 16 * Math.sqrt(mass / map.most)) * Math.sqrt(view.zoom) * (map.prototypes.length > 5000 ? .4 : 1);
    function draw() {
      waits = false;
      const c = $("map"), scale = devicePixelRatio || 1;
      if (c.width !== c.clientWidth * scale) c.width = c.clientWidth * scale;
      if (c.height !== c.clientHeight * scale) c.height = c.clientHeight * scale;
      const g = c.getContext("2d");
      g.setTransform(scale, 0, 0, scale, 0, 0);
      g.clearRect(0, 0, c.clientWidth, c.clientHeight);
      if (!map || !map.prototypes.length) return;
      const fore = getComputedStyle(document.body).color;
      const most = map.borders.length ? map.borders[0][2] : 1;
      g.strokeStyle = fore;
      for (const [a, b, w] of map.borders.slice(0, 60)) {
        const [p, q] = [map.centres[a], map.centres[b]];
        if (!p[2] || !q[2]) continue;
        g.globalAlpha = .5 * w / most; g.beginPath(); g.moveTo(...place(p[0] / p[2], p[1] / p[2]));
        g.lineTo(...place(q[0] / q[2], q[1] / q[2])); g.stroke();
      }
      g.globalAlpha = .75;
      for (const i of ordered) {
        const p = map.prototypes[i], [x, y] = place(p[0], p[1]), r = radius(p[3]);
        if (x < -r || y < -r || x > c.clientWidth + r || y > c.clientHeight + r) continue;
        g.fillStyle = colour(p[2]);
        if (r < 2) g.fillRect(x - r, y - r, 2 * r, 2 * r); else { g.beginPath(); g.arc(x, y, r, 0, 7); g.fill(); }
      }
      g.globalAlpha = 1;
      if (lit >= 0 && map.prototypes[lit]) {
        const p = map.prototypes[lit], [x, y] = place(p[0], p[1]);
        g.lineWidth = 3; g.beginPath(); g.arc(x, y, radius(p[3]) + 4, 0, 7); g.stroke(); g.lineWidth = 1;
      }
      g.fillStyle = fore; g.font = "12px system-ui";
      const named = new Set();
      for (const i of ordered) {
        const p = map.prototypes[i];
        if (named.size >= 14 || named.has(p[2])) continue;
        named.add(p[2]); const [x, y] = place(p[0], p[1]);
        g.fillText(String(map.classes[p[2]]).slice(0, 24), x + radius(p[3]) + 2, y + 4);
      }
    }
    const redraw = () => { if (!waits) { waits = true; requestAnimationFrame(draw); } };
    function highlight(index) { lit = index; redraw(); }
    const pick = guarded(async index => {
      highlight(index);
      const p = map.prototypes[index];
      let words = p[4];
      if (!words.length && takesText()) {
        const all = await call(model() + "/prototypes?limit=10000&class=" + encodeURIComponent(map.classes[p[2]]));
        words = (all.prototypes.find(q => q.prototype === index) || { words: [] }).words;
      }
      const box = make("p", undefined, "words");
      box.append(make("b", map.classes[p[2]] + " "), count(p[3]) + " documents ", ...words.map(w => make("span", w)));
      $("picked").replaceChildren(box);
      openClass(String(map.classes[p[2]]));
    });
    let drag = null;
    $("map").addEventListener("pointerdown", e => { drag = { x: e.offsetX, y: e.offsetY, moved: false }; $("map").setPointerCapture(e.pointerId); });
    $("map").addEventListener("pointermove", e => {
      if (!drag || !map) return;
      const [dx, dy] = [e.offsetX - drag.x, e.offsetY - drag.y];
      if (!drag.moved && Math.hypot(dx, dy) < 4) return;
      drag = { x: e.offsetX, y: e.offsetY, moved: true };
      view.x -= dx / $("map").clientWidth * map.box.w / view.zoom; view.y += dy / $("map").clientHeight * map.box.h / view.zoom; redraw();
    });
    $("map").addEventListener("pointerup", e => {
      if (drag && !drag.moved && map) {
        let [best, least] = [-1, 12];
        map.prototypes.forEach((p, i) => { const [x, y] = place(p[0], p[1]);
          const d = Math.max(0, Math.hypot(x - e.offsetX, y - e.offsetY) - radius(p[3])); if (d < least) { least = d; best = i; } });
        if (best >= 0) pick(best);
      }
      drag = null;
    });
    const zoom = factor => { view.zoom = Math.min(200, Math.max(.5, view.zoom * factor)); redraw(); };
    $("map").addEventListener("wheel", e => { e.preventDefault(); zoom(e.deltaY < 0 ? 1.15 : 1 / 1.15); }, { passive: false });
    $("map").addEventListener("keydown", e => {
      if (!map) return;
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[e.key];
      if (step) { view.x += step[0] * map.box.w / 10 / view.zoom; view.y += step[1] * map.box.h / 10 / view.zoom; redraw(); e.preventDefault(); }
      if (e.key === "+" || e.key === "=") zoom(1.3);
      if (e.key === "-") zoom(1 / 1.3);
      if (e.key === "n" && ordered.length) pick(ordered[(ordered.indexOf(lit) + 1) % ordered.length]);
    });
    addEventListener("resize", redraw);

    // Classes.
    function list() {
      const wanted = $("find").value.toLowerCase();
      const found = classes.filter(c => String(c.label).toLowerCase().includes(wanted));
      $("classCount").textContent = found.length + " of " + classes.length + (found.length > 500 ? ", the largest 500 are shown" : "");
      $("classes").replaceChildren(...found.slice(0, 500).map(c => {
        const row = make("tr"), cell = make("td"), name = make("button", String(c.label));
        name.type = "button"; name.onclick = () => openClass(String(c.label));
        cell.append(name);
        row.append(cell, make("td", count(c.mass), "n"), make("td", c.prototypes, "n"));
        return row;
      }));
    }
    const openClass = guarded(async label => {
      shown = label;
      const reply = await call(model() + "/prototypes?limit=200&class=" + encodeURIComponent(label));
      if (shown !== label) return;
      const box = $("class");
      box.className = "";
      box.replaceChildren(make("h3", label));
      if (isLearning()) box.append(buttons(label));
      for (const p of reply.prototypes) {
        const row = make("p", undefined, "words");
        row.append(percent(p.share) + " (" + count(p.mass) + ") ", ...p.words.map(w => make("span", w)));
        box.append(row);
      }
      if (reply.total > reply.prototypes.length) box.append(make("p", "and " + (reply.total - reply.prototypes.length) + " more"));
    });
    function buttons(label) {
      const row = make("p", undefined, "row"), name = make("input");
      const own = classes.find(c => String(c.label) === label).label;
      name.setAttribute("aria-label", "Other name, or the class to merge into"); name.placeholder = "other name or class";
      const add = (text, work) => { const b = make("button", text); b.type = "button"; b.onclick = guarded(async () => { await work(); setTimeout(load, 300); }); row.append(b); };
      row.append(name);
      const typed = () => { if (!name.value) throw new Error("type a name first"); return name.value; };
      const known = text => (classes.find(c => String(c.label) === text) || { label: text }).label;
      add("Rename", () => call(model() + "/classes/rename", { class: own, to: typeof own === "number" ? Number(typed()) : typed() }));
      add("Merge into", () => call(model() + "/classes/merge", { classes: [own], into: known(typed()) }));
      add("Remove", () => confirm("Remove the class " + label + "?") ? call(model() + "/classes/remove", { class: own }) : 0);
      return row;
    }

    // Threshold.
    $("judge").onclick = guarded(async () => {
      const rows = $("judged").value.split("\n").map(l => l.split("\t")).filter(r => r.length > 1 && r[1].trim());
      if (!rows.length) throw new Error("paste lines of class, tab, text");
      judged = [];
      for (let i = 0; i < rows.length; i += 500) {
        const part = rows.slice(i, i + 500);
        const reply = await call(model() + "/classify", { texts: part.map(r => r.slice(1).join(" ")) });
        reply.answers.forEach((a, j) => judged.push({ wanted: part[j][0], text: part[j].slice(1).join(" "), ...a }));
      }
      judged.sort((a, b) => a.confidence - b.confidence);
      $("doubtfulBox").hidden = false;
      judge();
    });
    function judge() {
      const t = Number($("threshold").value);
      $("thresholdValue").textContent = t.toFixed(2);
      if (!judged.length) return;
      const kept = judged.filter(d => d.confidence >= t), right = kept.filter(d => String(d.label) === d.wanted);
      $("judgement").textContent = "Answered " + percent(kept.length / judged.length) + " of " + judged.length +
        (kept.length ? "; right among them " + percent(right.length / kept.length) : "") + ".";
      $("doubtful").replaceChildren(...judged.filter(d => d.confidence < t).slice(-200).reverse().map(d => {
        const row = make("tr");
        row.append(make("td", percent(d.confidence), "n"), make("td", String(d.label)), make("td", d.wanted), make("td", d.text.slice(0, 300)));
        return row;
      }));
    }

    const load = guarded(async () => {
      classes = (await call(model() + "/classes")).classes.sort((a, b) => b.mass - a.mass);
      list();
      map = await call(model() + "/map");
      bounds(); redraw();
      $("text").disabled = !takesText();
      if (!takesText()) $("text").placeholder = "This model takes vectors, which nobody types.";
      ask();
    });
    const start = guarded(async () => {
      models = (await call("/v1/models")).models.filter(m => m.ready);
      $("model").replaceChildren(...[...new Set(models.map(m => m.name))].map(n => make("option", n)));
      if (models.length) await load();
    });
    $("text").addEventListener("input", ask);
    $("find").addEventListener("input", list);
    $("threshold").addEventListener("input", judge);
    $("model").addEventListener("change", load);
    $("key").addEventListener("change", start);
    $("theme").onclick = () => {
      const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark"
        : matchMedia("(prefers-color-scheme: dark)").matches;
      document.documentElement.dataset.theme = dark ? "light" : "dark"; redraw();
    };
    start();
    </script>
    """#
}
