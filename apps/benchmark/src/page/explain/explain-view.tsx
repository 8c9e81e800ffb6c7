/** The explain view, which shows the computation of a grouped convolution. */

import { useEffect } from "preact/hooks";
import { setState } from "../address/address.js";
import { tell } from "../notices.js";
import { sameCell } from "./cell.js";
import { CodeCards } from "./code-cards.js";
import { Controls } from "./controls.js";
import { Costs } from "./costs.js";
import "./explain.css";
import { GroupsSlider } from "./groups-slider.js";
import { chosen, playing, state, step, total } from "./model.js";
import { Picture } from "./picture.js";
import { Player } from "./player.js";
import { count } from "./sentences.js";

/** Makes the values of a link fit together, because each value was checked alone. */
function useFittingState(): void {
  useEffect(() => {
    const asked = state.peek();
    if (!sameCell(asked.cell, chosen.peek())) {
      tell("This link names a cell that this convolution does not have. The nearest one is shown.");
      setState("explain", { cell: chosen.peek() });
    }
    if (asked.step > total.peek()) {
      tell(
        `This link names step ${count(asked.step)}, and there are ${count(total.peek())} multiplications. The last one is shown.`,
      );
      setState("explain", { step: step.peek() });
    }
    return () => {
      playing.value = false;
    };
  }, []);
}

export default function ExplainView() {
  useFittingState();
  return (
    <div class="explain">
      <GroupsSlider />
      <Costs />
      <Picture />
      <Player />
      <Controls />
      <CodeCards />
    </div>
  );
}
