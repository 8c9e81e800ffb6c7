/** The explain view. */

export default function ExplainView() {
  return <p>Being built.</p>;
}
