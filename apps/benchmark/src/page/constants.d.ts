/** Names that Vite replaces by values in the page. */

/** Convene's version. */
declare const CONVENE_VERSION: string;
