import { expect, test } from "vitest";
import { readAddress, writeAddress } from "../address/codec.js";
import { PLAYGROUND_FIELDS } from "./fields.js";

const VIEWS = { playground: PLAYGROUND_FIELDS };
const read = (query: string) => readAddress(`#playground?${query}`, VIEWS, "playground");

test("a link holds the settings, and gives them back", () => {
  const query = "filter=custom&kernel=5&groups=1&custom=1,-2.5,3,0,0,0,0,0,9&right=worker-threads&size=1024&split=0";
  const { state, notices } = read(query);
  expect(notices).toEqual([]);
  expect(state).toMatchObject({
    filter: "custom",
    kernel: 5,
    groups: 1,
    right: "worker-threads",
    size: 1024,
    split: 0,
  });
  expect(writeAddress("playground", PLAYGROUND_FIELDS, state as never)).toBe(`#playground?${query}`);
});

test.each([
  ["filter=magic", "one of gaussian, box"],
  ["kernel=4", "one of 3, 5, 7 was expected"],
  ["kernel=3.0", "one of 3, 5, 7 was expected"],
  ["groups=2", "one of 1, 3 was expected"],
  ["custom=1,2", "9 to 49 numbers"],
  ["right=tpu", "one of photo, cpu"],
  ["feature=12", "from -1 to 11"],
  ["seed=4294967295", "from 0 to 4294967294"],
])("%s is a wrong value: a notice says so, and the right values are kept", (query, words) => {
  const { state, notices } = read(`${query}&stride=2`);
  expect(notices).toHaveLength(1);
  expect(notices[0]).toContain(words);
  expect(state["stride"]).toBe(2);
});
