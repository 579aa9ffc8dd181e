extension Page {
  /// The part of the script with classes, judged documents, pairs and the stream.
  static let views = #"""
    // Judged documents.
    const right = d => String(d.label) === d.wanted;
    const link = d => button(d.text.slice(0, 300), () => showDocument(d), "link");
    const typical = documents => documents.some(right) ? [make("h4", "Typical documents"), listing(documents.filter(right)
      .sort((a, b) => b.winner.similarity - a.winner.similarity).slice(0, 3))] : [];
    const errors = documents => documents.some(d => !right(d)) ? [make("h4", "Errors"), listing(documents.filter(d => !right(d))
      .sort((a, b) => b.confidence - a.confidence).slice(0, 5), true)] : [];
    function listing(documents, both) {
      const list = make("ul");
      for (const d of documents) {
        const item = make("li");
        item.append(both ? d.wanted + ", answered " + d.label + ": " : "", link(d));
        list.append(item);
      }
      return list;
    }

    // Classes.
    function list() {
      const wanted = $("find").value.toLowerCase();
      const found = classes.filter(c => String(c.label).toLowerCase().includes(wanted));
      $("classCount").textContent = found.length + " of " + classes.length + (found.length > 500 ? ", the largest 500 are shown" : "");
      $("classes").replaceChildren(...found.slice(0, 500).map(c => {
        const name = make("td");
        name.append(button(String(c.label), () => openClass(String(c.label)), "link"));
        return row(name, make("td", count(c.mass), "n"), make("td", c.prototypes, "n"));
      }));
    }
    const openClass = guarded(async label => {
      shown = label;
      const reply = await call(model() + "/prototypes?limit=200&class=" + encodeURIComponent(label));
      if (shown !== label) return;
      const box = $("class"), name = make("input");
      box.className = "";
      box.replaceChildren(make("h3", label));
      const score = scores().get(label);
      if (score) box.append(make("p", "Precision " + percent(score.precision) + ", recall " + percent(score.recall)));
      if (isLearning()) box.append(buttons(label, name));
      for (const p of reply.prototypes) {
        const part = make("p", undefined, "words");
        part.append(percent(p.share) + " (" + count(p.mass) + ") ", ...p.words.map(w => make("span", w)));
        if (isLearning() && reply.total > 1 && p.id !== undefined) part.append(button("Split off", guarded(async () => {
          await call(model() + "/classes/split", { class: labelOf(label), prototypes: [p.id], to: labelOf(typed(name)) });
          setTimeout(load, 300);
        })));
        const own = judged.documents.filter(d => d.winner.prototype === p.prototype);
        box.append(part, ...typical(own));
      }
      const rest = reply.total - reply.prototypes.length;
      if (rest > 0) box.append(make("p", "and " + count(rest) + " more, which are not shown"));
      box.append(...errors(judged.documents.filter(d => d.wanted === label || String(d.label) === label)));
    });
    const typed = name => { if (!name.value) { name.focus(); throw new Error("type a name first"); } return name.value; };
    function buttons(label, name) {
      const box = make("p", undefined, "row"), own = labelOf(label);
      name.setAttribute("aria-label", "Other name, or the class to merge into"); name.placeholder = "other name or class";
      box.append(name);
      const add = (text, work) => box.append(button(text, guarded(async () => { await work(); setTimeout(load, 300); })));
      add("Rename", () => call(model() + "/classes/rename", { class: own, to: labelOf(typed(name)) }));
      add("Merge into", () => call(model() + "/classes/merge", { classes: [own], into: labelOf(typed(name)) }));
      add("Remove", () => confirm("Remove the class " + label + "?") ? call(model() + "/classes/remove", { class: own }) : 0);
      return box;
    }

    // Judging.
    $("judge").onclick = guarded(async () => {
      const rows = $("lines").value.split("\n").map(l => l.replace(/\r$/, "").split("\t")).filter(r => r.length > 1 && r[1].trim());
      if (!rows.length) throw new Error("paste lines of class, tab, text");
      const documents = [];
      for (let i = 0; i < rows.length; i += 64) {
        const part = rows.slice(i, i + 64);
        const reply = await call(model() + "/explain", { texts: part.map(r => r.slice(1).join(" ")), reasons: 12 });
        reply.explanations.forEach((a, j) => documents.push({ wanted: part[j][0], text: part[j].slice(1).join(" "), ...a }));
        $("progress").textContent = count(documents.length) + " of " + count(rows.length);
      }
      const numbers = new Map(), cells = new Map();
      const number = name => { if (!numbers.has(name)) numbers.set(name, numbers.size); return numbers.get(name); };
      for (const d of documents) {
        const key = [number(d.wanted), number(String(d.label)), Math.floor(100 * d.confidence)];
        cells.set(key.join(), [...key, (cells.get(key.join()) || [0, 0, 0, 0])[3] + 1]);
      }
      judged = { labels: [...numbers.keys()], cells: [...cells.values()], documents, figures: [["documents", count(documents.length)],
        ["accuracy", percent(documents.filter(right).length / documents.length)]] };
      showJudged();
    });
    // Of each class: precision, recall, F1 and documents.
    function scores() {
      const found = new Map(), of = i => { const name = judged.labels[i];
        if (!found.has(name)) found.set(name, { documents: 0, answered: 0, hits: 0 }); return found.get(name); };
      for (const [a, b, , n] of judged.cells) { of(a).documents += n; of(b).answered += n; if (a === b) of(a).hits += n; }
      for (const s of found.values()) {
        s.precision = s.hits / Math.max(1, s.answered); s.recall = s.hits / Math.max(1, s.documents);
        s.f1 = 2 * s.hits / Math.max(1, s.documents + s.answered);
      }
      return found;
    }
    function showJudged() {
      $("results").hidden = !judged.cells.length;
      if (judged.cells.length) {
        judged.documents.sort((a, b) => b.confidence - a.confidence);
        $("figures").replaceChildren(...judged.figures.map(([name, value]) => { const box = make("div");
          box.append(make("dt", name), make("dd", value)); return box; }));
        const total = judged.cells.reduce((s, c) => s + c[3], 0);
        $("kept").textContent = total > judged.documents.length
          ? "The page keeps " + count(judged.documents.length) + " of " + count(total) + " documents, errors first." : "";
        const all = [...scores()].sort((a, b) => b[1].documents - a[1].documents);
        $("scores").replaceChildren(...all.slice(0, 500).map(([name, s]) => { const cell = make("td");
          cell.append(button(name, () => openClass(name).then(() => $("made").scrollIntoView()), "link"));
          return row(cell, make("td", percent(s.f1), "n"), make("td", percent(s.precision), "n"), make("td", percent(s.recall), "n"),
            make("td", count(s.documents), "n")); }));
        const curve = thresholds().filter(t => t.answered), tenths = Array.from({ length: 10 }, () => [0, 0]);
        for (const [a, b, p, n] of judged.cells) { const t = tenths[Math.min(9, Math.floor(p / 10))]; t[0] += n; if (a === b) t[1] += n; }
        $("coverage").replaceChildren(plot("Accuracy by the share of documents that are answered", { xName: "documents answered", yName: "right",
          lines: [curve.map(t => [t.answered / total, t.right / t.answered])] }));
        $("reliability").replaceChildren(plot("Share that was right, by confidence", { xName: "confidence", yName: "right", ideal: true,
          bars: tenths.map(([n, hits], i) => [i / 10, (i + 1) / 10, n ? hits / n : 0]) }));
      }
      judge(); listPairs(); list();
    }
    // For each percent of confidence: how many documents have at least that much, and how many of them are right.
    function thresholds() {
      const found = Array.from({ length: 101 }, () => ({ answered: 0, right: 0 }));
      for (const [a, b, p, n] of judged.cells) { found[p].answered += n; if (a === b) found[p].right += n; }
      for (let p = 99; p >= 0; p--) { found[p].answered += found[p + 1].answered; found[p].right += found[p + 1].right; }
      return found;
    }
    function judge() {
      const least = Number($("threshold").value), all = thresholds(), at = all[least];
      $("thresholdValue").textContent = (least / 100).toFixed(2);
      $("command").textContent = `fastkmeans predict --model ${$("model").value}.safetensors --input FILE | awk -F'\\t' '$2 >= ${least / 100}'`;
      $("judgement").textContent = "Answered " + percent(at.answered / Math.max(1, all[0].answered)) + " of " + count(all[0].answered) +
        (at.answered ? "; right among them " + percent(at.right / at.answered) : "") + ".";
      $("doubtful").replaceChildren(...judged.documents.filter(d => d.confidence < least / 100).slice(0, 200).map(d => {
        const text = make("td"); text.append(link(d));
        return row(make("td", percent(d.confidence), "n"), make("td", String(d.label)), make("td", d.wanted), text);
      }));
    }
    $("copy").onclick = guarded(() => navigator.clipboard.writeText($("command").textContent));

    // Pictures with two axes; the table beside each has the same.
    function plot(name, { xName, yName, lines = [], bars = [], marks = [], ideal = false, most = [1, 1], least = 0, colours = [] }) {
      const svg = (tag, attributes, text) => { const e = document.createElementNS($("space").namespaceURI, tag);
        for (const key in attributes) e.setAttribute(key, attributes[key]); if (text !== undefined) e.textContent = text; return e; };
      const picture = svg("svg", { viewBox: "0 0 400 260", role: "img", "aria-label": name });
      const x = v => 56 + (v - least) / (most[0] - least || 1) * 330, y = v => 220 - v / (most[1] || 1) * 205;
      const ticks = [0, .5, 1];
      for (const t of ticks) {
        const [vx, vy] = [least + t * (most[0] - least), t * most[1]];
        picture.append(svg("line", { class: "grid", x1: 56, x2: 386, y1: y(vy), y2: y(vy) }),
          svg("text", { x: 50, y: y(vy) + 4, "text-anchor": "end" }, most[1] === 1 ? percent(vy).replace(".0", "") : count(vy)),
          svg("text", { x: x(vx), y: 238, "text-anchor": t === 1 ? "end" : "middle" }, most[0] === 1 ? percent(vx).replace(".0", "") : count(vx)));
      }
      picture.append(svg("text", { x: 220, y: 256, "text-anchor": "middle" }, xName),
        svg("text", { transform: "translate(12 118) rotate(-90)", "text-anchor": "middle" }, yName));
      for (const [a, b, v] of bars) picture.append(svg("rect", { class: "bar", x: x(a) + 1, width: x(b) - x(a) - 2, y: y(v), height: 220 - y(v) }));
      if (ideal) picture.append(svg("line", { class: "ideal", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }));
      for (const [v, kind] of marks) picture.append(svg("line", { class: kind, x1: x(v), x2: x(v), y1: 15, y2: 220 }));
      lines.forEach((points, i) => { const line = svg("polyline", { class: "line", points: points.map(([a, b]) => x(a) + "," + y(b)).join(" ") });
        if (colours[i]) line.style.stroke = colours[i]; picture.append(line); });
      return picture;
    }

    // Two classes.
    const corrections = new Map();
    function listPairs() {
      const found = new Map();
      for (const [a, b, , n] of judged.cells) if (a !== b) {
        const key = [judged.labels[a], judged.labels[b]].sort();
        found.set(key.join("\n"), [key, ((found.get(key.join("\n")) || [])[1] || 0) + n]);
      }
      const pairs = found.size ? [...found.values()].sort((a, b) => b[1] - a[1])
        : (map ? map.borders : []).map(([a, b]) => [[String(map.classes[a]), String(map.classes[b])], 0]);
      $("pairs").replaceChildren(...pairs.slice(0, 12).map(([[a, b], n]) => button(a + " / " + b + (n ? " (" + n + ")" : ""), () => compare(a, b))));
    }
    const compare = guarded(async (a, b) => {
      [$("first").value, $("second").value] = [a, b];
      if (!a || !b || a === b) throw new Error("name two classes");
      const reply = await call(model() + "/pair?first=" + encodeURIComponent(a) + "&second=" + encodeURIComponent(b));
      const sides = make("div", undefined, "two"), box = $("faces");
      for (const [label, words] of [[a, reply.first_words], [b, reply.second_words]]) {
        const side = make("div"), list = make("p", undefined, "words");
        list.append(...words.map(([word, weight]) => { const span = make("span", word);
          span.style.background = `rgba(var(--mark), ${(.1 + .5 * weight / words[0][1]).toFixed(2)})`; return span; }));
        if (!words.length) list.textContent = "The page has no words for this pair.";
        side.append(make("h3", label), make("p", "What speaks for it against the other:", "soft"), list);
        sides.append(side);
      }
      const wrong = judged.documents.filter(d => d.wanted === a && String(d.label) === b || d.wanted === b && String(d.label) === a);
      box.replaceChildren(sides, make("h3", "Documents on the wrong side, most doubtful first"));
      if (!wrong.length) box.append(make("p", judged.cells.length ? "None." : "Judge documents above to see them.", "soft"));
      wrong.sort((x, y) => y.confidence - x.confidence);
      for (const d of wrong.slice(0, 100)) {
        const one = make("div", undefined, "case"), text = make("p", undefined, "lit"), choice = make("p", undefined, "row");
        light(text, d.text, d.words);
        const keep = button("Keep " + d.wanted, () => decide(d.wanted)), move = button("Move to " + d.label, () => decide(String(d.label)));
        const press = () => { keep.setAttribute("aria-pressed", corrections.get(d) === d.wanted);
          move.setAttribute("aria-pressed", corrections.get(d) === String(d.label)); };
        const decide = label => { if (corrections.get(d) === label) corrections.delete(d); else corrections.set(d, label); press(); listCorrections(); };
        press();
        choice.append(keep, move);
        one.append(make("p", "Class " + d.wanted + ", answered " + d.label + " with " + percent(d.confidence)), text, choice);
        box.append(one);
      }
    });
    function listCorrections() {
      const lines = [...corrections].map(([d, label]) => label + "\t" + d.text.replace(/[\t\r\n]+/g, " "));
      const moved = [...corrections].filter(([d, label]) => label !== d.wanted).length;
      $("corrections").hidden = !lines.length;
      $("correctionCount").textContent = count(lines.length) + " documents were looked at, " + count(moved) + " of them get another class.";
      $("tsv").value = lines.join("\n") + "\n";
      $("download").href = "data:text/tab-separated-values;charset=utf-8," + encodeURIComponent($("tsv").value);
      $("learn").hidden = !isLearning() || !takesText();
    }
    $("learn").onclick = guarded(async () => {
      const all = [...corrections];
      for (let i = 0; i < all.length; i += 64) {
        const part = all.slice(i, i + 64);
        await call(model() + "/learn", { texts: part.map(([d]) => d.text), labels: part.map(([, label]) => labelOf(label)) });
        for (const [d] of part) corrections.delete(d);
      }
      listCorrections(); setTimeout(load, 300);
    });
    $("discard").onclick = () => { corrections.clear(); listCorrections(); if ($("first").value) compare($("first").value, $("second").value); };
    $("compare").onclick = () => compare($("first").value, $("second").value);

    // A stream.
    const follow = guarded(async () => {
      if (!isLearning()) return;
      const { points } = await call(model() + "/stream");
      if (!points.length) return $("events").replaceChildren(make("li", "Nothing was learned since the server started."));
      const [from, to] = [points[0].documents, points[points.length - 1].documents];
      const tested = points.filter(p => p.error !== null);
      const marks = points.flatMap(p => [...(p.new_class_count ? [[p.documents, "new"]] : []), ...(p.alarms ? [[p.documents, "alarm"]] : [])]);
      $("errorPlot").replaceChildren(plot("Error before learning, by documents", { xName: "documents learned", yName: "error", marks, least: from,
        most: [to, 1], lines: [tested.map(p => [p.documents, p.error])] }), make("figcaption", tested.length
          ? "Last error: " + percent(tested[tested.length - 1].error) : "No batch was tested yet.", "soft"));
      const last = [...points].reverse().find(p => p.masses.length), top = last ? last.masses.map(m => m[0]) : [];
      const caption = make("figcaption", undefined, "words");
      caption.append(...top.map((label, i) => { const span = make("span", label + " " + count(last.masses[i][1]));
        span.style.borderLeft = "6px solid " + colour(i); return span; }));
      $("massPlot").replaceChildren(plot("Documents by class", { xName: "documents learned", yName: "documents of the class", least: from,
        most: [to, last ? last.masses[0][1] : 1], colours: top.map((_, i) => colour(i)), lines: top.map(label => points.flatMap(p => {
          const mass = p.masses.find(m => m[0] === label); return mass ? [[p.documents, mass[1]]] : []; })) }), caption);
      const some = (names, total) => names.map(n => n === null ? "all documents" : n).join(", ") + (total > names.length ? " and " + (total - names.length) + " more" : "");
      $("events").replaceChildren(...points.flatMap(p => [
        ...(p.new_class_count ? ["At " + count(p.documents) + " documents: new " + some(p.new_classes, p.new_class_count)] : []),
        ...(p.alarms ? ["At " + count(p.documents) + " documents: the error rose for " + some(p.alarmed_classes, p.alarms)] : []),
      ]).slice(-20).reverse().map(text => make("li", text)));
    });
    setInterval(() => { if (!document.hidden && isLearning()) follow(); }, 2000);

    const load = guarded(async () => {
      $("stream").hidden = $("toStream").hidden = !isLearning();
      classes = (await call(model() + "/classes")).classes.sort((a, b) => b.mass - a.mass);
      list();
      $("names").replaceChildren(...classes.slice(0, 500).map(c => { const o = make("option"); o.value = String(c.label); return o; }));
      map = await call(model() + "/map");
      bounds(); redraw(); listPairs();
      if (shown && classes.some(c => String(c.label) === shown)) openClass(shown);
      if (!DATA) $("text").disabled = $("lines").disabled = $("judge").disabled = !takesText();
      if (!takesText()) $("text").placeholder = "This model takes vectors, which nobody types.";
      follow(); ask();
    });
    const start = guarded(async () => {
      models = (await call("/v1/models")).models.filter(m => m.ready);
      $("model").replaceChildren(...[...new Set(models.map(m => m.name))].map(n => make("option", n)));
      if (models.length) await load();
      if (DATA) open(DATA);
    });
    function open(data) {
      document.title = $("title").textContent = data.title;
      $("subtitle").textContent = data.subtitle; $("subtitle").hidden = false;
      $("paste").hidden = true;
      $("text").readOnly = true; $("text").placeholder = "";
      judged = data.judged;
      showJudged();
      $("exampleBox").hidden = !judged.documents.length;
      const examples = judged.documents.filter(d => !right(d)).concat(judged.documents.filter(right)).slice(0, 200);
      $("example").replaceChildren(...examples.map(d => make("option", (right(d) ? "" : "wrong: ") + d.text.slice(0, 60))));
      $("example").onchange = () => { const d = examples[$("example").selectedIndex]; $("text").value = d.text; show(d.text, d); };
      if (examples.length) $("example").onchange();
    }
    $("text").addEventListener("input", ask);
    $("find").addEventListener("input", list);
    $("threshold").addEventListener("input", judge);
    $("model").addEventListener("change", () => {
      judged = { labels: [], cells: [], documents: [], figures: [] }; corrections.clear(); shown = "";
      $("faces").replaceChildren(); $("class").replaceChildren(); $("picked").replaceChildren();
      showJudged(); listCorrections(); load();
    });
    $("key").addEventListener("change", start);
    $("theme").onclick = () => {
      const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark"
        : matchMedia("(prefers-color-scheme: dark)").matches;
      document.documentElement.dataset.theme = dark ? "light" : "dark"; redraw();
    };
    start();

    """#
}
