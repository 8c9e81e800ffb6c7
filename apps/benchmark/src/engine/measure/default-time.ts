/** How long bench measures where nobody says. */

/** Milliseconds for each layer and backend. */
export const DEFAULT_TIME = 250;

/** The whole network is one row; it gets the time of several layers. */
export const NETWORK_TIME_FACTOR = 4;
