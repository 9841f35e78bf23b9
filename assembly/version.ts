/** The release. The compiler puts the version of package.json here (cli/version-transform.mjs). */
export const VERSION: string = "";
