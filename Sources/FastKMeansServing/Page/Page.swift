import FastKMeansCore

/// The page where people look at a model: one file that loads nothing from elsewhere.
///
/// A server gives it without data; it asks the server's routes then. With data inside it needs no server.
package enum Page {
  /// - Parameter data: what the page shows without a server; nil for the page of a server. Its members are `title`, `subtitle`,
  ///   `figures`, `models`, `classes`, `map`, `prototypes`, `pairs` as the routes of these names have them, and `judged`.
  package static func html(_ data: JSON? = nil) -> String {
    // No text of the data ends the element that holds it.
    let inside = data.map {
      "<script type=\"application/json\" id=\"data\">"
        + $0.compactText.split(separator: "<", omittingEmptySubsequences: false).joined(separator: "\\u003c")
        + "</script>\n"
    }
    return head + body + (inside ?? "") + "<script>\n\"use strict\";\n" + answers + map + views
      + "</script>\n</body>\n</html>\n"
  }

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
        .scroll { max-height: 420px; overflow: auto; border: 1px solid var(--line); border-radius: 6px; }
    .words span { display: inline-block; background: var(--soft); border-radius: 4px; padding: 0 .4rem;
      margin: 0 .25rem .25rem 0; }
    nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; position: sticky; top: 0; z-index: 1; padding: .5rem 0;
      background: var(--back); border-bottom: 1px solid var(--line); }
    a { color: var(--accent); } section { scroll-margin-top: 4rem; } h3 { margin: 1rem 0 .5rem; overflow-wrap: anywhere; }
    dl { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: .5rem 0; } dt { font-size: .85rem; opacity: .75; }
    dd { margin: 0; font-size: 1.2rem; font-variant-numeric: tabular-nums; }
    svg { width: 100%; height: auto; } svg text { fill: var(--fore); font-size: 13px; opacity: .8; }
    svg .grid { stroke: var(--line); } svg .line { fill: none; stroke: var(--accent); stroke-width: 2; }
    svg .ideal { stroke: var(--fore); stroke-dasharray: 4 4; opacity: .6; } svg .bar { fill: var(--accent); opacity: .7; }
    svg .alarm { stroke: rgb(var(--against)); stroke-width: 2; } svg .new { stroke: var(--fore); stroke-dasharray: 2 4; }
    .case { border-bottom: 1px solid var(--line); padding: .5rem 0; } button[aria-pressed=true] { border-color: var(--accent); border-width: 2px; }
    .link { background: none; border: 0; padding: 0; color: var(--accent); text-align: left; overflow-wrap: anywhere; }
    [hidden] { display: none !important; }
    #error { color: rgb(var(--against)); } code { overflow-wrap: anywhere; }
    .two { display: grid; grid-template-columns: repeat(auto-fit, minmax(280px, 1fr)); gap: 1rem; }
    </style>
    </head>
    <body>

    """#

  private static let body = #"""
    <header>
    <h1 id="title">FastKMeans</h1>
    <label>Model <select id="model"></select></label>
    <label id="keyLabel" hidden>Token <input id="key" type="password" autocomplete="off"></label>
    <button id="theme" type="button">Light or dark</button>
    </header>
    <p class="soft" id="subtitle" hidden></p>
    <nav aria-label="Views"><a href="#try">Answer</a> <a href="#prototypes">Map</a> <a href="#made">Classes</a>
    <a href="#judged">Judge</a> <a href="#pair">Pairs</a> <a href="#stream" id="toStream" hidden>Stream</a></nav>
    <p id="error" role="alert"></p>
    <main>
    <section id="try" aria-labelledby="h-try">
    <h2 id="h-try">One document</h2>
    <p id="exampleBox" hidden><label>Document <select id="example"></select></label></p>
    <label for="text">Text</label>
    <textarea id="text" rows="3" placeholder="Type here; the answer follows while you type."></textarea>
    <div aria-live="polite">
    <div class="big" id="label">&nbsp;</div>
    <div class="bar" aria-hidden="true"><i id="confidence" style="width:0"></i></div>
    <div class="soft" id="detail">&nbsp;</div>
    </div>
    <p class="lit" id="lit" role="img" aria-label="The text, each word lit by what it did"></p>
    <div class="soft" id="flip"></div>
    <div class="words" id="reasons"></div>
    </section>
    <section id="prototypes" aria-labelledby="h-map">
    <h2 id="h-map">Map of the prototypes</h2>
    <p class="soft">A circle is a prototype, as large as its documents, in the colour of its class. Lines join
    classes that are near each other. Click one for its words; arrows, + and - move and zoom, n takes the next one. The table
    of classes has the same.</p>
    <canvas id="map" tabindex="0" role="application" aria-label="Map of the prototypes; the table of classes has the same"></canvas>
    <div id="picked" aria-live="polite"></div>
    </section>
    <section id="made" aria-labelledby="h-classes">
    <h2 id="h-classes">Classes</h2>
    <label>Find <input id="find" type="search"></label> <span class="soft" id="classCount"></span>
    <div class="two">
    <div class="scroll" tabindex="0"><table><thead><tr><th>Class</th><th class="n">Documents</th><th class="n">Prototypes</th>
    </tr></thead><tbody id="classes"></tbody></table></div>
    <div id="class" aria-live="polite" class="soft">Choose a class to see what it is made of.</div>
    </div>
    </section>
    <section id="judged" aria-labelledby="h-judged">
    <h2 id="h-judged">How good the answers are</h2>
    <div id="paste"><p class="soft">Paste documents with their classes, a line each: class, tab, text.</p>
    <textarea id="lines" rows="4" aria-label="Documents with their classes"></textarea>
    <p><button id="judge" type="button">Judge</button> <span class="soft" id="progress" aria-live="polite"></span></p></div>
    <div id="results" hidden>
    <dl id="figures"></dl>
    <p class="row"><label>Least confidence <input id="threshold" type="range" min="0" max="100" step="1" value="0"></label>
    <output id="thresholdValue" for="threshold">0.00</output> <span id="judgement" aria-live="polite"></span></p>
    <p class="row"><code id="command"></code> <button id="copy" type="button">Copy</button></p>
    <div class="two"><figure id="coverage"></figure><figure id="reliability"></figure></div>
    <h3>Documents below it, the surest first</h3>
    <div class="scroll" tabindex="0"><table><thead><tr><th class="n">Confidence</th><th>Answer</th><th>Class</th><th>Document</th>
    </tr></thead><tbody id="doubtful"></tbody></table></div>
    <p class="soft" id="kept"></p>
    <h3>Classes by documents</h3>
    <div class="scroll" tabindex="0"><table><thead><tr><th>Class</th><th class="n">F1</th><th class="n">Precision</th>
    <th class="n">Recall</th><th class="n">Documents</th></tr></thead><tbody id="scores"></tbody></table></div>
    </div>
    </section>
    <section id="pair" aria-labelledby="h-pair">
    <h2 id="h-pair">Two classes face to face</h2>
    <p class="row"><label>First <input id="first" list="names"></label> <label>Second <input id="second" list="names"></label>
    <button id="compare" type="button">Compare</button></p><datalist id="names"></datalist>
    <p class="row" id="pairs"></p>
    <div id="faces" aria-live="polite"></div>
    <div id="corrections" hidden>
    <h3>Corrections</h3>
    <p class="soft" id="correctionCount"></p>
    <textarea id="tsv" rows="4" readonly aria-label="Corrections, a line each: class, tab, text"></textarea>
    <p class="row"><a id="download" download="corrections.tsv">Save as corrections.tsv</a>
    <button id="learn" type="button" hidden>Learn them</button> <button id="discard" type="button">Discard</button></p>
    </div>
    </section>
    <section id="stream" aria-labelledby="h-stream" hidden>
    <h2 id="h-stream">Learning over time</h2>
    <p class="soft">Since the server started. The error is the share of documents that were answered wrongly before they were
    learned. A solid line is an alarm of the drift detector, a dotted one a new class.</p>
    <div class="two"><figure id="errorPlot"></figure><figure id="massPlot"></figure></div>
    <ul id="events" aria-live="polite"></ul>
    </section>
    </main>
    <svg id="space" hidden></svg>

    """#
}
