// The notes of a release: its section of CHANGELOG.md.

/** What stands below `## VERSION`, with or without a word behind the version; throws where there is no such section, or nothing in it. */
export function notesOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const own = sections.find((section) => section.split(/\s/, 1)[0] === version);
  const notes = own?.slice(own.indexOf("\n")).trim() ?? "";
  if (notes === "") throw new Error(`CHANGELOG.md says nothing of version ${version}: it needs a section "## ${version}".`);
  return `${notes}\n`;
}
