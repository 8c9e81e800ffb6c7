/** The compare view. */

export default function CompareView() {
  return <p>Being built.</p>;
}
