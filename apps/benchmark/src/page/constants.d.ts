/** What Vite writes into the page in place of these names. */

/** Convene's version. */
declare const CONVENE_VERSION: string;
