// A bar chart as SVG, for light and dark pages.

export interface Bar { name: string; value: number; /** The filter's own bars stand out. */ own: boolean }

const WIDTH = 860, LABEL = 330, ROW = 22, TOP = 44, ROOM_FOR_FIGURES = 70;

/** The shortest first. */
export function chart(title: string, bars: Bar[]): string {
  const sorted = [...bars].sort((a, b) => a.value - b.value);
  const longest = Math.max(...sorted.map(({ value }) => value), 1), scale = (WIDTH - LABEL - ROOM_FOR_FIGURES) / longest;
  const rows = sorted.map(({ name, value, own }, i) => {
    const y = TOP + i * ROW, length = Math.max(1, value * scale);
    return [
      `<text x="${LABEL - 8}" y="${y + 14}" text-anchor="end">${escaped(name)}</text>`,
      `<rect x="${LABEL}" y="${y + 3}" width="${length.toFixed(1)}" height="${ROW - 7}" class="${own ? "own" : "other"}"/>`,
      `<text x="${(LABEL + length + 6).toFixed(1)}" y="${y + 14}">${value.toFixed(1)}</text>`,
    ].join("");
  });
  const height = TOP + sorted.length * ROW + 12;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">
<style>
  text { font: 13px system-ui, sans-serif; fill: #24292f; } .title { font-weight: 600; font-size: 15px; }
  .own { fill: #0969da; } .other { fill: #8c959f; } .page { fill: #ffffff; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .own { fill: #4493f8; } .other { fill: #6e7681; } .page { fill: #0d1117; } }
</style>
<rect class="page" width="${WIDTH}" height="${height}"/>
<text class="title" x="16" y="26">${escaped(title)}</text>
${rows.join("\n")}
</svg>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);
}
