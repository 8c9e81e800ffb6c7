/** The playground view. */

export default function PlaygroundView() {
  return <p>Being built.</p>;
}
