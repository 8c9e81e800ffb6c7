/** The default times of a measurement. */

/** Milliseconds for each layer and backend. */
export const DEFAULT_TIME = 250;

/** The whole network is one row, and gets the time of several layers. */
export const NETWORK_TIME_FACTOR = 4;
