// docs/providers/zitadel.md is true: Zitadel's OpenID provider, a real Envoy, a real browser.

import { BrowserClient } from "../envoy/support/browser-client";
import { openPage } from "./support/pages";
import { tellStory } from "./support/story";
import { zitadel } from "./support/zitadel";

const world = tellStory(zitadel, { "issuer unset": { filter: { issuer: undefined } } });

test("an issuer that ends with a slash needs no setting", () => openPage(new BrowserClient(), `${world().apps["issuer unset"]!.url}/orders`));
