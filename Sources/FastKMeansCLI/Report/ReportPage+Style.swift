extension ReportPage {
  /// The style sheet; light or dark as the reader's system is.
  static let style = """
    :root { color-scheme: light dark; --ink: #1c1e21; --paper: #ffffff; --soft: #667085; --rule: #e4e7ec;
      --accent: #2e6fd8; --heat: 46 111 216; }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e8eaed; --paper: #15171a; --soft: #9aa4b2; --rule: #2c3138; --accent: #7fb0ff;
        --heat: 127 176 255; } }
    body { margin: 0 auto; max-width: 1080px; padding: 24px; color: var(--ink); background: var(--paper);
      font: 15px/1.5 system-ui, sans-serif; }
    h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 36px 0 4px; }
    p { color: var(--soft); margin: 0 0 12px; max-width: 75ch; }
    dl { display: flex; flex-wrap: wrap; gap: 10px 28px; margin: 18px 0; }
    dt { color: var(--soft); font-size: 13px; } dd { margin: 0; font-size: 20px; font-variant-numeric: tabular-nums; }
    .pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 16px; }
    .wide { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-size: 14px; }
    th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
    th { color: var(--soft); font-weight: 500; }
    .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    svg { width: 100%; height: auto; } svg text { fill: var(--soft); font-size: 11px; }
    .grid { stroke: var(--rule); } .line { fill: none; stroke: var(--accent); stroke-width: 2; }
    .ideal { fill: none; stroke: var(--soft); stroke-dasharray: 4 4; }
    .bar { fill: var(--accent); fill-opacity: .75; } .dot { fill: var(--accent); fill-opacity: .7; }
    .cell { stroke: var(--paper); } .meter { display: inline-block; height: 8px; background: var(--accent);
      border-radius: 2px; vertical-align: middle; margin-right: 8px; }
    footer { color: var(--soft); font-size: 13px; margin-top: 40px; }
    """
}
