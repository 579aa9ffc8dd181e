extension Page {
  /// The part of the script that asks for answers and shows one.
  static let answers = #"""
    const $ = id => document.getElementById(id);
    const make = (tag, text, cls) => { const e = document.createElement(tag); if (text !== undefined) e.textContent = text;
      if (cls) e.className = cls; return e; };
    const button = (text, work, cls) => { const b = make("button", text, cls); b.type = "button"; b.onclick = work; return b; };
    const row = (...cells) => { const r = make("tr"); r.append(...cells); return r; };
    const percent = x => (100 * x).toFixed(1) + " %";
    const count = x => Math.round(x).toLocaleString("en");
    // What `fastkmeans report` put in; null where a server answers.
    const DATA = $("data") ? JSON.parse($("data").textContent) : null;
    let models = [], map = null, classes = [], shown = "";
    // Documents with their classes and answers; cells count all of them by [class, answer, percent of confidence, documents].
    let judged = { labels: [], cells: [], documents: [], figures: [] };

    async function call(path, body) {
      if (DATA) return stored(path);
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
    function stored(path) {
      const [route, query] = path.split("?"), asked = new URLSearchParams(query);
      $("error").textContent = "";
      const kind = route.split("/")[4] || "models";
      if (kind === "prototypes") {
        const label = asked.get("class"), all = classes.find(c => String(c.label) === label);
        return { total: all ? all.prototypes : 0, prototypes: DATA.prototypes.filter(p => String(p.class) === label) };
      }
      if (kind === "pair") {
        const [a, b] = [asked.get("first"), asked.get("second")];
        const found = DATA.pairs.find(p => [a, b].includes(String(p.first)) && [a, b].includes(String(p.second)));
        if (!found) return { first_words: [], second_words: [] };
        return String(found.first) === a ? found : { first_words: found.second_words, second_words: found.first_words };
      }
      return { [kind]: DATA[kind], ...(kind === "map" ? DATA.map : {}) };
    }
    const model = () => "/v1/models/" + encodeURIComponent($("model").value);
    const isLearning = () => models.some(m => m.name === $("model").value && m.learns);
    const takesText = () => models.some(m => m.name === $("model").value && m.takes === "text");
    // A label as the model has it: texts of numbers stand for numbers where its labels are numbers.
    const labelOf = text => { const known = classes.find(c => String(c.label) === text);
      return known ? known.label : classes.length && typeof classes[0].label === "number" ? Number(text) : text; };
    const guarded = work => async (...given) => { try { return await work(...given); } catch (e) { $("error").textContent = e.message; } };

    // Answering: one request at a time; what was typed meanwhile is asked next.
    let asking = false, again = false;
    const ask = guarded(async () => {
      if (asking) { again = true; return; }
      const text = $("text").value;
      if (DATA || !text.trim() || !takesText()) return;
      asking = true;
      try { show(text, (await call(model() + "/explain", { text, reasons: 100 })).explanations[0]); }
      finally { asking = false; if (again) { again = false; ask(); } }
    });
    function show(text, answer) {
      $("label").textContent = answer.label + (answer.rejected ? " (none of the classes fits)" : "");
      $("confidence").style.width = 100 * answer.confidence + "%";
      $("detail").textContent = "Confidence " + percent(answer.confidence) + "; prototype " +
        (answer.winner.position_in_class + 1) + " of the class, " + count(answer.winner.mass) + " documents" +
        (answer.rival ? "; next: " + answer.rival.label + ", " + percent(answer.rival.confidence) : "") +
        (answer.wanted !== undefined && answer.wanted !== String(answer.label) ? "; its class is " + answer.wanted : "");
      light($("lit"), text, answer.words);
      const flips = [];
      let rest = answer.rival ? answer.winner.score - answer.rival.score : 0;
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
    function showDocument(d) {
      $("text").value = d.text;
      show(d.text, d);
      $("try").scrollIntoView();
    }
    // Each letter gets its part of every term that covers it: words, pairs of words, and letters (with a plus).
    function light(box, text, words) {
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
      box.replaceChildren(...pieces);
    }


    """#
}
