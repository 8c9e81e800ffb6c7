/** The start of the page. */

import { render } from "preact";
import "./look/tokens.css";
import "./look/base.css";
import { startAddress } from "./address/address.js";
import { startIsolation } from "./isolation/isolation.js";
import { startTheme } from "./look/theme.js";
import { Page } from "./page.js";

startTheme();
startAddress();
render(<Page />, document.getElementById("page")!);
void startIsolation();
