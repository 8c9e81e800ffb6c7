/** The backend, with what it needs of core. */
export { cpu } from "@convene/cpu";
