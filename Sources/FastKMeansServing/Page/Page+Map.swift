extension Page {
  /// The part of the script that draws the map.
  static let map = #"""
    // The map.
    const view = { x: 0, y: 0, zoom: 1 };
    let lit = -1, ordered = [], waits = false;
    // The golden angle keeps neighbouring numbers apart; 72 hues, so that equal ones can be drawn at once.
    const colours = Array.from({ length: 72 }, (_, i) => `hsl(${i * 5} 55% 55%)`);
    const hue = i => Math.round((i * 137.508) % 360 / 5) % 72, colour = i => colours[hue(i)];
    function bounds() {
      let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
      for (const p of map.prototypes) { x0 = Math.min(x0, p[0]); x1 = Math.max(x1, p[0]); y0 = Math.min(y0, p[1]); y1 = Math.max(y1, p[1]); }
      map.box = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, w: (x1 - x0) * 1.15 || 1, h: (y1 - y0) * 1.15 || 1 };
      map.most = map.prototypes.reduce((m, p) => Math.max(m, p[3]), 1e-9);
      ordered = map.prototypes.map((_, i) => i).sort((a, b) => map.prototypes[b][3] - map.prototypes[a][3]);
      map.hues = Array.from({ length: 72 }, () => []);
      for (const i of ordered) map.hues[hue(map.prototypes[i][2])].push(i);
      map.xs = Float64Array.from(map.prototypes, p => p[0]); map.ys = Float64Array.from(map.prototypes, p => p[1]);
      map.sizes = Float64Array.from(map.prototypes, p => size(p[3]));
      map.centres = map.classes.map(() => [0, 0, 0]);
      for (const p of map.prototypes) { const c = map.centres[p[2]]; c[0] += p[0] * p[3]; c[1] += p[1] * p[3]; c[2] += p[3]; }
    }
    function place(x, y) {
      const c = $("map"), b = map.box;
      return [c.clientWidth / 2 + (x - b.x - view.x) / b.w * c.clientWidth * view.zoom,
        c.clientHeight / 2 - (y - b.y - view.y) / b.h * c.clientHeight * view.zoom];
    }
    const size = mass => Math.max(1.5, 16 * Math.sqrt(mass / map.most));
    const radius = mass => size(mass) * Math.sqrt(view.zoom) * (map.prototypes.length > 5000 ? .25 : 1);
    // The colours as an image has them.
    const packed = (() => {
      const g = make("canvas").getContext("2d");
      colours.forEach((c, i) => { g.fillStyle = c; g.fillRect(i, 0, 1, 1); });
      return new Uint32Array(g.getImageData(0, 0, 72, 1).data.buffer);
    })();
    // Tens of thousands of circles, written into an image row by row: a call of the canvas for each would take seconds.
    function dots(g, width, height, scale) {
      const image = g.createImageData(width, height), pixels = new Uint32Array(image.data.buffer);
      const ax = width * view.zoom / map.box.w, ay = -height * view.zoom / map.box.h, zoomed = radius(map.most) / 16 * scale;
      const x0 = width / 2 - (map.box.x + view.x) * ax, y0 = height / 2 - (map.box.y + view.y) * ay;
      map.hues.forEach((members, i) => {
        const colour = packed[i];
        for (const index of members) {
          const r = map.sizes[index] * zoomed, x = map.xs[index] * ax + x0, y = map.ys[index] * ay + y0;
          if (x < -r || y < -r || x > width + r || y > height + r) continue;
          for (let line = Math.max(0, Math.round(y - r)); line < Math.min(height, y + r); line++) {
            const half = Math.sqrt(Math.max(.5, r * r - (line - y) * (line - y)));
            const end = line * width + Math.min(width, Math.round(x + half));
            for (let i = line * width + Math.max(0, Math.round(x - half)); i < end; i++) pixels[i] = colour;
          }
        }
      });
      return image;
    }
    function draw() {
      waits = false;
      const c = $("map"), scale = devicePixelRatio || 1;
      if (c.width !== c.clientWidth * scale) c.width = c.clientWidth * scale;
      if (c.height !== c.clientHeight * scale) c.height = c.clientHeight * scale;
      const g = c.getContext("2d");
      g.setTransform(scale, 0, 0, scale, 0, 0);
      g.clearRect(0, 0, c.clientWidth, c.clientHeight);
      if (!map || !map.prototypes.length) return;
      g.globalAlpha = .75;
      const [w, h] = [c.clientWidth, c.clientHeight];
      const [ax, bx] = [w * view.zoom / map.box.w, w / 2], [ay, by] = [-h * view.zoom / map.box.h, h / 2];
      const [mx, my] = [map.box.x + view.x, map.box.y + view.y];
      if (map.prototypes.length > 5000) g.putImageData(dots(g, c.width, c.height, scale), 0, 0);
      else map.hues.forEach((members, i) => {
        g.fillStyle = colours[i];
        for (const index of members) {
          const p = map.prototypes[index], x = (p[0] - mx) * ax + bx, y = (p[1] - my) * ay + by, r = radius(p[3]);
          if (x < -r || y < -r || x > w + r || y > h + r) continue;
          if (r < 2) g.fillRect(x - r, y - r, 2 * r, 2 * r); else { g.beginPath(); g.arc(x, y, r, 0, 7); g.fill(); }
        }
      });
      const fore = getComputedStyle(document.body).color;
      const most = map.borders.length ? map.borders[0][2] : 1;
      g.strokeStyle = fore;
      for (const [a, b, w] of map.borders.slice(0, 60)) {
        const [p, q] = [map.centres[a], map.centres[b]];
        if (!p[2] || !q[2]) continue;
        g.globalAlpha = .5 * w / most; g.beginPath(); g.moveTo(...place(p[0] / p[2], p[1] / p[2]));
        g.lineTo(...place(q[0] / q[2], q[1] / q[2])); g.stroke();
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
        if (named.size >= 14) break;
        if (named.has(p[2])) continue;
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
      const own = judged.documents.filter(d => d.winner.prototype === index);
      $("picked").replaceChildren(box, ...typical(own), ...errors(own));
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


    """#
}
