// The notes of a release: its section of CHANGELOG.md.

/** The text below `## VERSION`, with or without a word behind the version. Throws if there is no such section, or if it is empty. */
export function notesOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const own = sections.find((section) => section.split(/\s/, 1)[0] === version);
  const notes = own?.slice(own.indexOf("\n")).trim() ?? "";
  if (notes === "") throw new Error(`CHANGELOG.md says nothing of version ${version}: it needs a section "## ${version}".`);
  return `${notes}\n`;
}
