/** Thrown where a stop was heard; ends the run as stopped. */
export class Stopped extends Error {
  override name = 'Stopped';
}
